//! `outpost try`: the uncommitted change, built. The options and the file `.buildbot/options` are those of Buildbot's
//! own `try`; what that has not is added.

mod file;
mod leave_out;
mod preview;
mod repeat;
mod target;
mod untracked;
mod wait;
mod wild;

pub(super) use wait::{print_row, pushed};

use crate::client::Client;
use crate::failure::{Failure, NOT_SENT, USAGE};
use crate::json::print_json;
use crate::show::plain::plain;
use app::api::tries::{TryChange, TryGiven, TryLook, TryPreset, TryRow, TryState, TrySubmit, TryTarget};
use clap::{Args, ValueEnum};
use std::collections::BTreeMap;
use std::io::Read;
use std::path::PathBuf;

/// What is tried, where, and what is done with the answer. What is not said here is looked up in `.buildbot/options`.
#[derive(Debug, Default, Args)]
pub struct Try {
    /// How the change gets to a master that is not joined
    #[arg(long, short = 'c', value_name = "WAY")]
    pub connect: Option<Connect>,
    /// A joined master's name, `bundled` for this program's own, or HOST:PORT of a try scheduler
    #[arg(long, short = 'm')]
    pub master: Option<String>,
    /// User of the try scheduler, or of ssh
    #[arg(long, short = 'u')]
    pub username: Option<String>,
    /// Password of the try scheduler; better kept in .buildbot/options, as others may see a command line
    #[arg(long)]
    pub passwd: Option<String>,
    /// Machine to reach by ssh
    #[arg(long)]
    pub host: Option<String>,
    /// Port of ssh
    #[arg(long)]
    pub port: Option<u16>,
    /// Job folder on that machine
    #[arg(long)]
    pub jobdir: Option<String>,
    /// Words that run ssh
    #[arg(long)]
    pub ssh: Option<String>,
    /// The program on that machine
    #[arg(long)]
    pub buildbotbin: Option<String>,
    /// Bytes that a job file may have there: 99999 unless the master's configuration says otherwise; an Outpost takes
    /// 67108864
    #[arg(long, value_name = "BYTES")]
    pub job_limit: Option<u32>,

    /// A builder, or a pattern with *; may be given several times
    #[arg(long = "builder", short = 'b', value_name = "NAME")]
    pub builders: Vec<String>,
    /// A preset of this project
    #[arg(long, value_name = "NAME")]
    pub preset: Option<String>,
    /// Properties, as NAME=VALUE,NAME=VALUE; may be given several times
    #[arg(long, value_name = "PAIRS")]
    pub properties: Vec<String>,
    /// A property, as NAME=VALUE; may be given several times
    #[arg(long, value_name = "PAIR")]
    pub property: Vec<String>,
    /// Who sends
    #[arg(long, short = 'w')]
    pub who: Option<String>,
    /// Why
    #[arg(long, short = 'C')]
    pub comment: Option<String>,

    /// Version control system: git, hg, svn, bzr, darcs, cvs, p4, mtn; or none, with --diff
    #[arg(long)]
    pub vc: Option<String>,
    /// The branch
    #[arg(long)]
    pub branch: Option<String>,
    /// Address of the repository, as the master knows it
    #[arg(long)]
    pub repository: Option<String>,
    /// What the change is made against
    #[arg(long, value_name = "REVISION")]
    pub baserev: Option<String>,
    /// Top of the tree
    #[arg(long, value_name = "DIR")]
    pub topdir: Option<PathBuf>,
    /// A file that only the top of the tree has
    #[arg(long, value_name = "FILE")]
    pub topfile: Option<String>,
    /// This patch, or with - that on standard input, instead of the working copy's change
    #[arg(long, value_name = "FILE")]
    pub diff: Option<PathBuf>,
    /// Path elements to strip from the paths of --diff
    #[arg(long, short = 'p', value_name = "N", default_value_t = 0)]
    pub patchlevel: u32,
    /// What is staged only
    #[arg(long)]
    pub staged: bool,
    /// Files that are not tracked: all, none, or a pattern; may be given several times
    #[arg(long, value_name = "WHICH", num_args = 0..=1, require_equals = true, default_missing_value = "all")]
    pub untracked: Vec<String>,
    /// A changed file that does not go along, or a pattern with *; may be given several times
    #[arg(long, value_name = "FILE")]
    pub leave_out: Vec<String>,

    /// Sends what was tried last here once more, to the builders that failed
    #[arg(long, conflicts_with_all = ["builders", "preset", "properties", "property", "who", "comment", "vc", "branch",
        "repository", "baserev", "topdir", "topfile", "diff", "staged", "untracked", "leave_out", "push_when_green", "dryrun",
        "get_builder_names"])]
    pub repeat_failed: bool,
    /// Pushes it when every builder is green
    #[arg(long)]
    pub push_when_green: bool,
    /// Waits for the builds, and ends with 0 when all are green
    #[arg(long)]
    pub wait: bool,
    /// Prints the end only
    #[arg(long, short = 'q')]
    pub quiet: bool,
    /// Prints what would be sent, and sends nothing
    #[arg(long, short = 'n')]
    pub dryrun: bool,
    /// Prints the builders that may be tried
    #[arg(long)]
    pub get_builder_names: bool,
    /// As JSON, for programs
    #[arg(long)]
    pub json: bool,
}

/// The ways to a master that is not joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Connect {
    /// Perspective Broker
    Pb,
    /// A job folder, over ssh
    Ssh,
}

