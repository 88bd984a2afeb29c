//! Schedulers that wait for the tree to be quiet (B-034, B-035; S-118, S-133).
//!
//! Pure: changes and times go in, sets that are due come out. What is pending is plain data that the store keeps, so
//! that a restart loses neither a change nor a countdown.

use model::config::{SchedulerKind, TreeScheduler};
use model::{Change, ChangeId, Time};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;

/// What such a scheduler remembers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TreeState {
    /// The last change that it was shown; what is newer is still to be decided.
    pub seen: Option<ChangeId>,
    /// What waits, by branch; a single-branch scheduler has one entry.
    pub pending: BTreeMap<String, Pending>,
}

/// Changes that wait for quiet, or for an important one.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Pending {
    /// Oldest first.
    pub changes: Vec<ChangeId>,
    /// Whether one of them starts a build.
    pub important: bool,
    /// When the last of them came, by the wall clock; only read after a restart.
    pub since: Time,
    /// When they are due, by the clock that never jumps. Set whenever `important` is.
    #[serde(skip)]
    pub due: Option<Duration>,
}

/// The clocks' readings of one moment.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// The wall clock's.
    pub wall: Time,
    /// The monotonic clock's.
    pub uptime: Duration,
}

/// The settings of a scheduler that waits, if it is one.
pub fn settings(kind: &SchedulerKind) -> Option<&TreeScheduler> {
    match kind {
        SchedulerKind::SingleBranch(tree) | SchedulerKind::AnyBranch(tree) => Some(tree),
        SchedulerKind::Force(_) | SchedulerKind::TryUserpass(_) | SchedulerKind::TryJobdir(_) => None,
    }
}

/// Under which key a change waits.
pub fn key(kind: &SchedulerKind, change: &Change) -> String {
    match kind {
        SchedulerKind::AnyBranch(_) => format!(
            "{}\u{1f}{}\u{1f}{}\u{1f}{}",
            change.new.codebase,
            change.new.project,
            change.new.repository,
            change.new.branch.as_deref().unwrap_or("")
        ),
        _ => String::new(),
    }
}

fn wait(tree: &TreeScheduler) -> Option<Duration> {
    let seconds = tree.tree_stable_timer?;
    Duration::try_from_secs_f64(seconds).ok().filter(|wait| !wait.is_zero())
}

impl TreeState {
    /// Takes in a change that the filter accepted. Gives the changes of a set that is due at once.
    pub fn add(
        &mut self,
        kind: &SchedulerKind,
        change: &Change,
        important: bool,
        now: Moment,
    ) -> Option<Vec<ChangeId>> {
        let tree = settings(kind)?;
        if tree.only_important && !important {
            return None;
        }
        let key = key(kind, change);
        let pending = self.pending.entry(key.clone()).or_default();
        pending.changes.push(change.id);
        pending.important |= important;
        pending.since = now.wall;
        if !pending.important {
            return None;
        }
        match wait(tree) {
            Some(wait) => {
                pending.due = Some(now.uptime.saturating_add(wait));
                None
            }
            None => self.pending.remove(&key).map(|pending| pending.changes),
        }
    }

    /// Starts the countdowns again after a restart, a reconfiguration or a pause: what has passed counts, but a wall
    /// clock that jumped can neither lengthen a countdown nor make it fire before its change came.
    pub fn resume(&mut self, kind: &SchedulerKind, now: Moment) {
        let whole = settings(kind).and_then(wait).unwrap_or_default();
        for pending in self.pending.values_mut().filter(|pending| pending.important) {
            let passed = Duration::from_millis(now.wall.since(pending.since).unsigned_abs());
            pending.due = Some(now.uptime.saturating_add(whole.saturating_sub(passed)));
        }
    }

    /// Stops the countdowns; what waits keeps waiting.
    pub fn pause(&mut self) {
        for pending in self.pending.values_mut() {
            pending.due = None;
        }
    }

    /// Takes out the changes of each set that is due, oldest first.
    pub fn take_due(&mut self, uptime: Duration) -> Vec<Vec<ChangeId>> {
        let is_due = |pending: &Pending| pending.due.is_some_and(|due| due <= uptime);
        let keys: Vec<String> = self
            .pending
            .iter()
            .filter(|(_, p)| is_due(p))
            .map(|(key, _)| key.clone())
            .collect();
        keys.iter()
            .filter_map(|key| self.pending.remove(key))
            .map(|pending| pending.changes)
            .collect()
    }

    /// When the next set is due.
    pub fn next_due(&self) -> Option<Duration> {
        self.pending.values().filter_map(|pending| pending.due).min()
    }

