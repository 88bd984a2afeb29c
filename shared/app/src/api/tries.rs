//! Try: a person's uncommitted change, built by a master's builders.
//!
//! A face looks at a folder, which takes the change at that moment; shows it; asks where it can go; submits a choice of
//! it; and then follows the try, which is kept with the exact patch.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// Which working copy to take a change from, and how.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
pub struct TryLook {
    /// A folder in it.
    pub folder: String,
    /// `git`, `hg`, `svn`, `bzr`, `darcs`, `cvs`, `p4`, `mtn`; found when absent.
    #[serde(default)]
    pub system: Option<String>,
    /// Top of the tree, where the system does not know it.
    #[serde(default)]
    pub top: Option<String>,
    /// A file that only the top of the tree has.
    #[serde(default)]
    pub top_file: Option<String>,
    /// What is staged only.
    #[serde(default)]
    pub staged: bool,
    /// Another base than the one that is found.
    #[serde(default)]
    pub base: Option<String>,
    /// Another branch.
    #[serde(default)]
    pub branch: Option<String>,
    /// Another address of the repository.
    #[serde(default)]
    pub repository: Option<String>,
    /// This patch, instead of what a working copy has.
    #[serde(default)]
    pub diff: Option<TryGiven>,
}

/// A patch that is given whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct TryGiven {
    /// Its bytes in base64.
    pub base64: String,
    /// `-p`
    pub level: u32,
}

impl TryGiven {
    /// Of these bytes.
    pub fn new(body: &[u8], level: u32) -> TryGiven {
        use base64::Engine as _;
        TryGiven {
            base64: base64::engine::general_purpose::STANDARD.encode(body),
            level,
        }
    }
}

/// A change at one moment; it does not follow later edits.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct TryChange {
    /// Names it in the other commands; held until it is submitted, replaced by ten later ones, or an hour old.
    pub change: String,
    /// When it was taken.
    pub taken_at: i64,
    /// `git`
    pub system: String,
    /// `Git`
    pub system_name: String,
    /// Top of the working copy.
    pub root: String,
    /// What it is called: name of its project here, otherwise of its top folder.
    pub project: String,
    /// Its branch, as masters name it.
    pub branch: Option<String>,
    /// Address of its repository, without secrets.
    pub repository: String,
    /// Where it starts from.
    pub base: TryBase,
    /// What differs, by path.
    pub files: Vec<TryFile>,
    /// Files that are not tracked and not ignored: asked about.
    pub untracked: Vec<TryUntracked>,
    /// What the person should know.
    pub remarks: Vec<TryRemark>,
    /// Who sends it.
    pub who: String,
    /// Proposed comment.
    pub comment: String,
    /// What was chosen for this project last time.
    pub last: Option<TryPresetValues>,
    /// Presets of this project; shared ones stand in its `.outpost/try.toml`.
    pub presets: Vec<TryPreset>,
    /// It has a target, builders and values of its own already: the try that it repeats, or a foreign build tried here.
    pub from: Option<TryFrom>,
}

/// A base.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct TryBase {
    /// As masters take it; `null` is the newest.
    pub revision: Option<String>,
    /// For people.
    pub words: String,
    /// Commits of the person's that are part of the change.
    pub ahead: u32,
    /// Commits that the other side has and the base has not, as far as known.
    pub behind: Option<u32>,
    /// The newest revision known there, where it is another.
    pub newest: Option<String>,
}

/// What became of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TryFileKind {
    /// New.
    Added,
    /// Other content or mode.
    Modified,
    /// Gone.
    Deleted,
    /// Elsewhere.
    Renamed,
    /// A file became a link, or the other way round.
    Retyped,
    /// A submodule at another commit.
    Submodule,
}

