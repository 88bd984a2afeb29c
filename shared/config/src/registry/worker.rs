//! `worker.*`

use super::{Kind, Param, Spec, call, later, may, need};

const COMMON: &[Param] = &[
    may("max_builds", Kind::Int),
    may("properties", Kind::Dict),
    may("defaultProperties", Kind::Dict),
    may("notify_on_missing", Kind::Texts),
    may("missing_timeout", Kind::Number),
    later("locks"),
    may("keepalive_interval", Kind::Number),
    later("machine_name"),
];

pub(super) const CALLS: &[Spec] = &[
    call(
        "worker",
        "Worker",
        &[&[need("name", Kind::Text), need("password", Kind::Render)], COMMON],
        2,
    ),
    call(
        "worker",
        "LocalWorker",
        &[&[need("name", Kind::Text), later("workdir"), later("usePty")], COMMON],
        1,
    ),
];
