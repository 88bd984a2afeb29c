//! What is kept of a master's things: small, with every text cut to a length.

use super::about::About;
use crate::rest;
use model::{
    BuildId, BuildSetId, BuilderId, ChangeId, LogId, MasterId, ProjectId, RequestId, Results, StepId, Time, WorkerId,
};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

/// A builder with its last builds.
#[derive(Clone, Debug, PartialEq)]
pub struct Builder {
    /// `builderid`; another after the master's database was made anew.
    pub id: BuilderId,
    /// Its name, which stays.
    pub name: Box<str>,
    /// For people.
    pub description: Option<Box<str>>,
    /// Its project, from version 3.9 on.
    pub project: Option<ProjectId>,
    /// For filters.
    pub tags: Box<[Box<str>]>,
    /// The masters of the farm whose configuration has it.
    pub masters: Box<[MasterId]>,
    /// Its last builds that are over, the oldest first, at most [`super::HISTORY`].
    pub(super) finished: VecDeque<Finished>,
    /// Whether the builds before the first of them are known not to matter: all that are wanted were read.
    pub(super) is_read: bool,
}

impl Builder {
    /// Whether a configuration has it. One that has not stays in the master's tables for years, and is shown to nobody.
    pub fn is_configured(&self) -> bool {
        !self.masters.is_empty()
    }

    /// Its last builds that are over, the newest first.
    pub fn finished(&self) -> impl DoubleEndedIterator<Item = &Finished> + ExactSizeIterator {
        self.finished.iter().rev()
    }

    /// Whether its last builds were read, so that having none means that it never built.
    pub fn is_read(&self) -> bool {
        self.is_read
    }

    /// Whether it is not known what it built last, or whether it ever built.
    pub(crate) fn is_empty(&self) -> bool {
        !self.is_read && self.finished.is_empty()
    }

    /// The name to show: the one that its builds give it, where they do, or its own.
    pub fn shown_name(&self) -> &str {
        let virtual_name = self
            .finished
            .back()
            .and_then(|build| build.about.virtual_name.as_deref());
        virtual_name.unwrap_or(&self.name)
    }

    /// The tags to show: those that its builds give it, where they do, or its own.
    pub fn shown_tags(&self) -> &[Box<str>] {
        match self.finished.back() {
            Some(build) if !build.about.virtual_tags.is_empty() => &build.about.virtual_tags,
            _ => &self.tags,
        }
    }
}

/// A build that is over.
#[derive(Clone, Debug, PartialEq)]
pub struct Finished {
    /// `buildid`, over all builders.
    pub build: BuildId,
    /// Its builder.
    pub builder: BuilderId,
    /// Its number there.
    pub number: i64,
    /// The request that it served; 0 is none. There are many builds, so each takes little room.
    pub(crate) request: RequestId,
    /// Where it ran; 0 is nowhere that is known.
    pub(crate) worker: u32,
    /// When it began, by the master's clock.
    pub started_at: Time,
    /// When it was over, never before it began.
    pub complete_at: Time,
    /// How it ended; none when the master has a word for it that is not known here.
    pub results: Option<Results>,
    /// It built a diff that is in no repository, as far as that is known: it says nothing about its builder.
    pub patched: bool,
    /// What its properties say.
    pub about: Arc<About>,
}

impl Finished {
    /// The request that it served.
    pub fn request(&self) -> Option<RequestId> {
        Some(self.request).filter(|request| request.0 != 0)
    }

    /// Where it ran.
    pub fn worker(&self) -> Option<WorkerId> {
        (self.worker != 0).then(|| WorkerId(self.worker.into()))
    }

    /// What it says about its builder's code: whether that is green, where it says anything.
    pub fn is_green(&self) -> Option<bool> {
        let results = self.results.filter(|_| !self.patched)?;
        (results.is_green() || results.is_red()).then(|| results.is_green())
    }
}

/// A worker as [`Finished`] keeps it. No farm has had billions of them: such an id counts as not known.
pub(super) fn worker_kept(worker: Option<WorkerId>) -> u32 {
    worker.and_then(|worker| u32::try_from(worker.0).ok()).unwrap_or(0)
}

