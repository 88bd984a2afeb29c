//! The change of a git working copy, and the push of what a build has tested.
//!
//! All that is asked of the repository is asked of the person's own `git`, so that every format, filter and setting counts
//! as it does for them; objects are read through libgit2 where it can read them. Nothing is written but temporary files
//! elsewhere: not the index, not an object, not a reference.

mod address;
mod aside;
mod base;
#[cfg(all(test, unix))]
mod by_hand;
mod content;
mod entries;
mod held;
pub mod index;
mod objects;
mod others;
mod push;
#[cfg(target_os = "linux")]
mod quick;
mod refs;
mod remarks;
mod scan;
mod settings;
mod stored;
mod tree;

pub use push::{Plan, Push, PushError, Pushed, plan, push};

use super::read::CHANGED;
use super::{System, TakeError, Taken, Wanted};
use crate::git::GitError;
use crate::git::command::Git;
use crate::git::places;
use aside::Aside;
use objects::Objects;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// The longest time for one command.
const PATIENCE: Duration = Duration::from_secs(60);

/// A repository in which a change is looked for.
#[derive(Clone)]
pub(crate) struct Place {
    /// Top of the working copy.
    top: PathBuf,
    /// Its own git folder.
    folder: PathBuf,
    /// The one that it shares with other working copies.
    common: PathBuf,
    git: Git,
}

impl Place {
    fn at(top: &Path, program: Option<&Path>) -> Result<Place, TakeError> {
        let found = top.ancestors().find_map(|top| Some((top, places::folders(top)?)));
        let (top, (folder, common)) = found.ok_or_else(|| TakeError::NoWorkingCopy(top.to_owned()))?;
        let program = program.map_or_else(|| "git".into(), |program| program.as_os_str().to_owned());
        let git = Git::new(program, PATIENCE).of_repository(top, "the change is asked of it");
        // Without what the other side has to be asked for, and with the commits that the other side has, whatever is put
        // in their place here.
        let git = git.with_variable("GIT_NO_LAZY_FETCH", "1");
        let git = git.with_variable("GIT_NO_REPLACE_OBJECTS", "1");
        Ok(Place {
            top: top.to_owned(),
            folder,
            common,
            git,
        })
    }

    /// The same for later: what ends this look does not end it.
    fn afresh(&self) -> Place {
        let mut place = self.clone();
        place.git.stopped = Arc::default();
        place
    }

    fn objects(&self) -> Objects {
        Objects::new(&self.common.join("objects"), self.git.clone())
    }

    fn is_shallow(&self) -> bool {
        self.common.join("shallow").exists()
    }
}

/// Ends what runs when the answer is not waited for any more.
struct Stop(Arc<AtomicBool>);

impl Drop for Stop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Takes the change of the working copy at `top`.
pub(crate) async fn take(wanted: Wanted, top: PathBuf) -> Result<Taken, TakeError> {
    let place = Place::at(&top, wanted.program.as_deref())?;
    let _stop = Stop(place.git.stopped.clone());
    let taken = tokio::task::spawn_blocking(move || match taken(&place, &wanted) {
        // Somebody saved a file meanwhile; the second look is at one moment again.
        Err(TakeError::Unreadable { reason, .. }) if reason == CHANGED => taken(&place, &wanted),
        other => other,
    });
    taken
        .await
        .unwrap_or_else(|error| Err(TakeError::GivenUp(error.to_string())))
}

fn taken(place: &Place, wanted: &Wanted) -> Result<Taken, TakeError> {
    let looked = std::thread::scope(|scope| {
        let scan = scope.spawn(|| {
            let settings = settings::Settings::read(place)?;
            let (scan, aside) = scan::scan(place, &settings, wanted.staged)?;
            Ok((settings, scan, aside))
        });
        let base = base::find(place, wanted);
        (joined(scan), base)
    });
    let (settings, scan, aside) = looked.0?;
    if scan.head.is_none() {
        return Err(TakeError::NoBase {
            reason: "there is no commit yet".to_owned(),
        });
    }
    let base = looked.1?;
    let objects = place.objects();
    let found = entries::find(place, &scan, &base.commit, wanted.staged)?;
    let attributes = aside.as_ref().map_or(&place.git, Aside::git);
    let content = content::read(place, &scan, &settings, attributes, &objects, found)?;
    let mut remarks = base.remarks.clone();
    remarks.extend(remarks::of(&scan, &content));
    let named = wanted.repository.clone().map(|address| (address, None));
    let (repository, remark) = named.unwrap_or_else(|| address::of(&settings, base.remote.as_deref()));
    remarks.extend(remark);
    let comment = remarks::comment(place, &objects, &scan, base.shown.ahead);
    let held = held::GitContent::new(place, &base.commit, scan.head.clone(), content)?;
    Ok(Taken {
        system: System::Git,
        root: place.top.clone(),
        branch: base.branch,
        repository,
        base: base.shown,
        files: held.held.files.clone(),
        untracked: held.held.untracked(),
        remarks,
        comment,
        content: Arc::new(held),
    })
}

fn joined<T>(thread: std::thread::ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// What `git` did not do, as a change's error.
fn failed(error: GitError) -> TakeError {
    match error {
        GitError::NoGit { program, .. } => TakeError::NoProgram {
            system: System::Git,
            program,
        },
        GitError::Failed { what, reason, .. } => TakeError::Failed {
            command: format!("git {what}"),
            message: reason,
        },
        GitError::TooSlow { .. } | GitError::Stopped { .. } => TakeError::GivenUp(error.to_string()),
        other => TakeError::Failed {
            command: "git".to_owned(),
            message: other.to_string(),
        },
    }
}

/// `bytes` as text, for what git says in ASCII.
fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
