//! Workers of a joined master that are away, and since when.
//!
//! A master says itself when a worker is away for longer than its configuration allows; that a master restarts or is not
//! heard makes no worker missing.

use client::Picture;
use model::{Time, WorkerId};
use std::collections::BTreeMap;

#[derive(Debug, Default)]
pub(super) struct Absent {
    /// Since when, where that was seen.
    away: BTreeMap<WorkerId, Option<Time>>,
}

impl Absent {
    /// Looks who is there. `at` is the time when somebody who went was seen to go, if it was.
    pub fn look(&mut self, picture: &Picture, at: Option<Time>) {
        let expected = picture.workers().filter(|worker| !worker.configured_on.is_empty());
        let away = expected.filter(|worker| worker.connected_to.is_empty());
        let away = away.map(|worker| (worker.id, self.away.get(&worker.id).copied().unwrap_or(at)));
        self.away = away.collect();
    }

    /// Whether it is expected and not there.
    pub fn is_away(&self, worker: WorkerId) -> bool {
        self.away.contains_key(&worker)
    }

    /// Since when it is away, if that was seen.
    pub fn since(&self, worker: WorkerId) -> Option<Time> {
        self.away.get(&worker).copied().flatten()
    }
}
