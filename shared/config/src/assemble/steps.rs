//! Steps, with each kind's own defaults (B-084, B-096 to B-102, B-120 to B-122).

use super::filter::function;
use super::render::render;
use super::{sources, transfers};
use crate::arg::Arg;
use crate::evaluation::Run;
use crate::made::Made;
use model::config::{LogFile, Render, ShellArg, ShellArgs, ShellSequence, StepCommon, StepConfig, StepKind};
use model::{Json, Results};
use serde_json::json;
use std::collections::BTreeMap;

/// What a kind of step has of its own.
struct Defaults {
    name: &'static str,
    halt_on_failure: bool,
    warn_on_failure: bool,
    description: Option<&'static str>,
    description_done: Option<&'static str>,
    command: &'static [&'static str],
}

const PLAIN: Defaults = Defaults {
    name: "shell",
    halt_on_failure: false,
    warn_on_failure: false,
    description: None,
    description_done: None,
    command: &[],
};

/// Buildbot's own values.
fn defaults(name: &str) -> Defaults {
    match name {
        "Configure" => Defaults {
            name: "configure",
            halt_on_failure: true,
            description: Some("configuring"),
            description_done: Some("configure"),
            command: &["./configure"],
            ..PLAIN
        },
        "Compile" => Defaults {
            name: "compile",
            halt_on_failure: true,
            description: Some("compiling"),
            description_done: Some("compile"),
            command: &["make", "all"],
            ..PLAIN
        },
        "Test" => Defaults {
            name: "test",
            warn_on_failure: true,
            description: Some("testing"),
            description_done: Some("test"),
            command: &["make", "test"],
            ..PLAIN
        },
        "ShellSequence" => Defaults {
            name: "generic",
            ..PLAIN
        },
        "SetProperty" => Defaults {
            name: "SetProperty",
            description: Some("Setting"),
            description_done: Some("Set"),
            ..PLAIN
        },
        "SetProperties" => Defaults {
            name: "SetProperties",
            description: Some("Setting Properties.."),
            description_done: Some("Properties Set"),
            ..PLAIN
        },
        "SetPropertyFromCommand" => Defaults {
            name: "setproperty",
            ..PLAIN
        },
        "SetPropertiesFromEnv" => Defaults {
            name: "SetPropertiesFromEnv",
            description: Some("Setting"),
            description_done: Some("Set"),
            ..PLAIN
        },
        // Buildbot's own quotes the pattern twice, and so finds no file.
        "RemovePYCs" => Defaults {
            name: "remove_pyc",
            description: Some("removing .pyc files"),
            description_done: Some("remove .pycs"),
            command: &["find", ".", "-name", "*.pyc", "-exec", "rm", "{}", ";"],
            ..PLAIN
        },
        _ => of_sources(name).unwrap_or_else(|| of_files(name)),
    }
}

/// Those of steps that get the tree.
fn of_sources(name: &str) -> Option<Defaults> {
    let name = match name {
        "Git" => "git",
        "SVN" => "svn",
        "Mercurial" => "hg",
        "Bzr" => "bzr",
        "Darcs" => "darcs",
        "CVS" => "cvs",
        "P4" => "p4",
        "Monotone" => "monotone",
        _ => return None,
    };
    Some(Defaults {
        name,
        halt_on_failure: true,
        description: Some("updating"),
        description_done: Some("update"),
        ..PLAIN
    })
}

/// Those of steps that carry files or work on them. What they say when they are done depends on how they went.
fn of_files(name: &str) -> Defaults {
    let (name, description) = match name {
        "FileUpload" | "DirectoryUpload" | "MultipleFileUpload" => ("upload", None),
        "FileDownload" => ("download", None),
        "StringDownload" => ("string_download", None),
        "JSONStringDownload" => ("json_download", None),
        "JSONPropertiesDownload" => ("json_properties_download", None),
        "MakeDirectory" => ("MakeDirectory", Some("Creating")),
        "RemoveDirectory" => ("RemoveDirectory", Some("Deleting")),
        "CopyDirectory" => ("CopyDirectory", Some("Copying")),
        "FileExists" => ("FileExists", None),
        _ => return PLAIN,
    };
    Defaults {
        name,
        halt_on_failure: true,
        description,
        ..PLAIN
    }
}

