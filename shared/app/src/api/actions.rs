//! Orders: force, stop, rebuild, cancel.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// Which builder's form.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct FormQuery {
    /// Key of its master; this program's own when absent.
    #[serde(default = "super::bundled")]
    pub master: String,
    /// `builderid`.
    pub builder: i64,
    /// Which of its force schedulers; the first when absent.
    #[serde(default)]
    pub scheduler: Option<String>,
}

/// A force scheduler that may ask a builder.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct FormName {
    /// Name of the force scheduler.
    pub scheduler: String,
    /// On top of its form.
    pub label: String,
}

/// A force scheduler's form.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Form {
    /// Name of the force scheduler.
    pub scheduler: String,
    /// All that may ask this builder, this one too.
    pub choices: Vec<FormName>,
    /// The form at its own master, for fields of a kind that is not known here.
    pub page: Option<String>,
    /// On top of the form.
    pub label: String,
    /// On the button.
    pub button: String,
    /// The fields, in order; groups hold fields.
    pub fields: Vec<Field>,
}

/// A field or a group.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Field {
    /// Key of the value; empty for a group without a name.
    pub full_name: String,
    /// Shown.
    pub label: String,
    /// `text`, `textarea`, `int`, `bool`, `username`, `list`, `file`, `fixed`, `inherit`, `nested`, or `unknown`: such a
    /// form is filled in at its own master.
    pub kind: String,
    /// Of a group: `vertical`, `simple` or `tabs`.
    pub layout: String,
    /// Most characters or bytes that the master takes.
    pub max_size: Option<i64>,
    /// Given when the person gives nothing, as text; `true` and `false` for a `bool`.
    pub default: String,
    /// Must be given.
    pub required: bool,
    /// Several values.
    pub multiple: bool,
    /// Not shown.
    pub hide: bool,
    /// Help.
    pub tooltip: String,
    /// To choose from.
    pub choices: Vec<String>,
    /// Nothing but the choices.
    pub strict: bool,
    /// Fields of a group.
    pub fields: Vec<Field>,
}

/// Ask for a build.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Force {
    /// Key of its master; this program's own when absent.
    #[serde(default = "super::bundled")]
    pub master: String,
    /// `builderid`.
    pub builder: i64,
    /// By which of its force schedulers; the first when absent.
    #[serde(default)]
    pub scheduler: Option<String>,
    /// Values by full name; what is not here takes its default. Several chosen values stand one a line.
    pub values: BTreeMap<String, String>,
}

/// What was asked for.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Forced {
    /// `bsid`.
    pub build_set: i64,
    /// `buildrequestid`.
    pub request: i64,
}

/// End a build.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Stop {
    /// Key of its master; this program's own when absent.
    #[serde(default = "super::bundled")]
    pub master: String,
    /// `buildid`.
    pub build: i64,
    /// In words; may be empty.
    pub reason: String,
}

/// Ask for the same again.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Rebuild {
    /// Key of its master; this program's own when absent.
    #[serde(default = "super::bundled")]
    pub master: String,
    /// `buildid`.
    pub build: i64,
}

/// Take a waiting request back.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Cancel {
    /// Key of its master; this program's own when absent.
    #[serde(default = "super::bundled")]
    pub master: String,
    /// `buildrequestid`.
    pub request: i64,
    /// In words; may be empty.
    pub reason: String,
}

/// Let a request be built sooner or later.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct SetPriority {
    /// Key of its master; this program's own when absent.
    #[serde(default = "super::bundled")]
    pub master: String,
    /// `buildrequestid`.
    pub request: i64,
    /// Higher first; 0 is usual.
    pub priority: i64,
}

/// The schedulers of a master.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Schedulers {
    /// In their order there.
    pub schedulers: Vec<SchedulerRow>,
}

/// A scheduler.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct SchedulerRow {
    /// `schedulerid`.
    pub scheduler: i64,
    /// Unique.
    pub name: String,
    /// Asks for builds.
    pub enabled: bool,
    /// No running master has it.
    pub asleep: bool,
}

/// Switch a scheduler.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct SwitchScheduler {
    /// Key of its master; this program's own when absent.
    #[serde(default = "super::bundled")]
    pub master: String,
    /// `schedulerid`.
    pub scheduler: i64,
    /// On or off.
    pub enabled: bool,
}
