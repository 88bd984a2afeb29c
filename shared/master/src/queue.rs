//! Which request is built next, and on which worker (B-060, B-061, B-071; S-155, S-156).
//!
//! Pure: it decides from values. It must not know the store, the links or the time.

use model::{BuildSetId, BuilderId, RequestId, Time};
use serde::Serialize;
use std::cmp::Reverse;

/// A request that no master has taken.
#[derive(Clone, Debug, PartialEq)]
pub struct Waiting {
    /// Its id.
    pub id: RequestId,
    /// Its set.
    pub set: BuildSetId,
    /// The builder asked.
    pub builder: BuilderId,
    /// Higher first.
    pub priority: i64,
    /// Oldest first.
    pub submitted_at: Time,
}

/// The requests that wait, first to be built first.
#[derive(Debug, Default)]
pub struct Queue {
    waiting: Vec<Waiting>,
}

impl Queue {
    /// Takes a request in. One that is there already is replaced.
    pub fn push(&mut self, request: Waiting) {
        self.remove(request.id);
        let rank = |w: &Waiting| (Reverse(w.priority), w.submitted_at, w.id);
        let at = self.waiting.partition_point(|other| rank(other) <= rank(&request));
        self.waiting.insert(at, request);
    }

    /// Takes a request out.
    pub fn remove(&mut self, id: RequestId) -> Option<Waiting> {
        let at = self.waiting.iter().position(|w| w.id == id)?;
        Some(self.waiting.remove(at))
    }

    /// The request of that id, if it waits.
    pub fn get(&self, id: RequestId) -> Option<&Waiting> {
        self.waiting.iter().find(|w| w.id == id)
    }

    /// All of them, in building order: highest priority first, then oldest, whatever the builder.
    pub fn iter(&self) -> impl Iterator<Item = &Waiting> {
        self.waiting.iter()
    }
}

/// Why a request is not being built (S-155).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "why")]
pub enum WaitingReason {
    /// The configuration has its builder no more.
    BuilderRemoved,
    /// None of the builder's workers is attached.
    NoWorker {
        /// The workers that could build it.
        workers: Vec<String>,
    },
    /// All attached ones are paused.
    Paused {
        /// Their names.
        workers: Vec<String>,
    },
    /// All attached ones are leaving.
    Leaving {
        /// Their names.
        workers: Vec<String>,
    },
    /// All attached ones are building.
    Busy {
        /// Their names.
        workers: Vec<String>,
    },
    /// Nothing can be written, for example because the disk is full.
    Storage {
        /// Why, in words.
        reason: String,
    },
    /// The master is shutting down.
    ShuttingDown,
    /// A newer request is being compared with it.
    Deciding,
    /// It is about to start.
    Starting,
}

impl WaitingReason {
    /// In words.
    pub fn text(&self) -> String {
        match self {
            WaitingReason::BuilderRemoved => "its builder is no longer in the configuration".to_owned(),
            WaitingReason::NoWorker { workers } if workers.is_empty() => "its builder has no worker".to_owned(),
            WaitingReason::NoWorker { workers } => format!("no worker is online ({})", workers.join(", ")),
            WaitingReason::Paused { workers } => format!("paused: {}", workers.join(", ")),
            WaitingReason::Leaving { workers } => format!("shutting down: {}", workers.join(", ")),
            WaitingReason::Busy { workers } => format!("all workers are busy ({})", workers.join(", ")),
            WaitingReason::Storage { reason } => reason.clone(),
            WaitingReason::ShuttingDown => "the master is shutting down".to_owned(),
            WaitingReason::Deciding => "it may become part of a newer request".to_owned(),
            WaitingReason::Starting => "it is about to start".to_owned(),
        }
    }
}

/// What the choice needs to know of one of the builder's workers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Its name.
    pub name: String,
    /// It has a connection and has told of itself.
    pub attached: bool,
    /// Takes no new builds.
    pub paused: bool,
    /// Leaves after its builds.
    pub graceful: bool,
    /// Builds that it runs now.
    pub running: usize,
    /// At most so many.
    pub max_builds: Option<u32>,
    /// It runs a build of this very builder; a builder's folder serves one build at a time.
    pub builder_busy: bool,
    /// It made the builder's last build, and so may have a tree that is nearly right.
    pub was_last: bool,
}

impl Candidate {
    fn is_free(&self) -> bool {
        self.usable() && !self.builder_busy && self.max_builds.is_none_or(|max| self.running < max as usize)
    }

