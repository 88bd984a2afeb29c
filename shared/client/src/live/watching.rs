//! The builds that somebody watches: their steps, and the logs of the steps that are not over.

use super::asks::Ask;
use super::connection::{Connection, Then};
use crate::Error;
use crate::picture::Event;
use crate::rest::Step;
use model::{BuildId, StepId};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::Instant;

/// Between two looks at a watched build where nothing is told.
const LOOK: Duration = Duration::from_secs(5);

/// What of watched builds is subscribed to.
#[derive(Debug, Default)]
pub(super) struct Watching {
    /// The steps whose logs are, and their builds.
    logs: BTreeMap<StepId, BuildId>,
    /// Without a line: when to look next.
    look_at: Option<Instant>,
}

impl Watching {
    pub(super) fn due(&self) -> Option<Instant> {
        self.look_at
    }
}

impl Connection<'_> {
    pub(super) async fn watch(&mut self, build: BuildId) -> Result<(), Error> {
        if self.line.is_none() {
            self.watching.look_at = Some(Instant::now());
            return Ok(());
        }
        self.subscribe(&format!("builds/{build}/steps/*/*"), Then::Steps(build))
            .await
    }

    pub(super) async fn unwatch(&mut self, build: BuildId) -> Result<(), Error> {
        self.unsubscribe(&format!("builds/{build}/steps/*/*")).await?;
        let steps: Vec<StepId> = self
            .watching
            .logs
            .iter()
            .filter(|(_, of)| **of == build)
            .map(|(step, _)| *step)
            .collect();
        for step in steps {
            self.unwatch_logs(step).await?;
        }
        Ok(())
    }

    /// What was watched before this connection.
    pub(super) async fn watch_again(&mut self) -> Result<(), Error> {
        for build in self.keeper.wishes.watched().collect::<Vec<_>>() {
            self.watch(build).await?;
        }
        Ok(())
    }

    pub(super) async fn read_steps(&mut self, build: BuildId, rows: Vec<Step>) -> Result<(), Error> {
        let rows: Vec<Step> = rows.into_iter().filter(|row| row.build == Some(build)).collect();
        self.take_in(rows.iter().map(|row| Event::Step(Box::new(row.clone()))));
        for row in &rows {
            self.watch_logs(row).await?;
        }
        Ok(())
    }

    /// Wants the logs of a step of a watched build, until it is over.
    pub(super) async fn watch_logs(&mut self, step: &Step) -> Result<(), Error> {
        let is_watched = |build: &BuildId| self.keeper.shared.picture().watched(*build).is_some();
        let Some(build) = step.build.filter(is_watched) else {
            return Ok(());
        };
        if self.line.is_none() {
            if !step.complete {
                self.ask(Ask::Logs(step.id));
            }
            return Ok(());
        }
        if step.complete {
            return self.unwatch_logs(step.id).await;
        }
        if self.watching.logs.insert(step.id, build).is_none() {
            self.subscribe(&format!("steps/{}/logs/*/*", step.id), Then::Logs(step.id))
                .await?;
        }
        Ok(())
    }

    async fn unwatch_logs(&mut self, step: StepId) -> Result<(), Error> {
        if self.watching.logs.remove(&step).is_some() {
            self.unsubscribe(&format!("steps/{step}/logs/*/*")).await?;
        }
        Ok(())
    }

    /// Where nothing is told, watched builds are looked at more often than the others.
    pub(super) fn look_at_watched(&mut self) {
        if self.watching.look_at.is_none_or(|at| Instant::now() < at) {
            return;
        }
        let watched: Vec<BuildId> = self.keeper.wishes.watched().collect();
        self.watching.look_at = (!watched.is_empty()).then(|| Instant::now() + LOOK);
        for build in watched {
            self.ask(Ask::Steps(build));
        }
    }
}
