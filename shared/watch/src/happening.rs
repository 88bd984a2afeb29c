//! What can happen: one closed list. Whoever listens to a master translates its events into these.

use crate::claim::{Claim, ClaimAbout};
use crate::identity::Identity;
use crate::mute::{QuietHours, Scope};
use crate::rule::Rule;
use crate::{BuildKey, BuilderKey, MasterKey};
use model::{BuildSetId, ChangeId, LogId, Results, Time, WorkerId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Something happened, on a master or with the person.
#[derive(Clone, Debug, PartialEq)]
pub enum Happening {
    /// Time passed. Due mutes and quiet hours end here, and reminders are given; see [`crate::State::next_tick`].
    Tick {
        /// Minutes that local time is ahead of UTC, for quiet hours and for times in texts.
        utc_offset_minutes: i32,
    },
    /// The person's settings, whole. A new identity marks what is known already afresh.
    Settings(Settings),
    /// The desktop asks for silence, or no longer does.
    DoNotDisturb(bool),
    /// The person mutes something.
    Mute {
        /// What.
        scope: Scope,
        /// For how long.
        length: MuteLength,
    },
    /// The person ends that mute.
    Unmute(Scope),
    /// The person has seen what happened while a master was not heard; see [`crate::State::away`].
    PutAway(u64),
    /// Somebody says “I have it”; what was said of those builders before is over.
    Claim {
        /// About what.
        about: ClaimAbout,
        /// Who, in words.
        by: String,
        /// Whether that is the person.
        mine: bool,
        /// Whether others see it: only a master that is an Outpost keeps claims.
        shared: bool,
    },
    /// It is given back.
    Unclaim(ClaimAbout),
    /// The claims that a master keeps, whole: to be told when they were read, and again when they changed.
    Claims {
        /// Whose.
        master: MasterKey,
        /// All of them; `shared` is taken as true, and one that began in the future as beginning now.
        claims: Vec<Claim>,
    },
    /// A master is followed, or its connection came or went.
    Master {
        /// Which.
        master: MasterKey,
        /// What people call it.
        title: String,
        /// How it can be reached.
        link: Link,
    },
    /// A master is no longer followed; all that is known of it is dropped.
    MasterGone(MasterKey),
    /// A master is called by another key from now on, which no other has.
    Renamed {
        /// The key that it had.
        from: MasterKey,
        /// The one that it has.
        to: MasterKey,
    },
    /// A master's builders, whole: builders that are not in the list are gone.
    Builders {
        /// Whose.
        master: MasterKey,
        /// All that its configuration has.
        builders: Vec<BuilderInfo>,
    },
    /// A build began.
    Started(StartedBuild),
    /// A build is over. Telling it twice is harmless.
    Finished(Box<FinishedBuild>),
    /// What ended while the master was not heard, in any order; to be told once, when it is heard again. It is told in
    /// one notice, however much it is. Builds that were told before count once.
    Missed {
        /// Whose.
        master: MasterKey,
        /// All that ended meanwhile.
        builds: Vec<FinishedBuild>,
    },
    /// A build set is complete; to be told after its builds were.
    SetOver {
        /// Whose.
        master: MasterKey,
        /// Which.
        set: BuildSetId,
    },
    /// The build sets of a master that are under way, whole: others are over. To be said when it is heard again.
    BuildSets {
        /// Whose.
        master: MasterKey,
        /// All that are under way.
        under_way: BTreeSet<BuildSetId>,
    },
    /// Requests that wait, per builder; builders not named have none.
    Waiting {
        /// Whose.
        master: MasterKey,
        /// How many requests wait for each.
        waiting: Vec<(BuilderKey, usize)>,
    },
    /// Something besides builds is in trouble, or (`message: None`) is well again.
    Trouble {
        /// Whose.
        master: MasterKey,
        /// What.
        about: TroubleAbout,
        /// What is wrong and what to do.
        message: Option<String>,
    },
    /// A worker is away for longer than its master's configuration allows. Telling it twice is harmless.
    WorkerMissing {
        /// Whose.
        master: MasterKey,
        /// Which.
        worker: WorkerId,
        /// Its name.
        name: String,
        /// When it was there last, if that is known.
        since: Option<Time>,
    },
    /// A change that the person submitted was built.
    TryOver(crate::TryOver),
    /// The masters that this machine is lent to, whole.
    Lending(Vec<LentView>),
    /// A worker is there, missing before or not.
    WorkerBack {
        /// Whose.
        master: MasterKey,
        /// Which.
        worker: WorkerId,
    },
}

/// A master that this machine is lent to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LentView {
    /// What the person calls it.
    pub master: String,
    /// How that stands.
    pub state: LentState,
    /// Builders that are built for, and since when.
    pub builds: Vec<(String, Time)>,
}

