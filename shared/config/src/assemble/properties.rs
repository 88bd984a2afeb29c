//! Properties that the configuration gives.

use crate::arg::Arg;
use crate::evaluation::Run;
use crate::made::Made;
use model::Properties;
use model::config::Location;

/// The properties of a dictionary, with their source. They are plain values: they are known before a build is.
pub(super) fn properties(arg: &Arg, source: &str, place: &Location, owner: &str, run: &Run) -> Properties {
    let mut properties = Properties::default();
    let Arg::Dict(members) = arg else {
        if !arg.is_none() {
            run.error(
                place,
                format!("{owner}, properties cannot be {}", arg.described()),
                "give a dictionary with texts as keys",
            );
        }
        return properties;
    };
    for (key, value) in members {
        match (key.key(), value.json()) {
            (Some(name), Some(value)) => properties.set(name, value, source),
            (name, _) => run.error(
                place,
                format!(
                    "{owner}, the property '{}' must be a plain value, not {}",
                    name.unwrap_or_default(),
                    value.described()
                ),
                "set what depends on the build by steps.SetProperty(property=…, value=…)",
            ),
        }
    }
    properties
}

/// The argument `name` of `made` as properties.
pub(super) fn of(made: &Made, name: &str, source: &str, run: &Run) -> Properties {
    match made.get(name) {
        Some(arg) => properties(arg, source, &made.location, &made.spec.full_name(), run),
        None => Properties::default(),
    }
}