/// A file of the change.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct TryFile {
    /// Place in the change.
    pub file: u32,
    /// Its path.
    pub path: String,
    /// Where it was, when renamed.
    pub from: Option<String>,
    /// What became of it.
    pub kind: TryFileKind,
    /// In words, where modes differ: `now executable`.
    pub mode: Option<String>,
    /// Not text.
    pub binary: bool,
    /// Lines.
    pub added: u32,
    /// Lines.
    pub removed: u32,
    /// Hunks to choose from; 0 when it goes whole or not at all.
    pub hunks: u32,
    /// Bytes after.
    pub size: i64,
    /// A merge is not resolved there.
    pub conflict: bool,
    /// In one of the person's own commits already.
    pub committed: bool,
}

/// A file that is not tracked.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct TryUntracked {
    /// Place among the untracked.
    pub file: u32,
    /// Its path.
    pub path: String,
    /// Bytes.
    pub size: i64,
    /// Not text.
    pub binary: bool,
    /// Asked about on its own.
    pub large: bool,
}

/// Something to know before submitting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TryRemark {
    /// It cannot be submitted like this.
    pub stops: bool,
    /// One sentence.
    pub text: String,
    /// The next step.
    pub hint: Option<String>,
}

/// Where a prepared change comes from.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum TryFrom {
    /// A try of before.
    Try {
        /// Which.
        id: i64,
    },
    /// A build of a master, with its revision and, if it was one of ours, its patch.
    Build {
        /// Key of the master.
        master: String,
        /// Which.
        build: i64,
        /// `linux-gcc #812`
        title: String,
    },
}

/// A file's lines.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct TryDiffQuery {
    /// Of which change.
    pub change: String,
    /// Which file.
    pub file: u32,
    /// Among the untracked.
    #[serde(default)]
    pub untracked: bool,
}

/// A file's hunks.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct TryDiff {
    /// In order; empty for what is not text.
    pub hunks: Vec<TryHunk>,
    /// More lines than are shown.
    pub cut: bool,
    /// Instead of lines: `binary, 12.3 kB before, 14.1 kB after`.
    pub words: Option<String>,
}

/// Neighbouring lines that change together.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct TryHunk {
    /// First line before.
    pub old_start: u32,
    /// First line after.
    pub new_start: u32,
    /// `@@ -1,4 +1,6 @@ fn main()`
    pub heading: String,
    /// The lines.
    pub lines: Vec<TryLine>,
}

/// A line.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct TryLine {
    /// ` `, `+` or `-`.
    pub sign: char,
    /// Its text; a carriage return at its end is shown as `␍`.
    pub text: String,
    /// The file ends here without a line feed.
    pub unfinished: bool,
}

/// Where can a change go?
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct TryTargetsQuery {
    /// Which change.
    pub change: String,
    /// Ask masters again rather than tell what is known.
    #[serde(default)]
    pub fresh: bool,
    /// Of this master only, which need not be joined.
    #[serde(default)]
    pub at: Option<TryAt>,
}

/// A master that is named for one try.
#[derive(Clone, Serialize, Deserialize, TS)]
pub struct TryAt {
    /// `pb` or `ssh`.
    pub way: TryWay,
    /// `host:port` of its Perspective Broker port, or the ssh host.
    pub address: String,
    /// Name of the `Try_Userpass` user, or of the ssh user.
    #[serde(default)]
    pub user: String,
    /// Password of the `Try_Userpass` user; kept for this run only.
    #[serde(default)]
    pub password: String,
    /// Port of ssh.
    #[serde(default)]
    pub port: Option<u16>,
    /// Job folder on the master's machine.
    #[serde(default)]
    pub jobdir: String,
    /// Words that run ssh; `ssh` when empty.
    #[serde(default)]
    pub ssh: String,
    /// The program over there; `buildbot` when empty.
    #[serde(default)]
    pub buildbotbin: String,
}

impl std::fmt::Debug for TryAt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TryAt")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

/// How a change travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TryWay {
    /// Within this program: the own master.
    Desk,
    /// Perspective Broker: `Try_Userpass`.
    Pb,
    /// A job folder over ssh: `Try_Jobdir`.
    Ssh,
    /// A force form with a patch parameter.
    Form,
}

/// The ways and their builders.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct TryTargets {
    /// Those that fit the change best first.
    pub targets: Vec<TryTarget>,
}

