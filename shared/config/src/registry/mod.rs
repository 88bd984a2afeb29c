//! The calls that a configuration may make: names, parameters and what of it this version serves.
//!
//! A table, so that checking arguments, suggesting names and telling what is not served yet is one piece of code for
//! all of them. What a call means is `assemble`'s.

mod changes;
mod kind;
mod not_yet;
mod schedulers;
mod sources;
mod steps;
mod transfers;
mod util;
mod worker;

pub(crate) use kind::Kind;

use crate::arg::Arg;
use crate::evaluation::Run;
use model::config::Location;

/// A call.
#[derive(Debug)]
pub(crate) struct Spec {
    pub(crate) namespace: &'static str,
    pub(crate) name: &'static str,
    /// Parameters of its own and those that its kind shares, in Buildbot's order.
    pub(crate) params: &'static [&'static [Param]],
    /// How many of the parameters may be given by position.
    pub(crate) positional: usize,
    /// Takes further arguments: by position and by name.
    pub(crate) further: bool,
    pub(crate) served: Served,
}

/// What this version does with a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Served {
    Yes,
    /// Gives back its argument (`util.renderer`).
    Itself,
    /// Buildbot has it; this version does nothing with it, and says so.
    NotYet,
}

/// A parameter.
#[derive(Debug)]
pub(crate) struct Param {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) required: bool,
    pub(crate) served: bool,
}

/// Must be given.
const fn need(name: &'static str, kind: Kind) -> Param {
    Param {
        name,
        kind,
        required: true,
        served: true,
    }
}

/// May be given.
const fn may(name: &'static str, kind: Kind) -> Param {
    Param {
        name,
        kind,
        required: false,
        served: true,
    }
}

/// Buildbot has it; this version does nothing with it, and says so.
const fn later(name: &'static str) -> Param {
    Param {
        name,
        kind: Kind::Any,
        required: false,
        served: false,
    }
}

/// A call that is served.
const fn call(
    namespace: &'static str,
    name: &'static str,
    params: &'static [&'static [Param]],
    positional: usize,
) -> Spec {
    Spec {
        namespace,
        name,
        params,
        positional,
        further: false,
        served: Served::Yes,
    }
}

/// What stands for a call that does not exist, after that was told.
pub(crate) static UNKNOWN: Spec = call("unknown", "value", &[], 0);

impl Spec {
    pub(crate) fn full_name(&self) -> String {
        format!("{}.{}", self.namespace, self.name)
    }

    pub(crate) fn params(&self) -> impl Iterator<Item = &'static Param> {
        self.params.iter().flat_map(|group| group.iter())
    }
}

fn served() -> impl Iterator<Item = &'static Spec> {
    [
        sources::CALLS,
        steps::CALLS,
        transfers::CALLS,
        schedulers::CALLS,
        changes::CALLS,
        worker::CALLS,
        util::CALLS,
    ]
    .into_iter()
    .flatten()
}

/// The call `namespace.name`.
pub(crate) fn find(namespace: &str, name: &str) -> Option<&'static Spec> {
    served()
        .chain(not_yet::calls())
        .find(|spec| spec.namespace == namespace && spec.name == name)
}

/// All names of a namespace.
pub(crate) fn names(namespace: &'static str) -> impl Iterator<Item = &'static str> {
    served()
        .chain(not_yet::calls())
        .filter(move |spec| spec.namespace == namespace)
        .map(|spec| spec.name)
        .chain(
            util::CONSTANTS
                .iter()
                .filter(move |_| namespace == "util")
                .map(|(name, _)| *name),
        )
}

/// The names of a namespace that this version serves, in words.
pub(crate) fn served_names(namespace: &str) -> String {
    let names: Vec<&str> = served()
        .filter(|spec| spec.namespace == namespace)
        .map(|spec| spec.name)
        .collect();
    if names.is_empty() {
        "nothing in it that this version serves".to_owned()
    } else {
        names.join(", ")
    }
}

/// The namespace that has `name`.
pub(crate) fn elsewhere(name: &str) -> Option<&'static str> {
    served()
        .chain(not_yet::calls())
        .find(|spec| spec.name == name)
        .map(|spec| spec.namespace)
}

/// `util.SUCCESS` and its like.
pub(crate) fn constant(namespace: &str, name: &str) -> Option<i32> {
    util::CONSTANTS
        .iter()
        .find(|(known, _)| namespace == "util" && *known == name)
        .map(|(_, value)| *value)
}

/// Tells if `arg` cannot be a step of a factory.
pub(crate) fn check_step(arg: &Arg, run: &Run, place: &Location) {
    match arg {
        // What is not there was told where it was made.
        Arg::Made(made) if made.spec.namespace == "steps" || std::ptr::eq(made.spec, &UNKNOWN) => {}
        other => run.error(
            place,
            format!("a factory takes steps, not {}", other.described()),
            "write a step, for example steps.ShellCommand(command=[\"make\"])",
        ),
    }
}