/// The step, unless it is of a kind that is not served, which was told where it was made.
pub(super) fn step(made: &Made, run: &Run) -> Option<StepConfig> {
    let defaults = defaults(made.spec.name);
    let kind = match made.spec.name {
        "Git" | "SVN" | "Mercurial" | "Bzr" | "Darcs" | "CVS" | "P4" | "Monotone" => {
            StepKind::Source(Box::new(sources::source(made, run)))
        }
        "ShellCommand" | "Configure" | "Compile" | "Test" | "RemovePYCs" => {
            StepKind::Shell(Box::new(shell(made, &defaults, run)))
        }
        "ShellSequence" => StepKind::Sequence(Box::new(ShellSequence {
            commands: sequence(made),
            shell: shell(made, &defaults, run),
        })),
        "SetProperty" => StepKind::SetProperties(vec![(
            made.text("property").unwrap_or_default().to_owned(),
            made.render("value"),
        )]),
        "SetProperties" => StepKind::SetProperties(match made.get("properties").map(render) {
            Some(Render::Dict(members)) => members,
            Some(Render::Const(Json::Object(members))) => members
                .into_iter()
                .map(|(name, value)| (name, Render::Const(value)))
                .collect(),
            _ => Vec::new(),
        }),
        "SetPropertyFromCommand" => from_command(made, &defaults, run),
        "SetPropertiesFromEnv" => transfers::from_environment(made),
        "FileUpload" | "DirectoryUpload" | "MultipleFileUpload" => transfers::upload(made, run),
        "FileDownload" | "StringDownload" | "JSONStringDownload" | "JSONPropertiesDownload" => {
            transfers::download(made, run)
        }
        "MakeDirectory" | "RemoveDirectory" | "CopyDirectory" | "FileExists" => transfers::files(made),
        _ => return None,
    };
    Some(StepConfig {
        common: common(made, &defaults),
        kind,
        location: made.location.clone(),
    })
}

fn common(made: &Made, defaults: &Defaults) -> StepCommon {
    let described = |name: &str, default: Option<&str>| {
        made.maybe_render(name)
            .or_else(|| default.map(|text| Render::Const(text.into())))
    };
    StepCommon {
        name: made.render_or("name", defaults.name),
        halt_on_failure: made.bool("haltOnFailure", defaults.halt_on_failure),
        flunk_on_failure: made.bool("flunkOnFailure", true),
        flunk_on_warnings: made.bool("flunkOnWarnings", false),
        warn_on_failure: made.bool("warnOnFailure", defaults.warn_on_failure),
        warn_on_warnings: made.bool("warnOnWarnings", false),
        always_run: made.bool("alwaysRun", false),
        do_step_if: made.render_or("doStepIf", true),
        hide_step_if: made.render_or("hideStepIf", false),
        description: described("description", defaults.description),
        description_done: described("descriptionDone", defaults.description_done),
        description_suffix: described("descriptionSuffix", None),
        workdir: made.maybe_render("workdir"),
    }
}

