//! A try as faces show it.

use super::record::{Built, RUNNING, Record, WAITING};
use crate::api::tries::{TryApplied, TryBuild, TryPushState, TryRow, TryState};
use watch::{BuilderKey, MasterKey, Target};

impl Record {
    /// The row of the try with this id.
    pub(super) fn row(&self, id: i64) -> TryRow {
        let mut builds: Vec<&Built> = self.builds.iter().collect();
        builds.sort_by_key(|one| needs_a_look(one));
        TryRow {
            id,
            project: self.project.clone(),
            root: self.root.clone(),
            target: self.target.clone(),
            master: self.master.clone(),
            title: self.title.clone(),
            way: self.route.way(),
            state: self.state,
            words: self.words.clone(),
            hint: self.hint.clone(),
            applied: self.applied(),
            results: self.results(),
            submitted_at: self.submitted_at,
            ended_at: self.ended_at,
            branch: self.job.branch.clone(),
            base: self.job.base.clone(),
            comment: self.job.comment.clone(),
            files: self.files,
            bytes: self.bytes,
            properties: self.job.properties.clone(),
            builders: builds.into_iter().map(|one| self.build(one)).collect(),
            repeats: self.repeats,
            can_cancel: self.can_cancel(),
            can_repeat_failed: self.state == TryState::Ended && self.builds.iter().any(|one| !one.is_green()),
            push: self.push.clone(),
        }
    }

    fn can_cancel(&self) -> bool {
        match self.state {
            TryState::Queued => true,
            TryState::Waiting | TryState::Running => {
                let ordered = self.builds.iter().any(|one| !one.is_over() && one.request.is_some());
                ordered && !self.master.is_empty()
            }
            _ => false,
        }
    }

    fn applied(&self) -> TryApplied {
        let is = |applied: TryApplied| self.builds.iter().any(|one| one.applied == applied);
        if is(TryApplied::NotApplied) {
            TryApplied::NotApplied
        } else if is(TryApplied::Applied) {
            TryApplied::Applied
        } else {
            TryApplied::Unknown
        }
    }

    /// The worst result of those that ended.
    fn results(&self) -> Option<String> {
        let order = [
            "skipped",
            "success",
            "warnings",
            "failure",
            "exception",
            "retry",
            "cancelled",
        ];
        let rank = |word: &str| order.iter().position(|known| *known == word);
        let ended = self.builds.iter().filter(|one| one.is_over());
        let worst = ended.max_by_key(|one| rank(&one.state));
        worst.map(|one| one.state.clone())
    }

    fn build(&self, one: &Built) -> TryBuild {
        TryBuild {
            builder: one.builder.clone(),
            path: self.path(one),
            number: one.number,
            state: one.state.clone(),
            words: one.words.clone(),
            applied: one.applied,
            started_at: one.started_at,
            ended_at: one.ended_at,
            expected_at: one.expected_at.filter(|_| !one.is_over()),
            against_base: one.against_base,
            base_words: one.base_words.clone(),
        }
    }

    fn path(&self, one: &Built) -> Option<String> {
        let key = MasterKey(self.master.clone());
        let builder = BuilderKey::new(&key, model::BuilderId(one.builder_id?));
        let number = one.number?;
        (!self.master.is_empty()).then(|| Target::Build { builder, number }.path())
    }
}

/// What failed first, then what runs, waits, and is well.
fn needs_a_look(one: &Built) -> (u8, String) {
    let place = match one.state.as_str() {
        "failure" | "exception" => 0,
        RUNNING => 1,
        WAITING => 2,
        "success" | "warnings" | "skipped" => 4,
        _ => 3,
    };
    (place, one.builder.clone())
}

/// Why there is nothing to push.
pub(super) fn no_push(reason: &str) -> TryPushState {
    TryPushState::No {
        reason: (!reason.is_empty()).then(|| reason.to_owned()),
    }
}