    /// The wait that applies to `change`, if it is pending here.
    pub fn pending_of(&self, change: ChangeId) -> Option<&Pending> {
        self.pending.values().find(|pending| pending.changes.contains(&change))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{NewChange, NewSourceStamp, SourceStamp, SourceStampId};

    fn change(id: i64, branch: &str) -> Change {
        let new = NewChange {
            author: "Ada".to_owned(),
            committer: None,
            branch: Some(branch.to_owned()),
            revision: Some(format!("r{id}")),
            revlink: String::new(),
            category: None,
            comments: String::new(),
            files: Vec::new(),
            when: Time(0),
            repository: "repo".to_owned(),
            project: String::new(),
            codebase: String::new(),
            properties: model::Properties::default(),
        };
        let source_stamp = SourceStamp {
            id: SourceStampId(id),
            new: NewSourceStamp::default(),
            patch_id: None,
            created_at: Time(0),
        };
        Change {
            id: ChangeId(id),
            new,
            parent: None,
            source_stamp,
        }
    }

    fn at(seconds: u64) -> Moment {
        Moment {
            wall: Time::from_seconds(1_000_000 + seconds as i64),
            uptime: Duration::from_secs(seconds),
        }
    }

    fn quiet(seconds: f64) -> TreeScheduler {
        TreeScheduler {
            tree_stable_timer: Some(seconds),
            ..TreeScheduler::default()
        }
    }

    fn ids(ids: &[i64]) -> Vec<ChangeId> {
        ids.iter().map(|id| ChangeId(*id)).collect()
    }

    #[test]
    fn commits_closer_than_the_timer_give_one_set_after_the_last() {
        let kind = SchedulerKind::SingleBranch(quiet(10.0));
        let mut state = TreeState::default();
        for (id, second) in [(1, 0), (2, 5), (3, 9)] {
            assert_eq!(state.add(&kind, &change(id, "main"), true, at(second)), None);
        }
        assert_eq!(state.next_due(), Some(Duration::from_secs(19)));
        assert_eq!(state.take_due(Duration::from_secs(18)), Vec::<Vec<ChangeId>>::new());
        assert_eq!(state.take_due(Duration::from_secs(19)), [ids(&[1, 2, 3])]);
        assert_eq!(state.next_due(), None);
    }

    #[test]
    fn a_timer_of_any_length_is_waited_for() {
        // The last is the longest that a duration can be.
        for seconds in [1e10, 1e19, 18_446_744_073_709_549_568.0] {
            let kind = SchedulerKind::SingleBranch(quiet(seconds));
            let mut state = TreeState::default();
            assert_eq!(state.add(&kind, &change(1, "main"), true, at(5000)), None);
            assert!(state.next_due() > Some(Duration::from_secs(9_999_999_999)), "{seconds}");
            state.resume(&kind, at(6000));
            assert!(state.next_due() > Some(Duration::from_secs(9_999_999_999)), "{seconds}");
        }
    }

    #[test]
    fn without_a_timer_each_change_is_a_set() {
        let kind = SchedulerKind::SingleBranch(TreeScheduler::default());
        let mut state = TreeState::default();
        assert_eq!(state.add(&kind, &change(1, "main"), true, at(0)), Some(ids(&[1])));
        assert_eq!(state.add(&kind, &change(2, "main"), true, at(0)), Some(ids(&[2])));
    }

    #[test]
    fn unimportant_changes_wait_for_an_important_one() {
        for kind in [
            SchedulerKind::SingleBranch(TreeScheduler::default()),
            SchedulerKind::AnyBranch(TreeScheduler::default()),
        ] {
            let mut state = TreeState::default();
            assert_eq!(state.add(&kind, &change(1, "main"), false, at(0)), None);
            assert_eq!(state.next_due(), None);
            assert_eq!(state.add(&kind, &change(2, "main"), true, at(1)), Some(ids(&[1, 2])));
        }
    }

    #[test]
    fn with_only_important_the_others_are_forgotten() {
        let kind = SchedulerKind::SingleBranch(TreeScheduler {
            only_important: true,
            ..quiet(10.0)
        });
        let mut state = TreeState::default();
        assert_eq!(state.add(&kind, &change(1, "main"), false, at(0)), None);
        assert_eq!(state.add(&kind, &change(2, "main"), true, at(1)), None);
        assert_eq!(state.take_due(Duration::from_secs(60)), [ids(&[2])]);
    }

    #[test]
    fn an_unimportant_change_keeps_a_running_countdown_waiting() {
        let kind = SchedulerKind::SingleBranch(quiet(10.0));
        let mut state = TreeState::default();
        state.add(&kind, &change(1, "main"), true, at(0));
        state.add(&kind, &change(2, "main"), false, at(6));
        assert_eq!(state.next_due(), Some(Duration::from_secs(16)));
    }

    #[test]
    fn each_branch_has_its_own_timer_with_any_branch() {
        let kind = SchedulerKind::AnyBranch(quiet(10.0));
        let mut state = TreeState::default();
        state.add(&kind, &change(1, "main"), true, at(0));
        state.add(&kind, &change(2, "topic"), true, at(5));
        assert_eq!(state.take_due(Duration::from_secs(10)), [ids(&[1])]);
        assert_eq!(state.take_due(Duration::from_secs(15)), [ids(&[2])]);
    }

    #[test]
    fn a_countdown_goes_on_after_a_restart() {
        let kind = SchedulerKind::SingleBranch(quiet(10.0));
        let mut state = TreeState::default();
        state.add(&kind, &change(1, "main"), true, at(100));
        let kept = serde_json::to_string(&state).expect("a state is JSON");
        let mut state: TreeState = serde_json::from_str(&kept).expect("and back");
        assert_eq!(state.next_due(), None);
        state.resume(
            &kind,
            Moment {
                wall: at(104).wall,
                uptime: Duration::from_secs(1),
            },
        );
        assert_eq!(state.next_due(), Some(Duration::from_secs(7)));
    }

    #[test]
    fn a_wall_clock_that_jumped_neither_stalls_nor_underflows() {
        let kind = SchedulerKind::SingleBranch(quiet(10.0));
        let mut state = TreeState::default();
        state.add(&kind, &change(1, "main"), true, at(100));
        state.resume(
            &kind,
            Moment {
                wall: Time(0),
                uptime: Duration::ZERO,
            },
        );
        assert_eq!(state.next_due(), Some(Duration::from_secs(10)));
        state.resume(
            &kind,
            Moment {
                wall: Time(i64::MAX),
                uptime: Duration::ZERO,
            },
        );
        assert_eq!(state.next_due(), Some(Duration::ZERO));
    }
}
