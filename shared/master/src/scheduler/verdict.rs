//! Why a change was built by a scheduler, or was not (S-127, S-132).

use super::importance::is_important;
use super::tree;
use model::Change;
use model::config::{Importance, SchedulerConfig, SchedulerKind};
use serde::Serialize;

/// What one scheduler makes of one change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// The scheduler's name.
    pub scheduler: String,
    /// What it decided.
    pub decision: Decision,
    /// One sentence for people.
    pub text: String,
}

/// The decisions there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Its filter refuses the change.
    NotFollowed,
    /// Accepted, but it starts nothing by itself and is not recorded.
    NotImportant,
    /// Accepted, and waits for an important change.
    WaitsForImportant,
    /// Accepted and important: it starts a build.
    Builds,
    /// The scheduler is switched off.
    Disabled,
}

/// What the scheduler thinks of a change, before its state is known. `None` for a scheduler that takes no changes.
///
/// May call functions of the configuration: not for the engine's own task.
pub fn judge(scheduler: &SchedulerConfig, change: &Change) -> Option<Judgement> {
    let tree = tree::settings(&scheduler.kind)?;
    let mut judgement = Judgement {
        scheduler: scheduler.name.clone(),
        refused: None,
        important: false,
        warning: None,
    };
    match tree.filter.accepts(change) {
        Err(why) => judgement.refused = Some(why),
        Ok(()) => (judgement.important, judgement.warning) = is_important(&tree.important, change),
    }
    Some(judgement)
}

/// Whether judging a change runs code of the configuration.
pub fn asks_functions(kind: &SchedulerKind) -> bool {
    let Some(tree) = tree::settings(kind) else { return false };
    let filter = &tree.filter;
    let texts = [
        &filter.project,
        &filter.repository,
        &filter.branch,
        &filter.category,
        &filter.codebase,
    ];
    let texts = texts.into_iter().chain(filter.properties.iter().map(|(_, text)| text));
    matches!(tree.important, Importance::Asked(_))
        || filter.function.is_some()
        || texts.into_iter().any(|text| text.function.is_some())
}

/// What filter and importance say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// The scheduler's name.
    pub scheduler: String,
    /// Why the filter refused.
    pub refused: Option<String>,
    /// Whether the change starts a build.
    pub important: bool,
    /// A function of the configuration failed.
    pub warning: Option<String>,
}

impl Judgement {
    /// For people.
    pub fn verdict(&self, scheduler: &SchedulerConfig, enabled: bool) -> Verdict {
        let only_important = tree::settings(&scheduler.kind).is_some_and(|tree| tree.only_important);
        let (decision, text) = match &self.refused {
            _ if !enabled => (
                Decision::Disabled,
                "not built: the scheduler is switched off".to_owned(),
            ),
            Some(why) => (Decision::NotFollowed, format!("not built: {why}")),
            None if self.important => (Decision::Builds, "followed: it starts a build".to_owned()),
            None if only_important => (
                Decision::NotImportant,
                "not built: no important file was touched".to_owned(),
            ),
            None => (
                Decision::WaitsForImportant,
                "waits for an important change: no important file was touched".to_owned(),
            ),
        };
        Verdict {
            scheduler: self.scheduler.clone(),
            decision,
            text,
        }
    }
}
