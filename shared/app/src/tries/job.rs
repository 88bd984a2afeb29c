//! From a choice to the job that is sent.

use super::given;
use super::held::{Change, Content};
use super::look::field;
use super::record::Job;
use super::ways::Resolved;
use crate::api::Refusal;
use crate::api::tries::{TryPresetValues, TrySubmit};
use crate::service::clock;
use std::sync::Arc;
use submit::limits;
use vcs::working_copy::{Carrier, Chosen, ChosenFile, System, Taken, Unfit};

/// Most properties, builders and bytes of a comment.
const PROPERTIES: usize = 1_000;
const BUILDERS: usize = 10_000;
const COMMENT: usize = 64 << 10;

/// What is to be sent.
pub(super) struct Prepared {
    pub job: Job,
    pub body: Vec<u8>,
    pub files: u32,
    pub tree: Option<String>,
    /// It is the whole difference of the working copy.
    pub whole: bool,
    /// What to choose again next time.
    pub choice: TryPresetValues,
}

/// Makes the patch and the job, and checks that the way carries them.
pub(super) async fn prepare(change: &Arc<Change>, to: &Resolved, chosen: &TrySubmit) -> Result<Prepared, Refusal> {
    check(chosen)?;
    let (work, wanted, carrier) = (Arc::clone(change), chosen.clone(), to.carrier);
    let made = tokio::task::spawn_blocking(move || patch(&work, &wanted, carrier)).await;
    let made = made.map_err(|error| Refusal::failed(format!("the patch cannot be made: {error}")))??;
    let empty = made.body.is_empty();
    let job = Job {
        id: job_id(),
        branch: change.branch().map(str::to_owned),
        base: change.base().map(str::to_owned),
        level: (!empty).then_some(made.level),
        repository: to
            .known
            .repository
            .clone()
            .unwrap_or_else(|| change.repository().to_owned()),
        project: project(change, to),
        who: chosen
            .who
            .clone()
            .filter(|who| !who.trim().is_empty())
            .unwrap_or_else(|| change.who.clone()),
        comment: chosen.comment.trim().to_owned(),
        builders: chosen.builders.clone(),
        properties: chosen.properties.clone(),
    };
    let prepared = Prepared {
        choice: choice(change, chosen),
        whole: is_whole(change, chosen),
        files: made.files,
        tree: made.tree,
        body: made.body,
        job,
    };
    fits(to, &prepared)?;
    Ok(prepared)
}

fn check(chosen: &TrySubmit) -> Result<(), Refusal> {
    if chosen.properties.len() > PROPERTIES || chosen.properties.keys().any(|name| name.trim().is_empty()) {
        return Err(field(
            "properties",
            format!("each needs a name, and there can be {PROPERTIES}"),
        ));
    }
    if chosen.builders.len() > BUILDERS {
        return Err(field("builders", format!("{BUILDERS} builders can be chosen")));
    }
    if chosen.comment.len() > COMMENT {
        return Err(field("comment", format!("it can have {COMMENT} bytes")));
    }
    Ok(())
}

struct Made {
    level: u32,
    body: Vec<u8>,
    files: u32,
    tree: Option<String>,
}

fn patch(change: &Change, chosen: &TrySubmit, carrier: Carrier) -> Result<Made, Refusal> {
    match &change.content {
        Content::Taken(taken) => taken_patch(taken, chosen, carrier),
        Content::Given(patch) => {
            let (body, files) = match &chosen.files {
                None => (patch.body.to_vec(), given::sections(&patch.body).len()),
                Some(files) => parts(&patch.body, files.iter().map(|one| one.file as usize))?,
            };
            given::fits(&body, carrier).map_err(unfit)?;
            let whole = chosen.files.is_none();
            Ok(Made {
                level: patch.level,
                body,
                files: u32::try_from(files).unwrap_or(u32::MAX),
                tree: patch.tree.clone().filter(|_| whole),
            })
        }
    }
}

/// The parts of these files, in the patch's order.
fn parts(body: &[u8], files: impl Iterator<Item = usize>) -> Result<(Vec<u8>, usize), Refusal> {
    let sections = given::sections(body);
    let mut wanted: Vec<usize> = files.collect();
    wanted.sort_unstable();
    wanted.dedup();
    let mut chosen = Vec::new();
    for at in &wanted {
        let section = sections
            .get(*at)
            .ok_or_else(|| field("files", format!("the patch has no file {at}")))?;
        chosen.extend_from_slice(&body[section.bytes.clone()]);
    }
    Ok((chosen, wanted.len()))
}