/// How a lending stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LentState {
    /// Switched off.
    Off,
    /// On its way.
    Connecting,
    /// The master may give builds.
    Lent,
    /// What runs is finished, then it is paused or off.
    Leaving,
    /// Until it is resumed.
    Paused,
    /// Not connected, for this reason.
    Away(String),
}

/// Whether a master can be heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Link {
    /// What is known is what is.
    Live,
    /// What is known is of that time.
    Stale(Time),
}

/// What the person chose.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Who the person is.
    pub identity: Identity,
    /// What is told of some builds; the first that fits decides.
    pub rules: Vec<Rule>,
    /// What is told of all others.
    pub otherwise: Rule,
    /// Daily hours without notices.
    pub quiet: Option<QuietHours>,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            identity: Identity::default(),
            rules: Vec::new(),
            otherwise: Rule::usual(),
            quiet: None,
        }
    }
}

/// How long to mute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MuteLength {
    /// For so many minutes.
    Minutes(u32),
    /// Until the next morning, at eight.
    UntilTomorrow,
    /// Until what is broken in the scope is green; when nothing is, until the next repair.
    UntilFixed,
    /// Until the person ends it.
    ForEver,
}

/// A builder as its master's configuration has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BuilderInfo {
    /// Which.
    pub key: BuilderKey,
    /// Its name.
    pub name: String,
    /// Its tags.
    pub tags: Vec<String>,
    /// Name of its project.
    pub project: Option<String>,
    /// Whether a force without further input works for it now.
    pub can_force: bool,
}

/// A build that began.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StartedBuild {
    /// Which.
    pub build: BuildKey,
    /// Of which builder.
    pub builder: BuilderKey,
    /// Its number.
    pub number: i64,
    /// When it began.
    pub started_at: Time,
}

/// A change that a build tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suspect {
    /// The master's id of it; ids rise in the order of arrival.
    pub change: ChangeId,
    /// As the version-control system says it.
    pub author: String,
    /// Its revision.
    pub revision: Option<String>,
    /// Its branch; `None` is the default one.
    pub branch: Option<String>,
    /// Its repository.
    pub repository: String,
    /// The commit message; its first line is shown.
    pub comments: String,
}

/// Where a log's first error is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogPlace {
    /// The master's id of it, where it is known.
    #[serde(default)]
    pub id: Option<LogId>,
    /// The log's slug in its step.
    pub slug: String,
    /// The first line that looks like an error, from 0.
    pub line: Option<i64>,
    /// That line's text.
    pub text: Option<String>,
}

/// The first step that failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailedStep {
    /// Its number in the build.
    pub number: i64,
    /// Its name.
    pub name: String,
    /// Where to look.
    pub log: Option<LogPlace>,
}

/// A build that is over, with all that is needed to say whose doing it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FinishedBuild {
    /// Which.
    pub build: BuildKey,
    /// Of which builder.
    pub builder: BuilderKey,
    /// Its number.
    pub number: i64,
    /// How it ended.
    pub results: Results,
    /// When it began.
    pub started_at: Time,
    /// When it was over.
    pub complete_at: Time,
    /// The first step that failed, for a failure.
    pub failed: Option<FailedStep>,
    /// The changes that it built, oldest first. They may include changes that earlier builds had tried.
    pub changes: Vec<Suspect>,
    /// Its `owners` (and `owner`) property: people blamed besides the changes' authors, who may be among them.
    pub owners: Vec<String>,
    /// Why it was asked for.
    pub reason: String,
    /// The set that it was asked for with: builders that break without changes, but together, are one break.
    pub build_set: Option<BuildSetId>,
    /// It repeats an earlier build on purpose.
    pub rebuilt: bool,
    /// Branches of its source stamps, for builds without changes; those of its changes need not be among them. Empty
    /// when they are not known. The empty text is the default branch.
    pub branches: Vec<String>,
    /// One text for the exact code that was built, the same whenever that code is built again: the revisions of all
    /// code bases. `None` when it is not known; then a build that repeats the same changes is taken for the same code.
    pub tree: Option<String>,
    /// It built a diff that is in no repository: its result says nothing about the builder.
    pub patched: bool,
}

/// What can be in trouble besides builds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TroubleAbout {
    /// The configuration file: the last good one is in force.
    Config,
    /// A worker, by name.
    Worker(String),
    /// A change source, by name.
    ChangeSource(String),
    /// The database or its disk.
    Store,
}
