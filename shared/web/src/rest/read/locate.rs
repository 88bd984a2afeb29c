//! From the ways a path may name something to the row it means.

use super::super::path::{BuildAt, BuilderAt, LogAt, StepAt, WorkerAt};
use model::{Build, BuildId, Builder, BuilderId, Log, LogId, Step, StepId, Worker, WorkerId};
use store::rusqlite::{Connection, Result};
use store::{builders, builds, logs, steps, workers};

/// The builder.
pub fn builder(c: &Connection, at: &BuilderAt) -> Result<Option<Builder>> {
    match at {
        BuilderAt::Id(id) => builders::get(c, BuilderId(*id)),
        BuilderAt::Name(name) => builders::by_name(c, name),
    }
}

/// The worker.
pub fn worker(c: &Connection, at: &WorkerAt) -> Result<Option<Worker>> {
    match at {
        WorkerAt::Id(id) => workers::get(c, WorkerId(*id)),
        WorkerAt::Name(name) => workers::by_name(c, name),
    }
}

/// The build.
pub fn build(c: &Connection, at: &BuildAt) -> Result<Option<Build>> {
    match at {
        BuildAt::Id(id) => builds::get(c, BuildId(*id)),
        BuildAt::Number(at, number) => match builder(c, at)? {
            Some(builder) => builds::by_number(c, builder.id, *number),
            None => Ok(None),
        },
    }
}

/// The id of the build that a collection is to be read of: an id is taken as it is, so that the collection of an
/// unknown one is empty; a number must exist.
pub fn build_id(c: &Connection, at: &BuildAt) -> Result<Option<BuildId>> {
    match at {
        BuildAt::Id(id) => Ok(Some(BuildId(*id))),
        BuildAt::Number(..) => Ok(build(c, at)?.map(|build| build.id)),
    }
}

/// The step.
pub fn step(c: &Connection, at: &StepAt) -> Result<Option<Step>> {
    match at {
        StepAt::Id(id) => steps::get(c, StepId(*id)),
        StepAt::Number(at, number) => match build(c, at)? {
            Some(build) => steps::by_number(c, build.id, *number),
            None => Ok(None),
        },
        StepAt::Name(at, name) => match build(c, at)? {
            Some(build) => steps::by_name(c, build.id, name),
            None => Ok(None),
        },
    }
}

/// The log.
pub fn log(c: &Connection, at: &LogAt) -> Result<Option<Log>> {
    match at {
        LogAt::Id(id) => logs::get(c, LogId(*id)),
        LogAt::Slug(at, slug) => match step(c, at)? {
            Some(step) => logs::by_slug(c, step.id, slug),
            None => Ok(None),
        },
    }
}
