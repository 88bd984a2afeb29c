//! Who asks for builds: the decisions of each kind of scheduler, as pure functions of what they are given.

pub mod force;
pub mod importance;
pub mod tree;
pub mod tries;
pub mod verdict;

use model::config::{SchedulerConfig, SchedulerKind};
use model::{Change, ChangeId, NewBuildSet, NewSourceStamp, Properties};

/// Source of properties that a scheduler sets.
pub const SOURCE: &str = "Scheduler";

/// The class name that stands in the reason of a set without a reason of its own.
pub fn kind_name(kind: &SchedulerKind) -> &'static str {
    match kind {
        SchedulerKind::SingleBranch(_) => "SingleBranchScheduler",
        SchedulerKind::AnyBranch(_) => "AnyBranchScheduler",
        SchedulerKind::Force(_) => "ForceScheduler",
        SchedulerKind::TryUserpass(_) => "Try_Userpass",
        SchedulerKind::TryJobdir(_) => "Try_Jobdir",
    }
}

/// What all sets of a scheduler share.
fn new_set(config: &SchedulerConfig, reason: String) -> NewBuildSet {
    let mut properties = Properties::default();
    properties.update(&config.properties);
    properties.set("scheduler", config.name.clone(), SOURCE);
    NewBuildSet {
        scheduler: config.name.clone(),
        source_stamps: Vec::new(),
        reason,
        external_id: None,
        properties,
        builders: Vec::new(),
        priority: config.priority,
        rebuilt_build: None,
        changes: Vec::new(),
    }
}

/// The set that `changes` (oldest first) cause: the newest tree of each codebase. Its builders are still to be filled
/// in, since only the engine knows their ids.
pub fn set_of_changes(config: &SchedulerConfig, changes: &[Change]) -> NewBuildSet {
    let reason = if config.reason.is_empty() {
        format!(
            "The {} scheduler named '{}' triggered this build",
            kind_name(&config.kind),
            config.name
        )
    } else {
        config.reason.clone()
    };
    let mut set = new_set(config, reason);
    set.changes = changes.iter().map(|change| change.id).collect();
    set.source_stamps = newest_trees(changes);
    set
}

fn newest_trees(changes: &[Change]) -> Vec<NewSourceStamp> {
    let mut newest: Vec<(&Change, NewSourceStamp)> = Vec::new();
    for change in changes {
        let stamp = stamp_of(change);
        match newest.iter_mut().find(|(_, known)| known.codebase == stamp.codebase) {
            Some(known) if known.0.id < change.id => *known = (change, stamp),
            Some(_) => {}
            None => newest.push((change, stamp)),
        }
    }
    newest.into_iter().map(|(_, stamp)| stamp).collect()
}

/// The tree that a change made.
pub fn stamp_of(change: &Change) -> NewSourceStamp {
    NewSourceStamp {
        branch: change.new.branch.clone(),
        revision: change.new.revision.clone(),
        repository: change.new.repository.clone(),
        project: change.new.project.clone(),
        codebase: change.new.codebase.clone(),
        patch: None,
    }
}

/// The largest id among `changes`.
pub fn last(changes: impl IntoIterator<Item = ChangeId>) -> Option<ChangeId> {
    changes.into_iter().max()
}
