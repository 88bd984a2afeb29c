//! One type per resource, with the fields that `rest-v2` §6 names; what is optional there is an `Option` here.

use crate::{
    BuildId, BuildSetId, BuilderId, ChangeId, ChangeSourceId, Json, LogId, MasterId, ProjectId, Properties, RequestId,
    Results, SchedulerId, SourceStampId, StepId, Time, WorkerId,
};
use serde::{Deserialize, Serialize};

/// What a version-control system reported: one commit, by one author.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NewChange {
    /// Usually `Name <mail>`; stored unchanged (S-114).
    pub author: String,
    /// Who put it into the repository, where the source tells.
    pub committer: Option<String>,
    /// The branch's plain name; `None` is the default branch.
    pub branch: Option<String>,
    /// The system's own stamp of the tree; `None` means the newest.
    pub revision: Option<String>,
    /// Web page of the change, or empty.
    pub revlink: String,
    /// Free word of the change source.
    pub category: Option<String>,
    /// The commit message, whole.
    pub comments: String,
    /// Paths added, removed or changed, relative to the tree.
    pub files: Vec<String>,
    /// When it was committed, as the source tells.
    pub when: Time,
    /// Where the source lives, as its users write it.
    pub repository: String,
    /// Free word to tell projects apart; may be empty.
    pub project: String,
    /// The codebase; empty is the default one.
    pub codebase: String,
    /// Further values for the builds, with source `Change`.
    pub properties: Properties,
}

/// A change as the master recorded it.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Its id; ids rise in the order of arrival.
    pub id: ChangeId,
    /// What was reported.
    pub new: NewChange,
    /// The change before it on the same branch, if any.
    pub parent: Option<ChangeId>,
    /// The tree that it made.
    pub source_stamp: SourceStamp,
}

/// A diff to be applied after check-out.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Patch {
    /// Leading path elements to strip (`patch -pN`).
    pub level: i64,
    /// Folder below the tree in which to apply it; empty for its top.
    pub subdir: String,
    /// Who wrote it.
    pub author: String,
    /// Why.
    pub comment: String,
    /// The diff's bytes.
    pub body: Vec<u8>,
}

/// The coordinates of a tree that is to be built.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct NewSourceStamp {
    /// `None` is the default branch.
    pub branch: Option<String>,
    /// `None` is the newest.
    pub revision: Option<String>,
    /// Where from; may be empty.
    pub repository: String,
    /// May be empty.
    pub project: String,
    /// Empty is the default codebase.
    pub codebase: String,
    /// A try's diff.
    pub patch: Option<Patch>,
}

/// A source stamp as stored: equal coordinates share one id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceStamp {
    /// Its id.
    pub id: SourceStampId,
    /// The coordinates.
    pub new: NewSourceStamp,
    /// `patchid`, if there is a patch.
    pub patch_id: Option<i64>,
    /// When it was first stored.
    pub created_at: Time,
}

/// What is to be built together, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct NewBuildSet {
    /// Name of the scheduler that asked.
    pub scheduler: String,
    /// The trees, one per codebase.
    pub source_stamps: Vec<NewSourceStamp>,
    /// In words.
    pub reason: String,
    /// Foreign id, for example of a try job.
    pub external_id: Option<String>,
    /// Properties for all its builds.
    pub properties: Properties,
    /// On which builders, one request each.
    pub builders: Vec<BuilderId>,
    /// Higher is built first.
    pub priority: i64,
    /// The build that this one repeats.
    pub rebuilt_build: Option<BuildId>,
    /// The changes that caused it, oldest first.
    pub changes: Vec<ChangeId>,
}

/// A build set as stored.
#[derive(Clone, Debug, PartialEq)]
pub struct BuildSet {
    /// `bsid`.
    pub id: BuildSetId,
    /// Name of the scheduler that asked.
    pub scheduler: String,
    /// Foreign id.
    pub external_id: Option<String>,
    /// In words.
    pub reason: String,
    /// When it was asked for.
    pub submitted_at: Time,
    /// When its last request was complete.
    pub complete_at: Option<Time>,
    /// The worst of its builds, once complete.
    pub results: Option<Results>,
    /// The trees.
    pub source_stamps: Vec<SourceStamp>,
    /// The build whose trigger step made it.
    pub parent_build: Option<BuildId>,
    /// For example `Triggered from`.
    pub parent_relationship: Option<String>,
    /// The build that it repeats.
    pub rebuilt_build: Option<BuildId>,
}

/// One builder's share of a build set.
#[derive(Clone, Debug, PartialEq)]
pub struct BuildRequest {
    /// `buildrequestid`.
    pub id: RequestId,
    /// Its set.
    pub build_set: BuildSetId,
    /// The builder asked.
    pub builder: BuilderId,
    /// Higher first.
    pub priority: i64,
    /// When a master took it.
    pub claimed_at: Option<Time>,
    /// Which master took it.
    pub claimed_by: Option<MasterId>,
    /// When it needed nothing more.
    pub complete_at: Option<Time>,
    /// When it was asked for.
    pub submitted_at: Time,
    /// Once complete.
    pub results: Option<Results>,
    /// A parent build waits for it.
    pub waited_for: bool,
}

