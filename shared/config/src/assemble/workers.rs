//! Workers.

use super::properties;
use crate::arg::Arg;
use crate::evaluation::Run;
use crate::made::Made;
use model::config::WorkerConfig;
use std::time::Duration;

/// Longer than anybody waits; what is more is a slip.
const MAX_SECONDS: f64 = 1e9;

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
        notify_on_missing: texts(made.get("notify_on_missing")),
        missing_timeout: seconds(made, "missing_timeout", run).unwrap_or(WorkerConfig::default().missing_timeout),
        keepalive_interval: keepalive(made, run),
        location: made.location.clone(),
    }
}

/// A text or a list of texts.
fn texts(arg: Option<&Arg>) -> Vec<String> {
    match arg {
        Some(Arg::Text(text)) => vec![text.clone()],
        Some(Arg::List(items)) => items.iter().filter_map(|item| item.text().map(str::to_owned)).collect(),
        _ => Vec::new(),
    }
}

/// Seconds above zero.
fn seconds(made: &Made, name: &str, run: &Run) -> Option<Duration> {
    let number = made.get(name)?.number()?;
    if number > 0.0 && number <= MAX_SECONDS {
        return Some(Duration::from_secs_f64(number));
    }
    run.error(
        &made.location,
        format!("{name} cannot be {number}"),
        "give a number of seconds above 0",
    );
    None
}

/// 0 switches it off.
fn keepalive(made: &Made, run: &Run) -> Option<Duration> {
    match made.get("keepalive_interval").and_then(Arg::number) {
        Some(0.0) => None,
        Some(_) => seconds(made, "keepalive_interval", run),
        None => WorkerConfig::default().keepalive_interval,
    }
}
