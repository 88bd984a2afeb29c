//! Settings, and who I am.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// All settings. What a file does not say has its default.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct Settings {
    /// Names, mail addresses and user names that are me.
    pub identities: Vec<String>,
    /// Tell about breaks of mine.
    pub notify_breaks: bool,
    /// Tell when what I broke is fixed.
    pub notify_fixed: bool,
    /// Also tell about breaks by others.
    pub notify_others: bool,
    /// Tell again while it is broken, every so many hours; 0 does not.
    pub remind_hours: u32,
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
            notify_breaks: true,
            notify_fixed: true,
            notify_others: false,
            remind_hours: 0,
            quiet_from: None,
            quiet_to: None,
            autostart: false,
            theme: "system".to_owned(),
            contrast: "system".to_owned(),
        }
    }
}

/// Patterns to try, before they are saved.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct IdentitiesQuery {
    /// `null` takes the saved ones.
    pub patterns: Option<Vec<String>>,
}

/// Who I seem to be.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Identities {
    /// Proposed from the version control's configuration, with where it was found.
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