/// A builder as stored; it outlives its configuration.
#[derive(Clone, Debug, PartialEq)]
pub struct Builder {
    /// `builderid`.
    pub id: BuilderId,
    /// Unique.
    pub name: String,
    /// For people.
    pub description: Option<String>,
    /// `markdown` or none.
    pub description_format: Option<String>,
    /// Its project.
    pub project: Option<ProjectId>,
    /// For filters.
    pub tags: Vec<String>,
    /// Whether the present configuration has it.
    pub configured: bool,
}

/// One run of a builder.
#[derive(Clone, Debug, PartialEq)]
pub struct Build {
    /// `buildid`, over all builders.
    pub id: BuildId,
    /// Counts from 1 per builder.
    pub number: i64,
    /// Its builder.
    pub builder: BuilderId,
    /// The request that it serves; the first of them when several were collapsed.
    pub request: RequestId,
    /// Where it runs.
    pub worker: Option<WorkerId>,
    /// Who runs it.
    pub master: MasterId,
    /// When it was made.
    pub started_at: Time,
    /// When it was over.
    pub complete_at: Option<Time>,
    /// Milliseconds spent waiting for locks.
    pub locks_duration_ms: i64,
    /// Once over.
    pub results: Option<Results>,
    /// In words: `building`, `build successful`, `failed compile (failure)`.
    pub state_string: String,
}

/// A link shown beside a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepUrl {
    /// Text.
    pub name: String,
    /// Address.
    pub url: String,
}

/// A step of a build.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// `stepid`.
    pub id: StepId,
    /// From 0; 0 is `worker_preparation`.
    pub number: i64,
    /// Unique in the build.
    pub name: String,
    /// Its build.
    pub build: BuildId,
    /// `None` until started.
    pub started_at: Option<Time>,
    /// `None` while waiting for locks, and for skipped steps.
    pub locks_acquired_at: Option<Time>,
    /// When it was over.
    pub complete_at: Option<Time>,
    /// Once over.
    pub results: Option<Results>,
    /// In words.
    pub state_string: String,
    /// Links.
    pub urls: Vec<StepUrl>,
    /// Hidden by default.
    pub hidden: bool,
}

/// What a log's lines are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LogKind {
    /// `s`: each line begins with `o`, `e` or `h` for its stream.
    Stdio,
    /// `t`: plain text.
    Text,
    /// `h`: HTML, never shown unsanitised.
    Html,
    /// `d`: its contents were removed.
    Deleted,
}

impl LogKind {
    /// The protocol's letter.
    pub const fn letter(self) -> char {
        match self {
            LogKind::Stdio => 's',
            LogKind::Text => 't',
            LogKind::Html => 'h',
            LogKind::Deleted => 'd',
        }
    }

    /// The kind of a letter; unknown ones are plain text.
    pub const fn from_letter(letter: char) -> LogKind {
        match letter {
            's' => LogKind::Stdio,
            'h' => LogKind::Html,
            'd' => LogKind::Deleted,
            _ => LogKind::Text,
        }
    }
}

/// A log of a step.
#[derive(Clone, Debug, PartialEq)]
pub struct Log {
    /// `logid`.
    pub id: LogId,
    /// As the step calls it.
    pub name: String,
    /// Identifier, unique in the step.
    pub slug: String,
    /// Its step.
    pub step: StepId,
    /// No more lines will come.
    pub complete: bool,
    /// Lines so far.
    pub num_lines: i64,
    /// What the lines are.
    pub kind: LogKind,
}

/// A worker as stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Worker {
    /// `workerid`.
    pub id: WorkerId,
    /// Unique.
    pub name: String,
    /// What it told of itself: `admin`, `host`, `access_uri`, `version`.
    pub info: Json,
    /// Takes no new builds.
    pub paused: bool,
    /// Why.
    pub pause_reason: Option<String>,
    /// Leaves after its builds.
    pub graceful: bool,
    /// Attached now.
    pub connected: bool,
    /// Builders that the configuration gives it.
    pub configured_on: Vec<BuilderId>,
}

/// A master; a store of ours has one.
#[derive(Clone, Debug, PartialEq)]
pub struct Master {
    /// `masterid`.
    pub id: MasterId,
    /// `host:basedir`.
    pub name: String,
    /// Running.
    pub active: bool,
    /// Last known to run.
    pub last_active: Time,
}

/// A scheduler as stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Scheduler {
    /// `schedulerid`.
    pub id: SchedulerId,
    /// Unique.
    pub name: String,
    /// Switched on.
    pub enabled: bool,
    /// Whether the present configuration has it.
    pub configured: bool,
}

/// A change source as stored.
#[derive(Clone, Debug, PartialEq)]
pub struct ChangeSource {
    /// `changesourceid`.
    pub id: ChangeSourceId,
    /// For a git source its address.
    pub name: String,
    /// Whether the present configuration has it.
    pub configured: bool,
}

/// A project: builders that belong together.
#[derive(Clone, Debug, PartialEq)]
pub struct Project {
    /// `projectid`.
    pub id: ProjectId,
    /// Unique.
    pub name: String,
    /// Identifier.
    pub slug: String,
    /// For people.
    pub description: Option<String>,
    /// `markdown` or none.
    pub description_format: Option<String>,
}
