//! Now and Builders: what needs me, what runs, what waits, and every builder's state.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What runs here.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Hello {
    /// The program's version.
    pub version: String,
    /// Version of this list of commands; a face of another version asks the person to restart.
    pub protocol: u32,
    /// The master's title.
    pub title: String,
    /// Nothing is configured yet.
    pub first_run: bool,
    /// What the demo just did, when this is the demo.
    pub demo: Option<Demo>,
    /// `shown`, `no_host` (this desktop shows no tray) or `none` (no desktop).
    pub tray: String,
    /// Where the dashboard is served, without its token.
    pub dashboard: String,
}

/// The demo's story so far.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Demo {
    /// The sample repository.
    pub folder: String,
    /// What happened, in order, one sentence each.
    pub story: Vec<String>,
    /// The command that adds a real project.
    pub next: String,
}

/// What of it is wanted.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, TS)]
pub struct OverviewQuery {
    /// `version` of the last answer: only builders that changed since are given. All when absent.
    #[serde(default)]
    pub since: Option<i64>,
}

/// A builder of a master.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
pub struct BuilderRef {
    /// Key of its master.
    pub master: String,
    /// `builderid`.
    pub builder: i64,
}

/// Everything that the Now and Builders pages show, over all masters.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Overview {
    /// The resident's time, to compute running times with.
    pub now: i64,
    /// Names this state of the builders; to be given as `since`.
    pub version: i64,
    /// `builders` are all; otherwise those that changed since.
    pub whole: bool,
    /// Builders that are no more, when not `whole`.
    pub gone: Vec<BuilderRef>,
    /// This program's own master first, then the joined ones in their order.
    pub masters: Vec<super::masters::MasterRow>,
    /// What needs me first.
    pub breaks: Vec<Break>,
    /// Configured builders, trouble first.
    pub builders: Vec<BuilderRow>,
    /// Builds under way, oldest first.
    pub running: Vec<RunningRow>,
    /// Requests that wait, in the order in which they will be built.
    pub waiting: Vec<WaitingRow>,
    /// Changes that wait for their tree to be quiet.
    pub settling: Vec<SettlingRow>,
    /// Builds that ended lately, newest first, at most 20.
    pub recent: Vec<BuildMark>,
    /// What else is wrong: sources, workers, configuration.
    pub troubles: Vec<Trouble>,
    /// What happened while masters could not be heard, newest first, until it is put away.
    pub away: Vec<AwayRow>,
    /// What is muted, and for how long.
    pub mutes: Vec<super::notices::MuteRow>,
    /// Workers.
    pub workers: Vec<WorkerRow>,
}

/// What happened while a master could not be heard.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct AwayRow {
    /// Names it.
    pub away: i64,
    /// Key of the master.
    pub master: String,
    /// When the first of these builds ended.
    pub from: i64,
    /// When the last of them ended.
    pub until: i64,
    /// Builds that ended.
    pub ended: u32,
    /// Breaks of mine.
    pub broken_by_me: u32,
    /// Breaks by others.
    pub broken_by_others: u32,
    /// Breaks that were repaired.
    pub fixed: u32,
    /// The first of these breaks and repairs, mine first; at most 8.
    pub named: Vec<AwayLine>,
}

/// A break or a repair in words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct AwayLine {
    /// `Broken by you: linux #12`.
    pub words: String,
    /// Page about it.
    pub path: String,
}

/// Put away what happened while a master could not be heard.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct PutAway {
    /// Which.
    pub away: i64,
}

/// Builders that turned red together.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Break {
    /// Key of its master; `bundled` is this program's own.
    pub master: String,
    /// Broken by me, alone or with others.
    pub mine: bool,
    /// Since when.
    pub since: i64,
    /// The builds that showed it, one for each builder.
    pub builds: Vec<BuildMark>,
    /// Name of the first failed step.
    pub step: Option<String>,
    /// The first error line, if one was found.
    pub error: Option<String>,
    /// Where that line is.
    pub log: Option<LogPlace>,
    /// The changes that came in with it, newest first.
    pub suspects: Vec<Suspect>,
    /// Muted.
    pub muted: bool,
    /// Who said "I have it".
    pub claim: Option<super::notices::ClaimRow>,
}

/// A line of a log.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct LogPlace {
    /// `logid`; `null` where it was not noted. The step and the slug name the log too.
    pub log: Option<i64>,
    /// Number of its step.
    pub step: i64,
    /// Its slug.
    pub slug: String,
    /// From 0.
    pub line: i64,
}

/// A change that may be to blame.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Suspect {
    /// `changeid`.
    pub change: i64,
    /// As reported.
    pub author: String,
    /// It is me.
    pub mine: bool,
    /// Whole stamp.
    pub revision: Option<String>,
    /// First line of the message.
    pub comment: String,
}

/// A build, as small as it is shown in rows of marks.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct BuildMark {
    /// Key of its master; `bundled` is this program's own.
    pub master: String,
    /// `buildid`.
    pub build: i64,
    /// `builderid`.
    pub builder: i64,
    /// Its name.
    pub builder_name: String,
    /// Per builder.
    pub number: i64,
    /// 0 to 6; `null` while it runs.
    pub results: Option<u8>,
    /// In words.
    pub state: String,
    /// When it began.
    pub started_at: i64,
    /// When it ended.
    pub complete_at: Option<i64>,
    /// It has a change of mine.
    pub mine: bool,
    /// Revision that was built.
    pub revision: Option<String>,
}