    fn usable(&self) -> bool {
        self.attached && !self.paused && !self.graceful
    }
}

/// The free worker with the fewest builds; among equals the one that built last, then the first in the list.
/// Without one, why.
pub fn choose_worker(candidates: &[Candidate]) -> Result<&Candidate, WaitingReason> {
    let free = candidates.iter().filter(|c| c.is_free());
    free.min_by_key(|c| (c.running, !c.was_last))
        .ok_or_else(|| why_none(candidates))
}

fn why_none(candidates: &[Candidate]) -> WaitingReason {
    let names = |wanted: &dyn Fn(&Candidate) -> bool| -> Vec<String> {
        candidates
            .iter()
            .filter(|c| wanted(c))
            .map(|c| c.name.clone())
            .collect()
    };
    let busy = names(&|c| c.usable());
    let paused = names(&|c| c.attached && c.paused);
    let leaving = names(&|c| c.attached && c.graceful);
    if !busy.is_empty() {
        WaitingReason::Busy { workers: busy }
    } else if !paused.is_empty() {
        WaitingReason::Paused { workers: paused }
    } else if !leaving.is_empty() {
        WaitingReason::Leaving { workers: leaving }
    } else {
        WaitingReason::NoWorker {
            workers: names(&|_| true),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waiting(id: i64, builder: i64, priority: i64, submitted_at: i64) -> Waiting {
        Waiting {
            id: RequestId(id),
            set: BuildSetId(id),
            builder: BuilderId(builder),
            priority,
            submitted_at: Time(submitted_at),
        }
    }

    fn free(name: &str) -> Candidate {
        Candidate {
            name: name.to_owned(),
            attached: true,
            paused: false,
            graceful: false,
            running: 0,
            max_builds: None,
            builder_busy: false,
            was_last: false,
        }
    }

    #[test]
    fn the_oldest_is_first_across_builders_and_priority_goes_before_age() {
        let mut queue = Queue::default();
        queue.push(waiting(3, 1, 0, 30));
        queue.push(waiting(1, 2, 0, 10));
        queue.push(waiting(4, 1, 5, 40));
        queue.push(waiting(2, 1, 0, 10));
        let order: Vec<i64> = queue.iter().map(|w| w.id.0).collect();
        assert_eq!(order, [4, 1, 2, 3]);
    }

    #[test]
    fn a_request_waits_only_once() {
        let mut queue = Queue::default();
        queue.push(waiting(1, 1, 0, 10));
        queue.push(waiting(1, 1, 7, 10));
        assert_eq!(queue.iter().count(), 1);
        assert_eq!(queue.get(RequestId(1)).map(|w| w.priority), Some(7));
        assert!(queue.remove(RequestId(1)).is_some());
        assert!(queue.remove(RequestId(1)).is_none());
    }

    #[test]
    fn the_least_busy_worker_is_chosen_then_the_one_that_knows_the_tree() {
        let busy = Candidate {
            running: 1,
            ..free("busy")
        };
        let known = Candidate {
            was_last: true,
            ..free("known")
        };
        assert_eq!(
            choose_worker(&[busy.clone(), free("new"), known.clone()]).map(|c| &*c.name),
            Ok("known")
        );
        assert_eq!(choose_worker(&[busy, free("new")]).map(|c| &*c.name), Ok("new"));
    }

    #[test]
    fn a_worker_at_its_limit_or_in_the_builders_folder_is_busy() {
        let full = Candidate {
            running: 2,
            max_builds: Some(2),
            ..free("full")
        };
        let same = Candidate {
            running: 1,
            builder_busy: true,
            ..free("same")
        };
        let workers = vec!["full".to_owned(), "same".to_owned()];
        assert_eq!(choose_worker(&[full, same]), Err(WaitingReason::Busy { workers }));
    }

    #[test]
    fn the_reason_for_waiting_names_the_workers() {
        let away = Candidate {
            attached: false,
            ..free("away")
        };
        let paused = Candidate {
            paused: true,
            ..free("resting")
        };
        let leaving = Candidate {
            graceful: true,
            ..free("leaving")
        };
        let why = |candidates: &[Candidate]| choose_worker(candidates).map(|_| ()).unwrap_err().text();
        assert_eq!(why(&[]), "its builder has no worker");
        assert_eq!(why(std::slice::from_ref(&away)), "no worker is online (away)");
        assert_eq!(why(&[away.clone(), leaving.clone()]), "shutting down: leaving");
        assert_eq!(why(&[away, leaving, paused]), "paused: resting");
    }
}