/// A master by one way.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct TryTarget {
    /// Names it: `bundled`, `KEY/pb`, `KEY/ssh`, `KEY/form/SCHEDULER`.
    pub target: String,
    /// Key of its master; empty for one that only a `.buildbot/options` file names.
    pub master: String,
    /// What the master calls itself.
    pub title: String,
    /// How the change travels.
    pub way: TryWay,
    /// Where to: `ci.example.org:8031 as alice`.
    pub words: String,
    /// Why it cannot take this change now: `nobody has given a password for it`.
    pub cannot: Option<String>,
    /// The next step.
    pub hint: Option<String>,
    /// A submission would wait here until the master is back.
    pub offline: bool,
    /// Most bytes that a patch may have this way.
    pub limit: Option<i64>,
    /// Files of this change that cannot travel this way or be applied there, and why.
    pub unfit: Vec<TryUnfit>,
    /// Whether the master has seen the base: `false` when its recent changes end before it.
    pub knows_base: Option<bool>,
    /// What may build it.
    pub builders: Vec<TryBuilder>,
    /// Builders that build this project and branch by themselves.
    pub proposed: Vec<String>,
}

/// A file that cannot go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TryUnfit {
    /// Its path.
    pub path: String,
    /// One clause: `it is binary`.
    pub reason: String,
}

/// A builder that may be asked.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct TryBuilder {
    /// Its name.
    pub name: String,
    /// Its id, where the master is joined.
    pub builder: Option<i64>,
    /// Its tags.
    pub tags: Vec<String>,
    /// Its project.
    pub project: Option<String>,
    /// Result of its last build, as a word.
    pub results: Option<String>,
    /// How long it usually takes, in milliseconds.
    pub usual: Option<i64>,
}

/// Files and hunks.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct TryFileChoice {
    /// Place in the change.
    pub file: u32,
    /// Places of hunks; the whole file when absent.
    #[serde(default)]
    pub hunks: Option<Vec<u32>>,
}

/// Send it.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct TrySubmit {
    /// Which change.
    pub change: String,
    /// By which way; without meaning when `at` is given.
    pub target: String,
    /// To this master, which need not be joined.
    #[serde(default)]
    pub at: Option<TryAt>,
    /// All files, whole, when absent.
    #[serde(default)]
    pub files: Option<Vec<TryFileChoice>>,
    /// Untracked files that go along as new ones.
    #[serde(default)]
    pub untracked: Vec<u32>,
    /// Names; all of the target when empty.
    #[serde(default)]
    pub builders: Vec<String>,
    /// For all its builds.
    #[serde(default)]
    pub properties: BTreeMap<String, String>,
    /// In words.
    #[serde(default)]
    pub comment: String,
    /// Another submitter than the one that was told.
    #[serde(default)]
    pub who: Option<String>,
    /// Push it when everything is green.
    #[serde(default)]
    pub push_when_green: bool,
}

/// What would be sent.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct TryPreview {
    /// How and where to.
    pub words: String,
    /// Bytes of the patch.
    pub bytes: i64,
    /// Its text, bytes that are no text replaced.
    pub patch: String,
    /// `-p`
    pub level: u32,
    /// Branch, base, repository, project, who, comment, builders and properties as they would be sent.
    pub job: BTreeMap<String, String>,
}

/// How far a try is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TryState {
    /// The master cannot be reached: it is sent when it is back.
    Queued,
    /// On the way.
    Sending,
    /// There; no builder has begun.
    Waiting,
    /// Builders are at it.
    Running,
    /// Every builder has ended.
    Ended,
    /// It was not taken.
    Refused,
    /// Taken back.
    Cancelled,
    /// There, but cannot be followed: the master is not joined and the way has no answers.
    Sent,
}

/// Whether the patch was applied; told before any colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TryApplied {
    /// Not known yet.
    Unknown,
    /// The tree that was built has the change.
    Applied,
    /// The change did not fit; what the build says is not about it.
    NotApplied,
}

