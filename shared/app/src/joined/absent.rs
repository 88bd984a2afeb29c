//! Workers of a joined master that are away: since when, and which of them were told to be missing.
//!
//! A master says itself when a worker is away for longer than its configuration allows; that a master restarts or is not
//! heard makes no worker missing.

use client::Picture;
use model::{Time, WorkerId};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Debug, Default)]
pub(super) struct Absent {
    /// Since when, where that was seen.
    away: BTreeMap<WorkerId, Option<Time>>,
    missing: BTreeSet<WorkerId>,
}

impl Absent {
    /// Looks who is there. `at` is the time when somebody who went was seen to go, if it was. Those who were missing and
    /// are not.
    pub fn look(&mut self, picture: &Picture, at: Option<Time>) -> Vec<WorkerId> {
        let expected = picture.workers().filter(|worker| !worker.configured_on.is_empty());
        let away = expected.filter(|worker| worker.connected_to.is_empty());
        let away = away.map(|worker| (worker.id, self.away.get(&worker.id).copied().unwrap_or(at)));
        self.away = away.collect();
        let back: Vec<WorkerId> = self
            .missing
            .iter()
            .filter(|id| !self.away.contains_key(id))
            .copied()
            .collect();
        back.iter().for_each(|id| {
            self.missing.remove(id);
        });
        back
    }

    /// A worker is missing; since when it is away, if that was seen.
    pub fn miss(&mut self, worker: WorkerId) -> Option<Time> {
        self.missing.insert(worker);
        self.away.get(&worker).copied().flatten()
    }
}
