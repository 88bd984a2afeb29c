//! `schedulers.*`

use super::{Kind, Param, Spec, call, later, may, need};

/// What all schedulers take (B-033).
const COMMON: &[Param] = &[
    may("properties", Kind::Dict),
    may("reason", Kind::Text),
    may("priority", Kind::Int),
    later("codebases"),
];

const NAMES: &[Param] = &[need("name", Kind::Text), need("builderNames", Kind::Texts)];

const TREE: &[Param] = &[
    may("change_filter", Kind::Made("util", &["ChangeFilter"])),
    may("treeStableTimer", Kind::Number),
    may("fileIsImportant", Kind::Function(1)),
    may("important", Kind::Texts),
    may("onlyImportant", Kind::Bool),
    may("branch", Kind::TextsOrNone),
    may("branches", Kind::TextsOrNone),
    may("category", Kind::Texts),
    may("categories", Kind::Texts),
];

const FORCE: &[Param] = &[
    need("name", Kind::Text),
    need("builderNames", Kind::Texts),
    may("label", Kind::Text),
    may("buttonName", Kind::Text),
    may("reasonString", Kind::Text),
    may("reason", Kind::Field),
    may("username", Kind::Field),
    may("priority", Kind::Any),
    may("codebases", Kind::List),
    may("properties", Kind::List),
    later("multiple"),
];

/// What the schedulers for people's changes take besides (B-041, B-042).
const TRY: &[Param] = &[
    may("properties", Kind::Dict),
    may("priority", Kind::Int),
    later("codebases"),
];

const USERPASS: &[Param] = &[need("port", Kind::Any), need("userpass", Kind::List)];

const JOBDIR: &[Param] = &[need("jobdir", Kind::Text)];

const BRANCH: &[Param] = &[need("name", Kind::Text), need("builderNames", Kind::Texts)];

pub(super) const CALLS: &[Spec] = &[
    call("schedulers", "SingleBranchScheduler", &[NAMES, TREE, COMMON], 1),
    call("schedulers", "AnyBranchScheduler", &[BRANCH, TREE, COMMON], 1),
    call("schedulers", "ForceScheduler", &[FORCE], 2),
    call("schedulers", "Try_Userpass", &[NAMES, USERPASS, TRY], 4),
    call("schedulers", "Try_Jobdir", &[NAMES, JOBDIR, TRY], 3),
];
