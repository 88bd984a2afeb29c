//! `steps.*`

use super::{Kind, Param, Spec, call, later, may, need};

/// What all steps take (B-084).
pub(super) const COMMON: &[Param] = &[
    may("name", Kind::Render),
    may("haltOnFailure", Kind::Bool),
    may("flunkOnFailure", Kind::Bool),
    may("flunkOnWarnings", Kind::Bool),
    may("warnOnFailure", Kind::Bool),
    may("warnOnWarnings", Kind::Bool),
    may("alwaysRun", Kind::Bool),
    may("doStepIf", Kind::Condition),
    may("hideStepIf", Kind::Condition),
    may("description", Kind::Command),
    may("descriptionDone", Kind::Command),
    may("descriptionSuffix", Kind::Command),
    may("workdir", Kind::Render),
    later("locks"),
    later("logEncoding"),
    later("updateBuildSummaryPolicy"),
    later("useProgress"),
    later("progressMetrics"),
];

const COMMAND: &[Param] = &[need("command", Kind::Command)];
const DEFAULT_COMMAND: &[Param] = &[may("command", Kind::Command)];

/// What all commands take (B-085).
pub(super) const SHELL: &[Param] = &[
    may("env", Kind::Dict),
    may("want_stdout", Kind::Bool),
    may("want_stderr", Kind::Bool),
    may("usePTY", Kind::Bool),
    may("logfiles", Kind::Dict),
    may("lazylogfiles", Kind::Bool),
    may("timeout", Kind::Number),
    may("maxTime", Kind::Number),
    may("max_lines", Kind::Int),
    may("logEnviron", Kind::Bool),
    may("interruptSignal", Kind::Text),
    may("sigtermTime", Kind::Number),
    may("initialStdin", Kind::Render),
    may("decodeRC", Kind::Dict),
    later("collectStdout"),
    later("collectStderr"),
    later("stdioLogName"),
];

const WARNINGS: &[Param] = &[
    later("warningPattern"),
    later("warningExtractor"),
    later("maxWarnCount"),
    later("directoryEnterPattern"),
    later("directoryLeavePattern"),
    later("suppressionFile"),
    later("suppressionList"),
];

const FROM_COMMAND: &[Param] = &[
    may("property", Kind::Text),
    may("extract_fn", Kind::Function(3)),
    may("strip", Kind::Bool),
    later("includeStdout"),
    later("includeStderr"),
];

pub(super) const CALLS: &[Spec] = &[
    call("steps", "ShellCommand", &[COMMAND, SHELL, COMMON], 0),
    call("steps", "Configure", &[DEFAULT_COMMAND, SHELL, WARNINGS, COMMON], 0),
    call("steps", "Compile", &[DEFAULT_COMMAND, SHELL, WARNINGS, COMMON], 0),
    call("steps", "Test", &[DEFAULT_COMMAND, SHELL, WARNINGS, COMMON], 0),
    call(
        "steps",
        "ShellSequence",
        &[&[need("commands", Kind::ListOf("util", &["ShellArg"]))], SHELL, COMMON],
        1,
    ),
    call(
        "steps",
        "SetProperty",
        &[&[need("property", Kind::Text), need("value", Kind::Render)], COMMON],
        2,
    ),
    call(
        "steps",
        "SetProperties",
        &[&[need("properties", Kind::Dict)], COMMON],
        1,
    ),
    call(
        "steps",
        "SetPropertyFromCommand",
        &[COMMAND, FROM_COMMAND, SHELL, COMMON],
        0,
    ),
];