fn taken_patch(taken: &Taken, chosen: &TrySubmit, carrier: Carrier) -> Result<Made, Refusal> {
    if let Some(stop) = taken.remarks.iter().find(|remark| remark.stops) {
        let refusal = Refusal::invalid(stop.text.clone());
        return Err(match &stop.hint {
            Some(hint) => refusal.hint(hint.clone()),
            None => refusal,
        });
    }
    let files = chosen.files.as_ref().map(|files| {
        let one = |one: &crate::api::tries::TryFileChoice| ChosenFile {
            file: one.file as usize,
            hunks: one
                .hunks
                .as_ref()
                .map(|hunks| hunks.iter().map(|hunk| *hunk as usize).collect()),
        };
        files.iter().map(one).collect()
    });
    let wanted = Chosen {
        files,
        untracked: chosen.untracked.iter().map(|at| *at as usize).collect(),
    };
    let diff = taken.diff(&wanted, carrier).map_err(unfit)?;
    Ok(Made {
        level: diff.level,
        body: diff.body,
        files: diff.files,
        tree: diff.tree,
    })
}

fn unfit(unfit: Unfit) -> Refusal {
    let message = unfit.to_string();
    let hint = match &unfit {
        Unfit::Kinds(_) => "Leave these files out, choose another way, or build the change here.",
        Unfit::Unreadable { .. } | Unfit::NoSuchPlace => "Look at the working copy again.",
        Unfit::TooLarge { .. } => "Leave the largest files out.",
    };
    field("files", message).hint(hint)
}

fn fits(to: &Resolved, prepared: &Prepared) -> Result<(), Refusal> {
    use crate::api::tries::TryWay;
    let job = prepared.job.whole(prepared.body.clone());
    let fitting = match to.route.way() {
        TryWay::Pb => limits::over_pb(&job, to.outpost),
        TryWay::Ssh => limits::as_job_file(wire::try_job::jobdir::encode(&job).len(), to.job_file),
        // A form's own limit is known when it is asked for; what is kept has one for every way.
        TryWay::Form | TryWay::Desk if prepared.body.len() > store::tries::LONGEST => {
            limits::as_job_file(prepared.body.len(), store::tries::LONGEST)
        }
        TryWay::Form | TryWay::Desk => Ok(()),
    };
    fitting.map_err(|error| {
        let refusal = field("files", error.message);
        match error.hint {
            Some(hint) => refusal.hint(hint),
            None => refusal,
        }
    })
}

/// As Buildbot's client makes them: the time and a number.
fn job_id() -> String {
    let now = clock::now().0;
    format!("{}.{:03}-{}", now / 1000, now % 1000, rand::random::<u32>() % 1_000_000)
}

/// As the master calls it, which may have filters on it; here as it is called here.
fn project(change: &Change, to: &Resolved) -> String {
    match to.master == crate::api::bundled() {
        true => change.project.clone(),
        false => to.known.project.clone(),
    }
}

/// What was chosen, for the next time: untracked files by their paths.
fn choice(change: &Change, chosen: &TrySubmit) -> TryPresetValues {
    let untracked = match &change.content {
        Content::Taken(taken) => {
            let files = chosen
                .untracked
                .iter()
                .filter_map(|at| taken.untracked.get(*at as usize));
            files.map(|one| super::show::path(&one.path)).collect()
        }
        Content::Given(_) => Vec::new(),
    };
    TryPresetValues {
        target: Some(chosen.target.clone()),
        builders: chosen.builders.clone(),
        properties: chosen.properties.clone(),
        untracked,
    }
}

/// Whether what is built is what a commit of everything would be.
fn is_whole(change: &Change, chosen: &TrySubmit) -> bool {
    let all_files = || match (&chosen.files, &change.content) {
        (None, _) => true,
        (Some(files), Content::Taken(taken)) => {
            files.len() == taken.files.len() && files.iter().all(|one| one.hunks.is_none())
        }
        (Some(_), Content::Given(_)) => false,
    };
    change.system == Some(System::Git) && all_files()
}
