//! What happened while a master was not heard, kept for the first page until the person puts it away.
//!
//! The one notice about it is gone after a glance; this stays over restarts, whoever is to blame.

use crate::breaks::BreakId;
use crate::compose;
use crate::happening::FinishedBuild;
use crate::notice::Target;
use crate::state::State;
use crate::{MasterKey, Notice};
use model::Time;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Kept of each master; older ones are dropped.
const KEPT: usize = 3;

/// Breaks and repairs that are named.
const NAMED: usize = 8;

/// What happened while a master was not heard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Away {
    /// Names it; rises.
    pub id: u64,
    /// Which master.
    pub master: MasterKey,
    /// When the first of these builds ended.
    pub from: Time,
    /// When the last of them ended.
    pub until: Time,
    /// Builds that ended.
    pub ended: usize,
    /// Breaks that the person has a part in, still open then.
    pub broken_by_me: usize,
    /// Breaks by others, still open then.
    pub broken_by_others: usize,
    /// Breaks that were repaired.
    pub fixed: usize,
    /// The first of them in words, those of the person first, and where they lead.
    pub named: Vec<(String, Target)>,
}

/// The breaks as they were before missed builds are counted.
pub(crate) struct Before {
    last: BreakId,
    open: BTreeSet<BreakId>,
}

impl State {
    /// What happened while masters were not heard, oldest first.
    pub fn away(&self) -> &[Away] {
        &self.away_kept
    }

    pub(crate) fn breaks_before(&self) -> Before {
        let open = self.breaks.iter().filter(|b| b.is_open()).map(|b| b.id);
        Before {
            last: self.last_break,
            open: open.collect(),
        }
    }

    /// Keeps what these builds changed, if they changed anything.
    pub(crate) fn keep_away(&mut self, now: Time, master: &MasterKey, builds: &[FinishedBuild], before: &Before) {
        let (Some(first), Some(last)) = (builds.first(), builds.last()) else {
            return;
        };
        let (open, closed): (Vec<_>, Vec<_>) = self
            .breaks
            .iter()
            .filter(|b| b.id > before.last || before.open.contains(&b.id))
            .partition(|b| b.is_open());
        let mut broken: Vec<_> = open.into_iter().filter(|b| b.id > before.last).collect();
        if broken.is_empty() && closed.is_empty() {
            return;
        }
        broken.sort_by_key(|b| !b.mine);
        let mine = broken.iter().filter(|b| b.mine).count();
        let told = broken.iter().map(|b| compose::broken(self, b, now, true, ""));
        let told = told.chain(closed.iter().map(|b| compose::fixed(self, b, now, true, "")));
        let row = Away {
            id: self.last_away + 1,
            master: master.clone(),
            from: first.complete_at,
            until: last.complete_at,
            ended: builds.len(),
            broken_by_me: mine,
            broken_by_others: broken.len() - mine,
            fixed: closed.len(),
            named: told
                .take(NAMED)
                .map(|Notice { title, target, .. }| (title, target))
                .collect(),
        };
        self.last_away += 1;
        let kept = self.away_kept.iter().filter(|away| away.master == *master);
        if kept.count() >= KEPT
            && let Some(oldest) = self.away_kept.iter().position(|away| away.master == *master)
        {
            self.away_kept.remove(oldest);
        }
        self.away_kept.push(row);
        self.touched.rest = true;
    }

    /// The person has seen it.
    pub(crate) fn put_away(&mut self, id: u64) {
        self.away_kept.retain(|away| away.id != id);
        self.touched.rest = true;
    }
}
