//! The source steps with the systems' real programs and a real worker.

mod branches;
mod patches;
mod stand_ins;
mod team;
mod trees;
mod updates;

use crate::rig::working::Working;
use crate::rig::{shell, step};
use model::config::{Source, StepKind};
use team::{Team, Which};

/// A repository with the first tree, whose revision is given, and a builder of its source step.
async fn start(which: Which, change: impl FnOnce(&Team, &mut Source)) -> Option<(Working, Team, String)> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let team = Team::new(which, folder.path())?;
    trees::begin(&team.dev, which.keeps_modes());
    let revision = team.commit();
    let mut source = team.source();
    change(&team, &mut source);
    let rig = Working::start(folder, vec![get(source), shell("then", "true")]).await;
    Some((rig, team, revision))
}

fn get(source: Source) -> model::config::StepConfig {
    step("get", StepKind::Source(Box::new(source)))
}
