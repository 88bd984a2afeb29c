//! Orders: force, stop, rebuild, cancel.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// Which builder's form.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct FormQuery {
    /// `builderid`.
    pub builder: i64,
}

/// A force scheduler's form.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Form {
    /// Name of the force scheduler.
    pub scheduler: String,
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
    /// `text`, `textarea`, `int`, `bool`, `username`, `list`, `fixed` or `nested`.
    pub kind: String,
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
    /// `builderid`.
    pub builder: i64,
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
    /// `buildid`.
    pub build: i64,
    /// In words; may be empty.
    pub reason: String,
}

/// Ask for the same again.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Rebuild {
    /// `buildid`.
    pub build: i64,
}

/// Take a waiting request back.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Cancel {
    /// `buildrequestid`.
    pub request: i64,
    /// In words; may be empty.
    pub reason: String,
}
