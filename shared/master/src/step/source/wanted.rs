//! What is to be got: the stamp of the step's codebase, completed by the step's own arguments.

use super::date;
use crate::step::run::{Broken, StepRun};
use model::config::{BranchType, Render, Source, System};
use model::{NewSourceStamp, Patch};

/// What is to be got.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Where from.
    pub url: String,
    /// The branch's name, for git also a whole ref; empty is the system's own default.
    pub branch: String,
    /// Empty is the newest.
    pub revision: String,
    /// Which part of what stands there; only CVS has such.
    pub module: String,
    /// To be applied afterwards.
    pub patch: Option<Patch>,
}

/// Reads the source stamp and renders the step's arguments.
pub async fn wanted(run: &mut StepRun<'_>, source: &Source) -> Result<Wanted, Broken> {
    let stamps = run.context.source_stamps.clone();
    let stamp = stamps.iter().find(|stamp| stamp.codebase == source.codebase);
    let stamp = stamp.cloned().unwrap_or_else(NewSourceStamp::default);
    let (what, url) = address(&source.system);
    let mut url = run.render_text(what, url).await?;
    if url.is_empty() {
        return Err(Broken::Failed(format!("the step names no repository ({what})")));
    }
    let filled = |text: Option<String>| text.filter(|text| !text.is_empty());
    let branch = match (filled(stamp.branch), default_branch(&source.system)) {
        (Some(branch), _) => branch,
        (None, Some(branch)) => run.render_text("branch", branch).await?,
        (None, None) => String::new(),
    };
    if appends_branch(&source.system) {
        url.push_str(&branch);
    }
    let found_before = || run.found_revisions.get(&source.codebase).cloned();
    let revision = match (source.always_use_latest, filled(stamp.revision)) {
        (true, _) => String::new(),
        (false, Some(revision)) => revision,
        (false, None) => found_before()
            .or_else(|| time_of_changes(run, source))
            .unwrap_or_default(),
    };
    let module = match &source.system {
        System::Cvs(cvs) => run.render_text("cvsmodule", &cvs.cvsmodule).await?,
        _ => String::new(),
    };
    let words = [
        ("branch", &branch),
        ("revision", &revision),
        ("cvsmodule", &module),
        (what, &url),
    ];
    for (what, value) in words {
        // The system's program would read it as an option; some options run programs.
        if value.starts_with('-') {
            return Err(Broken::Failed(format!(
                "{what} '{value}' begins with a dash, which {} takes for an option",
                super::default_name(source)
            )));
        }
    }
    Ok(Wanted {
        url,
        branch,
        revision,
        module,
        patch: stamp.patch,
    })
}

/// The tree as it was at the last change of the build, where a revision is a time: a later commit is of a later build.
fn time_of_changes(run: &StepRun<'_>, source: &Source) -> Option<String> {
    match source.system {
        System::Cvs(_) => Some(date::of(run.changed_at.get(&source.codebase)?.seconds())),
        _ => None,
    }
}

/// The parameter that says where the tree comes from.
fn address(system: &System) -> (&'static str, &Render) {
    match system {
        System::Git(git) => ("repourl", &git.repourl),
        System::Svn(svn) => ("repourl", &svn.repourl),
        System::Mercurial(hg) => ("repourl", &hg.repourl),
        System::Bzr(bzr) if bzr.joins_branch => ("baseURL", &bzr.url),
        System::Bzr(bzr) => ("repourl", &bzr.url),
        System::Darcs(darcs) => ("repourl", &darcs.repourl),
        System::Cvs(cvs) => ("cvsroot", &cvs.cvsroot),
        System::P4(p4) => ("p4port", &p4.p4port),
        System::Monotone(mtn) => ("repourl", &mtn.repourl),
    }
}

fn default_branch(system: &System) -> Option<&Render> {
    match system {
        System::Git(git) => Some(&git.branch),
        System::Mercurial(hg) => Some(&hg.default_branch),
        System::Bzr(bzr) => Some(&bzr.default_branch),
        System::Cvs(cvs) => Some(&cvs.branch),
        System::P4(p4) => Some(&p4.p4branch),
        System::Monotone(mtn) => Some(&mtn.branch),
        System::Svn(_) | System::Darcs(_) => None,
    }
}

/// Whether each branch has an address of its own, the common one with the branch's name appended.
fn appends_branch(system: &System) -> bool {
    match system {
        System::Mercurial(hg) => hg.branch_type == BranchType::Dirname,
        System::Bzr(bzr) => bzr.joins_branch,
        _ => false,
    }
}
