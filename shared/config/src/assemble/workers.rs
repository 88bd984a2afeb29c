//! Workers.

use super::properties;
use crate::arg::Arg;
use crate::evaluation::Run;
use crate::made::Made;
use model::config::WorkerConfig;

pub(super) fn worker(made: &Made, run: &Run) -> WorkerConfig {
    let local = made.spec.name == "LocalWorker";
    if let Some(Arg::Text(_)) = made.get("password") {
        run.warning(
            &made.location,
            "the worker's password can be read in this file",
            "keep it in the keychain and write password=secret(\"name\")",
        );
    }
    let max_builds = match made.get("max_builds") {
        Some(Arg::Int(number)) if *number < 1 => {
            run.error(
                &made.location,
                format!("max_builds cannot be {number}"),
                "give 1 or more, or leave it out for no limit",
            );
            None
        }
        _ => made.count("max_builds").and_then(|number| u32::try_from(number).ok()),
    };
    WorkerConfig {
        name: made.text("name").unwrap_or_default().to_owned(),
        local,
        password: made.maybe_render("password"),
        max_builds,
        properties: properties::of(made, "properties", "Worker", run),
        default_properties: properties::of(made, "defaultProperties", "Worker", run),
        location: made.location.clone(),
    }
}
