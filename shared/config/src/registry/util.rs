//! `util.*`

use super::{Kind, Param, Served, Spec, call, later, may, need};

const BUILDER: &[Param] = &[
    need("name", Kind::Text),
    may("workername", Kind::Text),
    may("workernames", Kind::Texts),
    later("builddir"),
    may("workerbuilddir", Kind::Text),
    need("factory", Kind::Made("util", &["BuildFactory"])),
    may("tags", Kind::Texts),
    later("nextWorker"),
    later("nextBuild"),
    later("locks"),
    may("env", Kind::Dict),
    may("properties", Kind::Dict),
    may("collapseRequests", Kind::BoolOrFunction),
    may("description", Kind::Text),
    may("description_format", Kind::Word(&["markdown"])),
    later("canStartBuild"),
    may("defaultProperties", Kind::Dict),
    may("project", Kind::Text),
    later("do_build_if"),
];

const FILTER: &[Param] = &[
    may("filter_fn", Kind::Function(1)),
    may("project", Kind::Texts),
    may("project_not_eq", Kind::Texts),
    may("project_re", Kind::Pattern),
    may("project_not_re", Kind::Pattern),
    may("project_fn", Kind::Function(1)),
    may("repository", Kind::Texts),
    may("repository_not_eq", Kind::Texts),
    may("repository_re", Kind::Pattern),
    may("repository_not_re", Kind::Pattern),
    may("repository_fn", Kind::Function(1)),
    may("branch", Kind::TextsOrNone),
    may("branch_not_eq", Kind::TextsOrNone),
    may("branch_re", Kind::Pattern),
    may("branch_not_re", Kind::Pattern),
    may("branch_fn", Kind::Function(1)),
    may("category", Kind::Texts),
    may("category_not_eq", Kind::Texts),
    may("category_re", Kind::Pattern),
    may("category_not_re", Kind::Pattern),
    may("category_fn", Kind::Function(1)),
    may("codebase", Kind::Texts),
    may("codebase_not_eq", Kind::Texts),
    may("codebase_re", Kind::Pattern),
    may("codebase_not_re", Kind::Pattern),
    may("codebase_fn", Kind::Function(1)),
    may("property_eq", Kind::Dict),
    may("property_not_eq", Kind::Dict),
    may("property_re", Kind::Patterns),
    may("property_not_re", Kind::Patterns),
];

const SHELL_ARG: &[Param] = &[
    need("command", Kind::Command),
    may("logname", Kind::Text),
    may("haltOnFailure", Kind::Bool),
    may("flunkOnFailure", Kind::Bool),
    may("flunkOnWarnings", Kind::Bool),
    may("warnOnFailure", Kind::Bool),
    may("warnOnWarnings", Kind::Bool),
];

const PROJECT: &[Param] = &[
    need("name", Kind::Text),
    may("slug", Kind::Text),
    may("description", Kind::Text),
    may("description_format", Kind::Word(&["markdown"])),
];

/// What all fields of a form take (B-044).
const FIELD: &[Param] = &[
    may("label", Kind::Text),
    may("tablabel", Kind::Text),
    may("regex", Kind::Pattern),
    may("default", Kind::Any),
    may("required", Kind::Bool),
    may("multiple", Kind::Bool),
    may("hide", Kind::Bool),
    may("maxsize", Kind::Int),
    may("tooltip", Kind::Text),
    may("size", Kind::Int),
    later("autopopulate"),
    later("debug"),
];

const NAME: &[Param] = &[need("name", Kind::Text)];
const MAY_NAME: &[Param] = &[may("name", Kind::Text)];
const GROUP: &[Param] = &[
    may("layout", Kind::Word(&["vertical", "simple", "tabs"])),
    may("columns", Kind::Int),
];
const CHOICES: &[Param] = &[may("choices", Kind::Texts), may("strict", Kind::Bool)];

const CODEBASE: &[Param] = &[
    may("codebase", Kind::Text),
    may("name", Kind::Text),
    may("branch", Kind::Field),
    may("revision", Kind::Field),
    may("repository", Kind::Field),
    may("project", Kind::Field),
    later("patch"),
];

const INTERPOLATE: Spec = Spec {
    further: true,
    ..call("util", "Interpolate", &[&[need("fmtstring", Kind::Text)]], 1)
};

const RENDERER: Spec = Spec {
    served: Served::Itself,
    ..call("util", "renderer", &[], 1)
};

pub(super) const CALLS: &[Spec] = &[
    call("util", "BuilderConfig", &[BUILDER], 0),
    call(
        "util",
        "BuildFactory",
        &[&[may("steps", Kind::ListOf("steps", &[]))]],
        1,
    ),
    call("util", "ChangeFilter", &[FILTER], 0),
    call(
        "util",
        "Property",
        &[&[
            need("key", Kind::Text),
            may("default", Kind::Render),
            may("defaultWhenFalse", Kind::Bool),
        ]],
        3,
    ),
    INTERPOLATE,
    RENDERER,
    call("util", "Secret", &[&[need("secret_name", Kind::Text)]], 1),
    call("util", "ShellArg", &[SHELL_ARG], 1),
    call("util", "Project", &[PROJECT], 1),
    call("util", "StringParameter", &[NAME, FIELD], 1),
    call(
        "util",
        "TextParameter",
        &[NAME, FIELD, &[may("rows", Kind::Int), may("cols", Kind::Int)]],
        1,
    ),
    call("util", "IntParameter", &[NAME, FIELD], 1),
    call("util", "BooleanParameter", &[NAME, FIELD], 1),
    call("util", "FixedParameter", &[NAME, FIELD], 1),
    call("util", "ChoiceStringParameter", &[NAME, CHOICES, FIELD], 1),
    call(
        "util",
        "UserNameParameter",
        &[MAY_NAME, FIELD, &[may("need_email", Kind::Bool)]],
        1,
    ),
    call("util", "CodebaseParameter", &[CODEBASE, GROUP, FIELD], 1),
    call(
        "util",
        "NestedParameter",
        &[NAME, &[need("fields", Kind::List)], GROUP, FIELD],
        2,
    ),
    call(
        "util",
        "ParameterGroup",
        &[NAME, &[need("fields", Kind::List)], GROUP, FIELD],
        2,
    ),
    call("util", "AnyPropertyParameter", &[NAME, GROUP, FIELD], 1),
    // `regex("…")` is a call without a namespace.
    call("builtin", "regex", &[&[need("pattern", Kind::Text)]], 1),
];

/// Results by name.
pub(super) const CONSTANTS: &[(&str, i32)] = &[
    ("SUCCESS", 0),
    ("WARNINGS", 1),
    ("FAILURE", 2),
    ("SKIPPED", 3),
    ("EXCEPTION", 4),
    ("RETRY", 5),
    ("CANCELLED", 6),
];
