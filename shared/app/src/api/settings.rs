//! Settings, and who I am.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// All settings. What a file does not say has its default.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct Settings {
    /// Names, mail addresses and user names that are me.
    pub identities: Vec<String>,
    /// More of them that are me on one master only, by the master's key.
    pub identities_at: BTreeMap<String, Vec<String>>,
    /// Tell about breaks of mine.
    pub notify_breaks: bool,
    /// Tell when what I broke is fixed.
    pub notify_fixed: bool,
    /// Also tell about breaks by others.
    pub notify_others: bool,
    /// Tell again while it is broken, every so many hours; 0 does not.
    pub remind_hours: u32,
    /// What is told of some builders in another way. The first rule that fits a build decides; where none does, the
    /// settings above.
    pub rules: Vec<Rule>,
    /// Say nothing between these times of day, as `22:00`; `null` never.
    pub quiet_from: Option<String>,
    /// See `quiet_from`.
    pub quiet_to: Option<String>,
    /// Start with the desktop.
    pub autostart: bool,
    /// `system`, `light` or `dark`.
    pub theme: String,
    /// `system`, `more` or `normal`.
    pub contrast: String,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            identities: Vec::new(),
            identities_at: BTreeMap::new(),
            notify_breaks: true,
            notify_fixed: true,
            notify_others: false,
            remind_hours: 0,
            rules: Vec::new(),
            quiet_from: None,
            quiet_to: None,
            autostart: false,
            theme: "system".to_owned(),
            contrast: "system".to_owned(),
        }
    }
}

/// What is told of some builders.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Rule {
    /// Which builds it is about.
    pub about: RuleAbout,
    /// Whose builds are told.
    pub whose: RuleWhose,
    /// Which of them are told; none at all keeps quiet.
    pub modes: Vec<RuleMode>,
    /// Also where it is doubtful that I am to blame: one of more than ten, or a builder that flips without changes.
    #[serde(default)]
    pub doubtful: bool,
    /// Tell again while it is broken, every so many hours; 0 does not.
    #[serde(default)]
    pub remind_hours: u32,
}

/// Which builds a rule is about: those that all given parts fit; `null` fits any. `*` in a text stands for any text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct RuleAbout {
    /// Key of the master.
    pub master: Option<String>,
    /// Name of the builder's project.
    pub project: Option<String>,
    /// One of the builder's tags.
    pub tag: Option<String>,
    /// Name of the builder.
    pub builder: Option<String>,
    /// Branch of one of the build's changes; the empty text is the default branch.
    pub branch: Option<String>,
}

/// Whose builds are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RuleWhose {
    /// Those that have changes of mine, or that I asked for.
    Mine,
    /// All: I am interested, to blame or not.
    Everybody,
    /// None.
    Nobody,
}

/// What is told, by the names that Buildbot's reporters have for it; `fixed` and `first_failure` are ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RuleMode {
    /// Breaks and repairs.
    Change,
    /// Breaks: red after green.
    Problem,
    /// Repairs: green after red.
    Fixed,
    /// Every failure.
    Failing,
    /// Every success.
    Passing,
    /// Every build with warnings.
    Warnings,
    /// Every exception.
    Exception,
    /// Every build that was cancelled.
    Cancelled,
    /// Every build.
    All,
    /// The first failure of a build set, and one summary at its end, in place of a notice for each break in it.
    FirstFailure,
}

/// Patterns to try, before they are saved.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct IdentitiesQuery {
    /// `null` takes the saved ones.
    pub patterns: Option<Vec<String>>,
    /// Key of a master, about whose changes to ask, and where alone `patterns` hold besides the saved ones; `null` is
    /// about all masters, where `patterns` stand in place of the saved ones that hold everywhere.
    #[serde(default)]
    pub master: Option<String>,
}

/// Who I seem to be.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Identities {
    /// Proposed from the version control's configuration; for one master from who is signed in there and from recent
    /// authors that are called like me. What is me already is left out for one master.
    pub proposed: Vec<ProposedIdentity>,
    /// Authors of recent changes, most frequent first.
    pub authors: Vec<Author>,
}

/// A proposal.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ProposedIdentity {
    /// A name or a mail address.
    pub pattern: String,
    /// Where it was found.
    pub from: String,
}

/// An author of recent changes.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Author {
    /// As reported.
    pub author: String,
    /// How many changes.
    pub changes: u32,
    /// A pattern matches.
    pub mine: bool,
}