/// A build that runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Running {
    /// `buildid`, over all builders.
    pub build: BuildId,
    /// Its builder.
    pub builder: BuilderId,
    /// Its number there.
    pub number: i64,
    /// The request that it serves.
    pub request: Option<RequestId>,
    /// Where it runs.
    pub worker: Option<WorkerId>,
    /// When it began, by the master's clock.
    pub started_at: Time,
    /// What it does, in the master's words.
    pub state: Box<str>,
    /// What its properties say so far.
    pub about: Arc<About>,
}

/// A worker.
#[derive(Clone, Debug, PartialEq)]
pub struct Worker {
    /// `workerid`.
    pub id: WorkerId,
    /// Its name.
    pub name: Box<str>,
    /// The masters of the farm that it is attached to; none when it is away.
    pub connected_to: Box<[MasterId]>,
    /// The builders that it builds for; none when no configuration has it any longer.
    pub configured_on: Box<[BuilderId]>,
    /// Takes no new builds.
    pub paused: bool,
    /// Why, from version 3.10 on.
    pub pause_reason: Option<Box<str>>,
    /// Leaves after its builds.
    pub graceful: bool,
    /// What it says of its machine.
    pub host: Option<Box<str>>,
    /// Whose it is, as it says.
    pub admin: Option<Box<str>>,
    /// Its program's version.
    pub version: Option<Box<str>>,
}

/// One of the masters of a farm that share a database.
#[derive(Clone, Debug, PartialEq)]
pub struct Master {
    /// `masterid`.
    pub id: MasterId,
    /// `host:basedir`.
    pub name: Box<str>,
    /// Whether it runs.
    pub active: bool,
}

/// A project, from version 3.9 on.
#[derive(Clone, Debug, PartialEq)]
pub struct Project {
    /// `projectid`.
    pub id: ProjectId,
    /// Its name.
    pub name: Box<str>,
}

/// A request that waits.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// `buildrequestid`.
    pub id: RequestId,
    /// The set that it belongs to.
    pub build_set: Option<BuildSetId>,
    /// The builder that is to build it.
    pub builder: BuilderId,
    /// Higher is built first.
    pub priority: i64,
    /// Since when it waits.
    pub submitted_at: Time,
    /// Another build waits for it.
    pub waited_for: bool,
}

/// What one reason asks of some builders.
#[derive(Clone, Debug, PartialEq)]
pub struct BuildSet {
    /// `bsid`.
    pub id: BuildSetId,
    /// Why, for people.
    pub reason: Box<str>,
    /// The build that it repeats, from version 4.0 on.
    pub repeats: Option<BuildId>,
    /// A diff is built that is in no repository.
    pub patched: bool,
    /// Its master said that it is over, and a build of it is still known to run.
    pub(super) complete: bool,
}

/// A change.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// `changeid`; ids rise in the order of arrival.
    pub id: ChangeId,
    /// Mostly `Name <mail>`.
    pub author: Box<str>,
    /// Its revision.
    pub revision: Option<Box<str>>,
    /// Its branch; none is the default one.
    pub branch: Option<Box<str>>,
    /// Its repository; may be empty.
    pub repository: Box<str>,
    /// Its project; may be empty.
    pub project: Box<str>,
    /// Its codebase; empty is the default one.
    pub codebase: Box<str>,
    /// The first line of its message.
    pub title: Box<str>,
    /// Its web page.
    pub link: Option<Box<str>>,
    /// When it was made, as its source says.
    pub when: Option<Time>,
}

/// What is known of a build that somebody watches. Lines of a log are never fewer than before, and nothing that is over
/// goes on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Watched {
    /// Its steps.
    pub steps: BTreeMap<StepId, rest::Step>,
    /// Their logs, without text.
    pub logs: BTreeMap<LogId, rest::Log>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_build_that_is_over_takes_little_room() {
        assert!(size_of::<Finished>() <= 64);
    }
}