fn shell(made: &Made, defaults: &Defaults, run: &Run) -> ShellArgs {
    let standard = ShellArgs::default();
    let signal = made.text("interruptSignal").unwrap_or(&standard.interrupt_signal);
    ShellArgs {
        command: made.render_or("command", json!(defaults.command)),
        env: made.render("env"),
        want_stdout: made.bool("want_stdout", true),
        want_stderr: made.bool("want_stderr", true),
        use_pty: made.bool("usePTY", false),
        logfiles: logfiles(made, run),
        lazy_logfiles: made.bool("lazylogfiles", false),
        timeout: match made.given("timeout") {
            Some(Arg::None) => None,
            Some(arg) => arg.number(),
            None => standard.timeout,
        },
        max_time: made.number("maxTime"),
        max_lines: made.count("max_lines"),
        log_environ: made.bool("logEnviron", true),
        interrupt_signal: signal.trim_start_matches("SIG").to_owned(),
        sigterm_time: made.number("sigtermTime"),
        initial_stdin: made.maybe_render("initialStdin"),
        decode_rc: decode_rc(made, run).unwrap_or(standard.decode_rc),
    }
}

/// `{"test": "out.log"}` or `{"test": {"filename": "out.log", "follow": True}}`.
fn logfiles(made: &Made, run: &Run) -> Vec<(String, LogFile)> {
    let Some(Arg::Dict(members)) = made.get("logfiles") else {
        return Vec::new();
    };
    let mut files = Vec::new();
    for (key, value) in members {
        let Some(name) = key.key() else { continue };
        let member = |wanted: &str| match value {
            Arg::Dict(members) => members
                .iter()
                .find(|(key, _)| key.text() == Some(wanted))
                .map(|(_, value)| value),
            _ => None,
        };
        let filename = match value {
            Arg::Dict(_) => member("filename"),
            other => Some(other),
        };
        match filename {
            Some(filename) => files.push((
                name,
                LogFile {
                    filename: render(filename),
                    follow: matches!(member("follow"), Some(Arg::Bool(true))),
                },
            )),
            None => run.error(
                &made.location,
                format!("the log file '{name}' has no filename"),
                "write {\"name\": \"path\"} or {\"name\": {\"filename\": \"path\", \"follow\": True}}",
            ),
        }
    }
    files
}

fn decode_rc(made: &Made, run: &Run) -> Option<BTreeMap<i64, Results>> {
    let Some(Arg::Dict(members)) = made.get("decodeRC") else {
        return None;
    };
    let mut map = BTreeMap::new();
    for pair in members {
        match pair {
            (Arg::Int(code), Arg::Int(result)) if Results::try_from(*result).is_ok() => {
                map.insert(*code, Results::try_from(*result).unwrap_or(Results::Exception));
            }
            (key, value) => run.error(
                &made.location,
                format!("decodeRC cannot have {}: {}", key.described(), value.described()),
                "write exit codes and results, for example {0: util.SUCCESS, 1: util.WARNINGS}",
            ),
        }
    }
    Some(map)
}

fn sequence(made: &Made) -> Vec<ShellArg> {
    let Some(Arg::List(items)) = made.get("commands") else {
        return Vec::new();
    };
    items
        .iter()
        .filter_map(Arg::made)
        .filter(|item| item.is("util", "ShellArg"))
        .map(|item| ShellArg {
            command: item.render("command"),
            logname: item.text("logname").map(str::to_owned),
            halt_on_failure: item.bool("haltOnFailure", false),
            flunk_on_failure: item.bool("flunkOnFailure", true),
            flunk_on_warnings: item.bool("flunkOnWarnings", false),
            warn_on_failure: item.bool("warnOnFailure", false),
            warn_on_warnings: item.bool("warnOnWarnings", false),
        })
        .collect()
}

fn from_command(made: &Made, defaults: &Defaults, run: &Run) -> StepKind {
    let property = made.text("property").map(str::to_owned);
    let extract = function(made, "extract_fn");
    if made.given("property").is_some() == made.given("extract_fn").is_some() {
        run.error(
            &made.location,
            "steps.SetPropertyFromCommand takes either property or extract_fn",
            "write property=\"name\", or extract_fn=a function of (code, output, errors) that gives a dictionary",
        );
    }
    StepKind::SetPropertyFromCommand {
        shell: Box::new(shell(made, defaults, run)),
        property,
        strip: made.bool("strip", true),
        extract,
    }
}
