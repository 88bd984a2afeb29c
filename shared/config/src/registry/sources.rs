//! `steps.*` that get the tree (B-124, B-125, B-128 to B-134).

use super::steps::COMMON;
use super::{Kind, Param, Spec, call, later, may, need};

/// What all of them take besides a method.
const SOURCE: &[Param] = &[
    may("mode", Kind::Word(&["incremental", "full"])),
    may("codebase", Kind::Text),
    may("alwaysUseLatest", Kind::Bool),
    may("retry", Kind::List),
    may("timeout", Kind::Number),
    may("env", Kind::Dict),
    may("logEnviron", Kind::Bool),
];

const REPOSITORY: &[Param] = &[need("repourl", Kind::Render)];
const METHOD: &[Param] = &[may("method", Kind::Word(&["clobber", "fresh", "clean", "copy"]))];

const GIT: &[Param] = &[
    may("branch", Kind::Render),
    may("submodules", Kind::Bool),
    may("shallow", Kind::Any),
    may("clobberOnFailure", Kind::Bool),
    may("tags", Kind::Bool),
    may("config", Kind::Dict),
    may("getDescription", Kind::Any),
    may("origin", Kind::Text),
    later("port"),
    later("reference"),
    later("remoteSubmodules"),
    later("filters"),
    later("progress"),
    later("retryFetch"),
    later("sshPrivateKey"),
    later("sshHostKey"),
    later("sshKnownHosts"),
    later("auth_credentials"),
    later("git_credentials"),
];

const SVN: &[Param] = &[
    may("method", Kind::Word(&["clobber", "fresh", "clean", "copy", "export"])),
    may("username", Kind::Render),
    may("password", Kind::Render),
    may("depth", Kind::Word(&["empty", "files", "immediates", "infinity"])),
    may("extra_args", Kind::Texts),
    may("keep_on_purge", Kind::Texts),
    may("preferLastChangedRev", Kind::Bool),
];

const MERCURIAL: &[Param] = &[
    may("method", Kind::Word(&["clobber", "fresh", "clean"])),
    may("defaultBranch", Kind::Render),
    may("branchType", Kind::Word(&["dirname", "inrepo"])),
    may("clobberOnBranchChange", Kind::Bool),
];

const BZR: &[Param] = &[
    may("repourl", Kind::Render),
    may("baseURL", Kind::Render),
    may("defaultBranch", Kind::Render),
];

const DARCS: &[Param] = &[may("method", Kind::Word(&["clobber", "copy"]))];

const CVS: &[Param] = &[
    need("cvsroot", Kind::Render),
    need("cvsmodule", Kind::Render),
    may("branch", Kind::Render),
    may("global_options", Kind::Texts),
    may("extra_options", Kind::Texts),
    may("login", Kind::Render),
];

const P4: &[Param] = &[
    may("p4base", Kind::Render),
    may("p4branch", Kind::Render),
    may("p4port", Kind::Render),
    may("p4user", Kind::Render),
    may("p4passwd", Kind::Render),
    may("p4extra_views", Kind::Render),
    may("p4line_end", Kind::Text),
    may("p4viewspec", Kind::Render),
    may("p4viewspec_suffix", Kind::Text),
    may("p4client", Kind::Render),
    may("p4client_spec_options", Kind::Render),
    may("p4client_type", Kind::Render),
    may("p4extra_args", Kind::Texts),
    may("p4bin", Kind::Text),
    may("use_tickets", Kind::Bool),
    may("stream", Kind::Bool),
    later("debug"),
];

const MONOTONE: &[Param] = &[need("branch", Kind::Render), may("progress", Kind::Bool)];

pub(super) const CALLS: &[Spec] = &[
    call("steps", "Git", &[REPOSITORY, GIT, METHOD, SOURCE, COMMON], 1),
    call("steps", "SVN", &[REPOSITORY, SVN, SOURCE, COMMON], 1),
    call("steps", "Mercurial", &[REPOSITORY, MERCURIAL, SOURCE, COMMON], 1),
    call("steps", "Bzr", &[BZR, METHOD, SOURCE, COMMON], 1),
    call("steps", "Darcs", &[REPOSITORY, DARCS, SOURCE, COMMON], 1),
    call("steps", "CVS", &[CVS, METHOD, SOURCE, COMMON], 2),
    call("steps", "P4", &[P4, METHOD, SOURCE, COMMON], 0),
    call("steps", "Monotone", &[REPOSITORY, MONOTONE, METHOD, SOURCE, COMMON], 2),
];
