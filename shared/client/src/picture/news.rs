//! What a picture has to tell when something changed.

use super::rows::{Change, Finished, Running};
use crate::rest;
use model::{BuildId, BuildSetId, BuilderId, WorkerId};

/// One change of a picture. What it names is in the picture already.
#[derive(Clone, Debug, PartialEq)]
pub enum News {
    /// Everything was read afresh: after joining, and after each time without a connection.
    Reset(Box<Reset>),
    /// A build began.
    BuildStarted(Box<Running>),
    /// A build is over. Each is told once.
    BuildFinished(Box<Finished>),
    /// A running build does something else, or more is known of it.
    BuildChanged(BuildId),
    /// A running build is gone without an end, or the master no longer has it.
    BuildGone(BuildId),
    /// A step of a watched build.
    StepChanged(Box<rest::Step>),
    /// A log of a watched build reaches further, or is over.
    LogGrew(BuildId, Box<rest::Log>),
    /// A build set is over; told once, after its builds.
    BuildSetOver(BuildSetId),
    /// Other requests wait than before.
    RequestsChanged,
    /// Builders came, went, or are described otherwise; or projects are.
    BuildersChanged,
    /// The last builds of a builder were read that were not known before.
    HistoryRead(BuilderId),
    /// Workers came, went, or are otherwise; or masters of the farm are.
    WorkersChanged,
    /// A worker is away for longer than its master's configuration allows, which names somebody who is to know.
    WorkerMissing(WorkerId),
    /// Other builders are claimed than before, at an Outpost.
    ClaimsChanged,
    /// A change arrived.
    ChangeArrived(Box<Change>),
}

/// What a snapshot brought.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reset {
    /// The builds that were over since the last known one while nobody listened, the oldest first. Empty when the master
    /// is joined for the first time.
    pub unseen: Vec<Finished>,
    /// The build sets that are under way; all others are over. None when that is not known.
    pub build_sets: Option<Vec<BuildSetId>>,
    /// There were more than could be read; those that are missing are the oldest.
    pub more: bool,
    /// The master's database was made anew: ids mean other things than before.
    pub renewed: bool,
}