/// How a builder's result compares with the base's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TryAgainstBase {
    /// The base is green there, the try is not: the change did it.
    New,
    /// The base fails there too, at the same step.
    Known,
    /// The base fails there too, but elsewhere.
    Different,
    /// The base fails there, the try does not.
    Repaired,
    /// Both are green.
    Same,
    /// The base was not built there.
    Unknown,
}

/// A builder of a try.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct TryBuild {
    /// Its name.
    pub builder: String,
    /// Page of the build: `/masters/KEY/builders/3/builds/7`; `null` before it begins or where it cannot be shown.
    pub path: Option<String>,
    /// Number of the build.
    pub number: Option<i64>,
    /// `waiting`, `running`, or the result as a word.
    pub state: String,
    /// Step or state in words.
    pub words: String,
    /// Whether the change is in.
    pub applied: TryApplied,
    /// When it began.
    pub started_at: Option<i64>,
    /// When it ended.
    pub ended_at: Option<i64>,
    /// When it will probably end.
    pub expected_at: Option<i64>,
    /// Against the base.
    pub against_base: TryAgainstBase,
    /// The same in words: `fails on the base too, since #812`.
    pub base_words: Option<String>,
}

/// A try, as it is kept.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct TryRow {
    /// Names it.
    pub id: i64,
    /// Of which project.
    pub project: String,
    /// Top of its working copy.
    pub root: String,
    /// Where to.
    pub target: String,
    /// Key of the master.
    pub master: String,
    /// What the master calls itself.
    pub title: String,
    /// How it travelled.
    pub way: TryWay,
    /// How far it is.
    pub state: TryState,
    /// The same in words, with the reason: `wrong name or password at ci.example.org:8031`.
    pub words: String,
    /// The next step, when one is needed.
    pub hint: Option<String>,
    /// Whether the change is in, over all builders.
    pub applied: TryApplied,
    /// Worst result over all builders that ended, as a word.
    pub results: Option<String>,
    /// When it was submitted.
    pub submitted_at: i64,
    /// When the last builder ended.
    pub ended_at: Option<i64>,
    /// Branch.
    pub branch: Option<String>,
    /// Base.
    pub base: Option<String>,
    /// Comment.
    pub comment: String,
    /// Files in it.
    pub files: u32,
    /// Bytes of the patch.
    pub bytes: i64,
    /// Properties.
    pub properties: BTreeMap<String, String>,
    /// Its builders, those that need a look first.
    pub builders: Vec<TryBuild>,
    /// The try that it repeats.
    pub repeats: Option<i64>,
    /// It can be taken back: queued, or requests wait, or builds run.
    pub can_cancel: bool,
    /// It can be sent again for what failed.
    pub can_repeat_failed: bool,
    /// Whether what passed can be pushed.
    pub push: TryPushState,
}

/// Pre-tested push.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum TryPushState {
    /// Nothing to push: not green, not git, or a part of the change only.
    No {
        /// Why not, where a person would ask.
        reason: Option<String>,
    },
    /// What passed is what would be pushed.
    Ready {
        /// `origin main`
        to: String,
    },
    /// It will be, when everything is green.
    Asked,
    /// It was.
    Done {
        /// The commit.
        commit: String,
        /// `origin main`
        to: String,
    },
    /// It was tried and refused.
    Failed {
        /// Why.
        reason: String,
        /// The next step.
        hint: Option<String>,
    },
}

/// What a push would do now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TryPushPlan {
    /// `origin main`
    pub to: String,
    /// The commit that is checked out, where it has the tree that was built: it is pushed. `null` when one is made.
    pub commit: Option<String>,
    /// What a commit that is made stands on.
    pub parent: Option<String>,
    /// The message of a commit that is made.
    pub message: Option<String>,
}

/// Which tries.
#[derive(Clone, Debug, Default, Serialize, Deserialize, TS)]
pub struct TriesQuery {
    /// Of one project.
    #[serde(default)]
    pub project: Option<String>,
    /// Older than this one.
    #[serde(default)]
    pub before: Option<i64>,
    /// At most so many; 50 when absent.
    #[serde(default)]
    pub limit: Option<u32>,
}

