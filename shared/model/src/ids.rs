//! A type of its own for every id, so that a build can never be asked for by the id of its request.

use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )+};
}

ids! {
    /// `changeid`: a change, once per commit seen.
    ChangeId;
    /// `ssid`: a source stamp; equal stamps share one.
    SourceStampId;
    /// `bsid`: a build set.
    BuildSetId;
    /// `buildrequestid`: one builder's share of a build set.
    RequestId;
    /// `builderid`: a builder, for as long as the store lives.
    BuilderId;
    /// `buildid`: a build, over all builders.
    BuildId;
    /// `stepid`: a step of a build.
    StepId;
    /// `logid`: a log of a step.
    LogId;
    /// `workerid`: a worker.
    WorkerId;
    /// `masterid`: a master; a store has one.
    MasterId;
    /// `schedulerid`: a scheduler.
    SchedulerId;
    /// `changesourceid`: a change source.
    ChangeSourceId;
    /// `projectid`: a project.
    ProjectId;
}
