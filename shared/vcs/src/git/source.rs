//! One repository as a source of changes: where to listen, how to read it, what is new in it.
//!
//! Everything here blocks, and knows nothing of when it should be done; that is the watch's.

use super::changes;
use super::command::Git;
use super::error::GitError;
use super::filesystem::{self, Probe};
use super::location::{Location, without_password};
use super::notifications::Ear;
use super::reader::{Reader, Refs};
use super::remote::Remote;
use super::seen::{self, Seen};
use super::status::{Batch, Mode};
use super::watch::Surroundings;
use super::{local, places};
use model::config::GitPoller;
use std::path::PathBuf;
use std::sync::Arc;

/// Shortest and longest time between polls, in seconds.
const INTERVALS: (f64, f64) = (0.05, 7.0 * 86400.0);
/// When the interval in the configuration is not a number.
const USUAL_INTERVAL: f64 = 600.0;
/// Rounds of listening and looking for further folders, in a repository that changes meanwhile.
const MOST_ROUNDS: usize = 20;

/// One repository and how to read it; shared with the threads that do the reading.
pub(crate) struct Source {
    pub(crate) config: GitPoller,
    pub(crate) git: Git,
    pub(crate) ear: Ear,
    unwatchable: Probe,
    pub(crate) place: Place,
    /// Seconds between polls.
    pub(crate) interval: f64,
}

/// Where the repository is.
pub(crate) enum Place {
    /// Absolute.
    Local(PathBuf),
    Remote(Box<Remote>),
}

/// What one reading gave.
pub(crate) struct Look {
    pub(crate) seen: Option<Arc<Seen>>,
    /// `None` if nothing has changed.
    pub(crate) batch: Option<Batch>,
    pub(crate) mode: Mode,
    /// As it was when the reading began.
    pub(crate) disk: Option<(u64, u64)>,
}

impl Source {
    pub(crate) fn new(surroundings: Surroundings, config: GitPoller) -> Source {
        let git = Git::new(surroundings.git, surroundings.answer_within);
        let place = match Location::of(&config.repourl) {
            Location::Local(path) => Place::Local(std::path::absolute(&path).unwrap_or(path)),
            Location::Remote(location) => Place::Remote(Box::new(Remote::new(
                location,
                surroundings.cache_dir,
                &git,
                surroundings.fetch_within,
                config.branches.clone(),
            ))),
        };
        let interval = if config.poll_interval.is_nan() {
            USUAL_INTERVAL
        } else {
            config.poll_interval.clamp(INTERVALS.0, INTERVALS.1)
        };
        Source {
            git,
            ear: surroundings.notifications.ear(),
            unwatchable: surroundings.unwatchable,
            place,
            interval,
            config,
        }
    }

    /// The repository as its person writes it, without secrets.
    pub(crate) fn name(&self) -> String {
        without_password(&self.config.repourl)
    }

    /// Listens, reads everything and compares with `before`.
    pub(crate) fn look(&self, before: Option<Arc<Seen>>) -> Look {
        let disk = self.disk();
        let mode = self.listen();
        match self
            .read(before.as_deref())
            .and_then(|(refs, reader)| self.compare(before.as_deref(), &refs, &reader))
        {
            Ok((seen, batch, problems)) => Look {
                disk,
                seen: Some(Arc::new(seen)),
                batch,
                mode: match problems.is_empty() {
                    true => mode,
                    false => self.damaged(&problems),
                },
            },
            Err(error) => Look {
                disk,
                seen: before,
                batch: None,
                mode: Mode::Failed {
                    reason: error.to_string(),
                },
            },
        }
    }

    /// Listens wherever it should before anything is read.
    fn listen(&self) -> Mode {
        let polling = |why: String| Mode::Polling {
            every: self.interval,
            why,
        };
        let Place::Local(path) = &self.place else {
            return polling("it is on another machine, which does not tell".to_owned());
        };
        let probed = places::folders(path).map_or_else(|| path.clone(), |(_, common)| common);
        if let Some(why) = (self.unwatchable)(&probed) {
            // Listening to nothing needs nothing.
            let _ = self.ear.listen_to(&Default::default());
            return polling(why);
        }
        for _ in 0..MOST_ROUNDS {
            // A folder made meanwhile is found only after its parent was listened to.
            match self.ear.listen_to(&places::of(path)) {
                Ok(true) => {}
                Ok(false) => break,
                Err(why) => return polling(why),
            }
        }
        Mode::Watching
    }

    fn read(&self, before: Option<&Seen>) -> Result<(Refs, Reader), GitError> {
        match &self.place {
            Place::Local(path) => local::read(path, &self.git, before),
            Place::Remote(remote) => remote.read(before),
        }
    }

    fn compare(
        &self,
        before: Option<&Seen>,
        refs: &Refs,
        reader: &Reader,
    ) -> Result<(Seen, Option<Batch>, Vec<String>), GitError> {
        let config = &self.config;
        let step = seen::advance(before, &config.branches, config.build_at_first_sight, refs, reader);
        let changes = changes::of(&step.news, config, reader)?;
        let batch = (before != Some(&step.seen)).then(|| Batch {
            changes,
            state: step.seen.to_json(),
            notes: step.notes,
        });
        Ok((step.seen, batch, step.problems))
    }

    fn damaged(&self, problems: &[String]) -> Mode {
        let (what, folder) = match &self.place {
            Place::Local(path) => (format!("the repository {}", path.display()), path.as_path()),
            Place::Remote(remote) => (format!("the copy of {}", remote.url()), remote.cache()),
        };
        let problems = problems.join("; ");
        let folder = folder.display();
        Mode::Failed {
            reason: format!(
                "{what} cannot be read as a whole: {problems}; run `git fsck` in {folder} and repair what it names"
            ),
        }
    }

    /// Tells one state of the disk at the repository's place from another.
    pub(crate) fn disk(&self) -> Option<(u64, u64)> {
        match &self.place {
            Place::Local(path) => filesystem::identity(path),
            Place::Remote(_) => None,
        }
    }
}