/// Tries the change of the folder in which it is run.
pub async fn run(client: &Client, mut asked: Try) -> Result<(), Failure> {
    let folder = std::env::current_dir()?;
    let found = file::fill_in(&mut asked, &folder)?;
    if asked.repeat_failed {
        return repeat::run(client, &asked, &folder).await;
    }
    let change: TryChange = client.call("try_look", look(&asked, &folder)?).await?;
    let preset = preset(&asked, &change)?;
    let chosen = target::choose(client, &asked, &change, preset, &found).await?;
    if asked.get_builder_names {
        return names(&chosen.target, asked.json);
    }
    let submit = TrySubmit {
        change: change.change.clone(),
        builders: target::builders(&asked, preset, &chosen)?,
        target: chosen.target.target,
        at: chosen.at,
        files: leave_out::choose(&asked, &change)?,
        untracked: untracked::choose(&asked, preset, &change)?,
        properties: properties(&asked, preset)?,
        comment: asked.comment.clone().unwrap_or_else(|| change.comment.clone()),
        who: asked.who.clone(),
        push_when_green: asked.push_when_green,
    };
    tell(&asked, &change);
    if asked.dryrun {
        return preview::run(client, submit, asked.json).await;
    }
    let row: TryRow = client.call("try_submit", submit).await?;
    followed(client, &asked, row).await
}

/// Waits where that is wanted, and prints what came of it.
async fn followed(client: &Client, asked: &Try, row: TryRow) -> Result<(), Failure> {
    if row.state == TryState::Refused {
        return Err(not_sent(&row));
    }
    if asked.wait {
        return wait::to_the_end(client, row, asked.quiet, asked.json).await;
    }
    if asked.json {
        return print_json(&row);
    }
    if !asked.quiet {
        println!("Try {} to {}: {}", row.id, plain(&row.title), plain(&row.words));
    }
    Ok(())
}

fn not_sent(row: &TryRow) -> Failure {
    let failure = Failure::new(NOT_SENT, plain(&row.words));
    match &row.hint {
        Some(hint) => failure.hint(plain(hint)),
        None => failure,
    }
}

fn look(asked: &Try, folder: &std::path::Path) -> Result<TryLook, Failure> {
    let system = asked.vc.clone().filter(|system| system != "none");
    let diff = match (&asked.diff, asked.vc.as_deref()) {
        (Some(file), _) => Some(TryGiven::new(&read(file)?, asked.patchlevel)),
        (None, Some("none")) => Some(TryGiven::new(&[], 1)),
        (None, _) => None,
    };
    Ok(TryLook {
        folder: folder.to_string_lossy().into_owned(),
        system,
        top: asked
            .topdir
            .as_ref()
            .map(|top| folder.join(top).to_string_lossy().into_owned()),
        top_file: asked.topfile.clone(),
        staged: asked.staged,
        base: asked.baserev.clone(),
        branch: asked.branch.clone(),
        repository: asked.repository.clone(),
        diff,
    })
}

fn read(file: &std::path::Path) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    if file.as_os_str() == "-" {
        std::io::stdin().lock().read_to_end(&mut bytes)?;
        return Ok(bytes);
    }
    std::fs::read(file).map_err(|error| Failure::new(USAGE, format!("{} cannot be read: {error}", file.display())))
}

fn preset<'a>(asked: &Try, change: &'a TryChange) -> Result<Option<&'a TryPreset>, Failure> {
    let Some(name) = &asked.preset else { return Ok(None) };
    // The person's own one stands before a shared one of the same name.
    let mut named: Vec<&TryPreset> = change.presets.iter().filter(|preset| preset.name == *name).collect();
    named.sort_by_key(|preset| preset.shared);
    let known: Vec<&str> = change.presets.iter().map(|preset| preset.name.as_str()).collect();
    named.first().copied().map(Some).ok_or_else(|| {
        Failure::new(USAGE, format!("'{}' has no preset '{name}'", change.project)).hint(format!(
            "There are: {}",
            if known.is_empty() {
                "none".to_owned()
            } else {
                known.join(", ")
            }
        ))
    })
}

fn properties(asked: &Try, preset: Option<&TryPreset>) -> Result<BTreeMap<String, String>, Failure> {
    let mut properties = preset
        .map(|preset| preset.values.properties.clone())
        .unwrap_or_default();
    let pairs = asked.properties.iter().flat_map(|pairs| pairs.split(','));
    for pair in pairs.chain(asked.property.iter().map(String::as_str)) {
        let (name, value) = pair
            .split_once('=')
            .ok_or_else(|| Failure::new(USAGE, format!("'{pair}' is no property")).hint("Write it as NAME=VALUE"))?;
        properties.insert(name.trim().to_owned(), value.to_owned());
    }
    Ok(properties)
}

/// What a person should know before it is sent.
fn tell(asked: &Try, change: &TryChange) {
    if asked.quiet {
        return;
    }
    // The first that stops it is told as the reason of the refusal.
    let refused = change.remarks.iter().position(|remark| remark.stops);
    for (_, remark) in change.remarks.iter().enumerate().filter(|(at, _)| Some(*at) != refused) {
        eprintln!("{}", plain(&remark.text));
    }
}

fn names(target: &TryTarget, json: bool) -> Result<(), Failure> {
    if let Some(cannot) = target.cannot.as_ref().filter(|_| target.builders.is_empty()) {
        return Err(Failure::new(NOT_SENT, plain(cannot)));
    }
    let names: Vec<&str> = target.builders.iter().map(|builder| builder.name.as_str()).collect();
    if json {
        return print_json(&names);
    }
    println!("The following builders are available for the try scheduler: ");
    names.iter().for_each(|name| println!("{}", plain(name)));
    Ok(())
}
