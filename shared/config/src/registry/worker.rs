//! `worker.*`

use super::{Kind, Param, Spec, call, later, may, need};

const COMMON: &[Param] = &[
    may("max_builds", Kind::Int),
    may("properties", Kind::Dict),
    may("defaultProperties", Kind::Dict),
    later("notify_on_missing"),
    later("missing_timeout"),
    later("locks"),
    later("keepalive_interval"),
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