/// A builder as a row.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct BuilderRow {
    /// Key of its master; `bundled` is this program's own.
    pub master: String,
    /// `builderid`.
    pub builder: i64,
    /// Unique.
    pub name: String,
    /// Its project.
    pub project: Option<String>,
    /// For filters.
    pub tags: Vec<String>,
    /// For people.
    pub description: Option<String>,
    /// The result that counts: the last green or red one; `null` when there is none.
    pub results: Option<u8>,
    /// Since when it has that state.
    pub since: Option<i64>,
    /// Broken by: authors of the break's changes.
    pub broken_by: Vec<String>,
    /// Broken by me.
    pub mine: bool,
    /// It flips without changes: the same revision was green and red.
    pub flaky: bool,
    /// Who said "I have it".
    pub claimed_by: Option<String>,
    /// What is shown may be old: its master cannot be heard since then.
    pub stale: Option<i64>,
    /// Muted.
    pub muted: bool,
    /// Builds under way.
    pub running: Vec<RunningRow>,
    /// Requests that wait.
    pub waiting: u32,
    /// The last builds, newest first, at most 12.
    pub last: Vec<BuildMark>,
    /// It can be forced.
    pub can_force: bool,
    /// Why no worker can build it now, if so.
    pub blocked: Option<String>,
}

/// A build under way.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct RunningRow {
    /// The build.
    pub mark: BuildMark,
    /// The step that runs.
    pub step: Option<String>,
    /// Why it was asked for.
    pub reason: String,
    /// The median of this builder's green builds; `null` when there are too few.
    pub expected: Option<i64>,
    /// Half of those builds lie within this distance of it.
    pub spread: Option<i64>,
    /// Who caused it.
    pub by: Vec<String>,
}

/// A request that waits.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct WaitingRow {
    /// Key of its master; `bundled` is this program's own.
    pub master: String,
    /// `buildrequestid`.
    pub request: i64,
    /// `builderid`.
    pub builder: i64,
    /// Its name.
    pub builder_name: String,
    /// Since when.
    pub submitted_at: i64,
    /// Why it was asked for.
    pub reason: String,
    /// Why it waits: `Waiting for a free worker (2 busy)`.
    pub waits_for: String,
    /// Higher first.
    pub priority: i64,
}

/// Changes that wait for the tree to be quiet.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct SettlingRow {
    /// Whose timer.
    pub scheduler: String,
    /// How many.
    pub changes: u32,
    /// When the build will be asked for.
    pub fires_at: i64,
}

/// Something is wrong that is no build's fault.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Trouble {
    /// Key of the master that it is of; `null` when it is of this program.
    pub master: Option<String>,
    /// `source`, `worker`, `port`, `login`, `configuration`, `keychain`, `disk`.
    pub about: String,
    /// Which one.
    pub name: String,
    /// What and why.
    pub message: String,
    /// The next step.
    pub hint: Option<String>,
    /// Page that helps.
    pub path: Option<String>,
    /// Since when, if known.
    pub since: Option<i64>,
}

/// A worker.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct WorkerRow {
    /// Key of its master; `bundled` is this program's own.
    pub master: String,
    /// `workerid`.
    pub worker: i64,
    /// Unique.
    pub name: String,
    /// Attached.
    pub connected: bool,
    /// Takes no builds.
    pub paused: bool,
    /// Builds that it runs.
    pub running: u32,
    /// How many at once; `null` is no limit.
    pub max_builds: Option<u32>,
}

/// Which builder.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct BuilderQuery {
    /// Key of its master; this program's own when absent.
    #[serde(default = "super::bundled")]
    pub master: String,
    /// `builderid`.
    pub builder: i64,
    /// Builds with a smaller number than this; the newest when absent.
    pub before: Option<i64>,
}

/// A builder with its history.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct BuilderPage {
    /// The row.
    pub row: BuilderRow,
    /// Builds, newest first, at most 50.
    pub builds: Vec<BuildMark>,
    /// There are older ones.
    pub more: bool,
    /// Requests that wait.
    pub waiting: Vec<WaitingRow>,
    /// The steps that a build would take, by name.
    pub steps: Vec<String>,
    /// Where the configuration names it, as `projects/app.star:12`.
    pub configured_at: Option<String>,
}

/// A link that opens the dashboard in a browser.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Dashboard {
    /// With a token that is good once, for a few minutes.
    pub url: String,
}

/// What leaving would end.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Leaving {
    /// Builds under way.
    pub running: Vec<RunningRow>,
    /// Requests that would wait for the next start.
    pub waiting: u32,
    /// What is built for other masters.
    pub lent: Vec<super::lending::LentRow>,
}

/// How to leave.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum QuitHow {
    /// Let builds finish first, take no new ones.
    Finish,
    /// Stop builds; they are built again at the next start.
    Stop,
}

/// End the program.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Quit {
    /// How.
    pub how: QuitHow,
}
