//! Functions of the configuration that run while the master does: conditions, renderers, filters.

use crate::{Change, Json, Properties};
use std::collections::BTreeMap;
use std::fmt;

/// A function of the configuration program.
///
/// Implementations bound time and memory themselves; a caller that gets an error takes the safe default and shows a
/// warning. Calls may take milliseconds: never call on the engine's own task.
pub trait Function: Send + Sync + fmt::Debug {
    /// Calls it with one argument.
    fn call(&self, argument: FunctionArgument<'_>) -> Result<Json, CallError>;

    /// How the configuration calls it, with its place, for messages.
    fn name(&self) -> &str;
}

/// What a function is given.
#[derive(Clone, Copy, Debug)]
pub enum FunctionArgument<'a> {
    /// Conditions and renderers: the build's properties. Seen as an object with `get(name, default)`,
    /// `getProperty(name, default)`, `has(name)` and indexing.
    Properties(&'a Properties),
    /// Filters and importance: the change, as an object with Buildbot's attribute names (`author`, `files`, …).
    Change(&'a Change),
    /// Collapsing: both requests as REST shows them.
    Requests(&'a Json, &'a Json),
    /// Builder names by renderer: the changes and properties of the set to be made.
    Set(&'a [Change], &'a Properties),
    /// `extract_fn` of a command: exit code, standard output, standard error.
    Output(i64, &'a str, &'a str),
    /// `filter_fn` and the like of one text.
    Text(&'a str),
    /// Named values for other uses.
    Values(&'a BTreeMap<String, Json>),
}

/// Why a function gave no value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{function}: {reason}")]
pub struct CallError {
    /// As [`Function::name`].
    pub function: String,
    /// One sentence.
    pub reason: String,
}
