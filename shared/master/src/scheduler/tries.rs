//! A person's change, turned into a build set (B-041, B-042; `try-and-sendchange` §1.1, §2.3).

use super::{SOURCE, new_set};
use model::config::{SchedulerConfig, SchedulerKind};
use model::{NewBuildSet, NewSourceStamp, Patch, Properties};
use wire::try_job::TryJob;

/// Source of the properties that a job brings.
pub const JOB: &str = "try build";

/// What stands for a scheduler where a person at the desk asks, who needs none.
pub const DESK: &str = "try";

/// The set that a job asks of a scheduler, still without builders.
pub fn of_scheduler(config: &SchedulerConfig, job: TryJob) -> NewBuildSet {
    // A folder's jobs were read before there were comments, and Buildbot leaves them out to this day.
    let comment = match config.kind {
        SchedulerKind::TryJobdir(_) => "",
        _ => &job.comment,
    };
    let set = new_set(config, reason(&job.who, comment));
    filled(set, job)
}

/// The set that a job asks for at the desk, still without builders.
pub fn of_desk(job: TryJob) -> NewBuildSet {
    let mut properties = Properties::default();
    properties.set("scheduler", DESK, SOURCE);
    let set = NewBuildSet {
        scheduler: DESK.to_owned(),
        source_stamps: Vec::new(),
        reason: reason(&job.who, &job.comment),
        external_id: None,
        properties,
        builders: Vec::new(),
        priority: 0,
        rebuilt_build: None,
        changes: Vec::new(),
    };
    filled(set, job)
}

fn reason(who: &str, comment: &str) -> String {
    let mut reason = "'try' job".to_owned();
    if !who.is_empty() {
        reason.push_str(&format!(" by user {who}"));
    }
    if !comment.is_empty() {
        reason.push_str(&format!(" ({comment})"));
    }
    reason
}

fn filled(mut set: NewBuildSet, job: TryJob) -> NewBuildSet {
    for (name, value) in job.properties {
        set.properties.set(name, value, JOB);
    }
    set.external_id = Some(job.id).filter(|id| !id.is_empty());
    // No tool applies a patch that has nothing in it.
    let patch = job.patch.filter(|patch| !patch.body.is_empty());
    set.source_stamps = vec![NewSourceStamp {
        branch: job.branch,
        revision: job.base_revision,
        repository: job.repository,
        project: job.project,
        codebase: String::new(),
        patch: patch.map(|patch| Patch {
            level: patch.level.into(),
            subdir: String::new(),
            author: job.who,
            comment: job.comment,
            body: patch.body.into(),
        }),
    }];
    set
}