/// The history.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Tries {
    /// The resident's clock.
    pub now: i64,
    /// Newest first.
    pub tries: Vec<TryRow>,
    /// Older ones are there.
    pub more: bool,
    /// Working copies that a change can be taken from: projects here and where tries came from, last used first.
    pub folders: Vec<TryFolder>,
}

/// A working copy.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct TryFolder {
    /// Its top.
    pub root: String,
    /// What it is called.
    pub project: String,
}

/// One try.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct TryQuery {
    /// Which.
    pub id: i64,
}

/// The patch that was sent.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct TryPatch {
    /// Its text, bytes that are no text replaced.
    pub text: String,
    /// Its bytes in base64, for saving.
    pub base64: String,
    /// `-p`
    pub level: u32,
}

impl TryPatch {
    /// The exact bytes; none when they came damaged.
    pub fn bytes(&self) -> Option<Vec<u8>> {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD.decode(&self.base64).ok()
    }
}

/// Send it again.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct TryRepeat {
    /// Which.
    pub id: i64,
    /// Only the builders that failed; all when false.
    #[serde(default)]
    pub only_failed: bool,
    /// With the change as it is now, instead of the patch that was sent.
    #[serde(default)]
    pub fresh: bool,
}

/// What a preset or the last choice holds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
pub struct TryPresetValues {
    /// By which way; the best one when absent.
    #[serde(default)]
    pub target: Option<String>,
    /// Builders: names or patterns with `*`.
    #[serde(default)]
    pub builders: Vec<String>,
    /// Properties.
    #[serde(default)]
    pub properties: BTreeMap<String, String>,
    /// Untracked files to send along: patterns.
    #[serde(default)]
    pub untracked: Vec<String>,
}

/// A preset.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct TryPreset {
    /// Its name.
    pub name: String,
    /// In the repository's `.outpost/try.toml`, for everybody.
    pub shared: bool,
    /// What it holds.
    pub values: TryPresetValues,
}

/// Keep a preset.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct SaveTryPreset {
    /// Top of the working copy.
    pub root: String,
    /// What.
    pub preset: TryPreset,
}

/// Forget a preset.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct RemoveTryPreset {
    /// Top of the working copy.
    pub root: String,
    /// Its name.
    pub name: String,
    /// The shared one.
    pub shared: bool,
}

/// Presets of a working copy.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct TryPresets {
    /// Shared ones first.
    pub presets: Vec<TryPreset>,
}

/// How changes get to a joined master, beside its pages.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct TryAccess {
    /// Key of the master.
    pub master: String,
    /// `pb` or `ssh`; `null` when nothing was given: then only a force form is left.
    pub way: Option<TryWay>,
    /// `host:port` of its Perspective Broker port, with `ssl:` or `tls:` in front where it has one; or the ssh host.
    pub address: String,
    /// Name of the `Try_Userpass` user, or of the ssh user.
    pub user: String,
    /// There is a password in the keychain.
    pub has_password: bool,
    /// The password is for this run only, as there is no keychain.
    pub session_only: bool,
    /// Port of ssh.
    pub port: Option<u16>,
    /// Job folder on the master's machine.
    pub jobdir: String,
    /// Words that run ssh; `ssh` when empty.
    pub ssh: String,
    /// The program over there; `buildbot` when empty.
    pub buildbotbin: String,
    /// Where these were found, before the person has saved any: `.buildbot/options` of a working copy.
    pub found_in: Option<String>,
}

/// Say how changes get there.
#[derive(Clone, Serialize, Deserialize, TS)]
pub struct SetTryAccess {
    /// All but the password.
    pub access: TryAccess,
    /// A new password; the old one stays when absent.
    #[serde(default)]
    pub password: Option<String>,
    /// Ask the master whether it works before keeping it.
    #[serde(default)]
    pub check: bool,
}

/// A build to be tried here, or anywhere else.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct TryOfBuild {
    /// Key of its master.
    #[serde(default = "super::bundled")]
    pub master: String,
    /// `buildid`.
    pub build: i64,
    /// The working copy of it here; found by its repository when absent.
    #[serde(default)]
    pub root: Option<String>,
}
