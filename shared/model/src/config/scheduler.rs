//! Who asks for builds, and when.

use super::{ChangeFilter, Function, Location, Render};
use crate::{Json, Properties};
use std::sync::Arc;

/// A scheduler with what all kinds share (B-033).
#[derive(Clone, Debug)]
pub struct SchedulerConfig {
    /// Unique.
    pub name: String,
    /// Names of the builders that it asks.
    pub builders: Vec<String>,
    /// With source `Scheduler`.
    pub properties: Properties,
    /// In words; empty for the kind's own.
    pub reason: String,
    /// Of its requests.
    pub priority: i64,
    /// What it is.
    pub kind: SchedulerKind,
    /// Where the configuration names it.
    pub location: Location,
}

/// The kinds that this version serves.
#[derive(Clone, Debug)]
pub enum SchedulerKind {
    /// `SingleBranchScheduler`: one timer for everything that its filter accepts.
    SingleBranch(TreeScheduler),
    /// `AnyBranchScheduler`: a timer for each branch.
    AnyBranch(TreeScheduler),
    /// `ForceScheduler`: a person asks.
    Force(Box<ForceScheduler>),
    /// `Try_Userpass`: people with a name and a password send changes over Perspective Broker (B-042).
    TryUserpass(TryUserpass),
    /// `Try_Jobdir`: changes are put into a folder (B-041).
    TryJobdir(TryJobdir),
}

/// Takes people's changes over Perspective Broker (`try-and-sendchange` §1).
#[derive(Clone, Debug, Default)]
pub struct TryUserpass {
    /// A number, or an endpoint such as `tcp:8031:interface=127.0.0.1`, as the person wrote it. It may be a port of the
    /// workers.
    pub port: String,
    /// Who may send.
    pub users: Vec<TryUser>,
}

/// Who may send changes.
#[derive(Clone, Debug)]
pub struct TryUser {
    /// The name to log in with.
    pub name: String,
    /// Name of the secret, or the literal, to log in with.
    pub password: Render,
}

/// Takes people's changes out of a folder (`try-and-sendchange` §2).
#[derive(Clone, Debug, Default)]
pub struct TryJobdir {
    /// Below it are `tmp`, `new` and `cur`. Relative to the master's folder.
    pub folder: String,
}

/// A scheduler that waits for the tree to be quiet.
#[derive(Clone, Debug, Default)]
pub struct TreeScheduler {
    /// Which changes.
    pub filter: ChangeFilter,
    /// Seconds of quiet before a build; `None` builds at once, each change by itself.
    pub tree_stable_timer: Option<f64>,
    /// Which of them start a build.
    pub important: Importance,
    /// Unimportant changes are not even recorded with the build.
    pub only_important: bool,
}

/// Which changes start a build.
#[derive(Clone, Debug, Default)]
pub enum Importance {
    /// Every one.
    #[default]
    All,
    /// Those that touch a file matching one of these globs (`important=["**/*.c"]`).
    Globs(Vec<String>),
    /// `fileIsImportant`: the function says.
    Asked(Arc<dyn Function>),
}

/// A form that a person fills in (`rest-v2` §9).
#[derive(Clone, Debug, Default)]
pub struct ForceScheduler {
    /// Shown; the name when empty.
    pub label: String,
    /// On the button.
    pub button_name: String,
    /// The tree of fields; the first group holds `username`, `reason`, `priority`.
    pub fields: Vec<ForceField>,
    /// The set's reason, with `%(owner)s` and `%(reason)s`.
    pub reason_string: String,
}

/// One field or group of a form. All wire members of `rest-v2` §9 are derived from it.
#[derive(Clone, Debug, Default)]
pub struct ForceField {
    /// Its own name; may be empty for a group.
    pub name: String,
    /// Shown.
    pub label: String,
    /// On a tab.
    pub tablabel: String,
    /// What it is.
    pub kind: ForceKind,
    /// Given when the person gives nothing.
    pub default: Json,
    /// Must be given.
    pub required: bool,
    /// Several values.
    pub multiple: bool,
    /// The text must match.
    pub regex: Option<String>,
    /// Not shown.
    pub hide: bool,
    /// In characters.
    pub maxsize: Option<u64>,
    /// Help.
    pub tooltip: String,
}

/// What a field is.
#[derive(Clone, Debug, Default)]
pub enum ForceKind {
    /// `text`
    #[default]
    Text,
    /// `textarea` with rows and columns.
    TextArea(u32, u32),
    /// `int`
    Int,
    /// `bool`
    Bool,
    /// `username`
    Username {
        /// Must hold a mail address.
        need_email: bool,
    },
    /// `list`
    List {
        /// To choose from.
        choices: Vec<String>,
        /// Nothing else is accepted.
        strict: bool,
    },
    /// `fixed`: always the default.
    Fixed,
    /// `nested`: a group.
    Nested {
        /// `vertical`, `simple` or `tabs`.
        layout: String,
        /// Side by side.
        columns: u32,
        /// What is in it.
        fields: Vec<ForceField>,
        /// A codebase's group: its values make a source stamp, not properties.
        codebase: Option<String>,
    },
}
