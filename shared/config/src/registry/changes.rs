//! `changes.*`

use super::{Kind, Param, Spec, call, later, may, need};

const GIT_POLLER: &[Param] = &[
    need("repourl", Kind::Text),
    may("branches", Kind::Any),
    may("branch", Kind::Text),
    may("workdir", Kind::Text),
    may("pollInterval", Kind::Number),
    may("pollinterval", Kind::Number),
    may("pollAtLaunch", Kind::Bool),
    may("category", Kind::Text),
    may("project", Kind::Text),
    may("codebase", Kind::Text),
    may("buildPushesWithNoCommits", Kind::Bool),
    may("name", Kind::Text),
    later("gitbin"),
    later("usetimestamps"),
    later("fetch_refspec"),
    later("encoding"),
    later("only_tags"),
    later("sshPrivateKey"),
    later("sshHostKey"),
    later("sshKnownHosts"),
    later("pollRandomDelayMin"),
    later("pollRandomDelayMax"),
    later("auth_credentials"),
    later("git_credentials"),
];

pub(super) const CALLS: &[Spec] = &[call("changes", "GitPoller", &[GIT_POLLER], 1)];
