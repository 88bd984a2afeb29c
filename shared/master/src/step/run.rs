//! What a step is given while it runs: its build's notes, values, logs and worker.

use super::log::StepLog;
use crate::build::context::Context;
use crate::build::journal::Journal;
use crate::build::stop::Stop;
use crate::catalog::BuilderEntry;
use crate::clock::Clock;
use crate::redact::Secrets;
use crate::worker::Connection;
use model::config::{Render, StepCommon};
use model::{Json, LogKind, Properties, Results, Time};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use store::{Store, StoreError};

/// How a step ended by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// Its results.
    pub results: Results,
    /// Its text, without the results.
    pub text: String,
    /// What stands after the results, for example ` (timed out)`.
    pub remark: &'static str,
}

impl Ended {
    /// A step whose text needs no remark.
    pub fn new(results: Results, text: impl Into<String>) -> Ended {
        Ended {
            results,
            text: text.into(),
            remark: "",
        }
    }
}

/// Why a step could not end by itself.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Broken {
    /// The worker is gone; the build is made again.
    #[error("the connection to the worker was lost")]
    Lost,
    /// The farm or the configuration is at fault; the text goes to the step's `err.text`.
    #[error("{0}")]
    Failed(String),
    /// Nothing can be written down any more.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A step that runs.
pub struct StepRun<'b> {
    /// What the build writes down.
    pub journal: &'b mut Journal,
    /// What values are rendered from.
    pub context: &'b mut Context,
    /// Where the lines of logs go.
    pub store: Store,
    /// For what happens after a while.
    pub clock: Arc<dyn Clock>,
    /// The worker.
    pub connection: Connection,
    /// Where relative paths of uploads and downloads begin on the master.
    pub folder: Arc<Path>,
    /// Folder of notes about uploads that are not whole.
    pub parts: Arc<Path>,
    /// The builder.
    pub builder: &'b BuilderEntry,
    /// The builder's environment, rendered.
    pub builder_env: Json,
    /// Its own name, before it was made unique.
    pub name: String,
    /// What all steps have.
    pub common: &'b StepCommon,
    /// The order to stop, unless this step runs in spite of one.
    pub stop: Option<Stop>,
    /// For a rebuild: what the first build found, by codebase.
    pub found_revisions: &'b BTreeMap<String, String>,
    /// When the last of the build's changes was made, by codebase.
    pub changed_at: &'b BTreeMap<String, Time>,
    /// Properties that the step has set.
    pub changed: Properties,
    /// What is told while it runs, once it has run for a second.
    pub running_text: String,
    /// When that is due, by the monotonic clock; `None` once told.
    pub running_due: Option<std::time::Duration>,
    /// Its logs by name.
    pub logs: Vec<(String, StepLog)>,
}

impl StepRun<'_> {
    /// The value of `value` now. What was noted is stored first when that may take a while.
    pub async fn render(&mut self, value: &Render) -> Result<Json, Broken> {
        if !crate::build::context::is_quick(value) {
            self.journal.flush().await?;
        }
        self.context.render(value).await.map_err(Broken::Failed)
    }

    /// [`StepRun::render`] of a value that may be absent.
    pub async fn render_some(&mut self, value: Option<&Render>) -> Result<Option<Json>, Broken> {
        match value {
            Some(value) => self.render(value).await.map(Some),
            None => Ok(None),
        }
    }

    /// [`StepRun::render`] of a value that should be text; null is an empty one.
    pub async fn render_text(&mut self, what: &str, value: &Render) -> Result<String, Broken> {
        match self.render(value).await? {
            Json::Null => Ok(String::new()),
            Json::String(text) => Ok(text),
            Json::Number(number) => Ok(number.to_string()),
            other => Err(Broken::Failed(format!("{what} should be text, but is {other}"))),
        }
    }

    /// Sets a property of the build. Properties are shown, so secrets in them are not.
    pub fn set_property(&mut self, name: &str, value: Json, source: &str) {
        let value = without_secrets(&self.context.hidden, value);
        self.context.properties.set(name, value.clone(), source);
        self.changed.set(name, value, source);
    }

    /// Opens logs, all in one transaction with what was noted before.
    pub async fn open_logs(&mut self, wanted: &[(&str, LogKind)]) -> Result<(), Broken> {
        let is_open = |name: &str| self.logs.iter().any(|(known, _)| known == name);
        let new: Vec<(&str, LogKind)> = wanted.iter().filter(|(name, _)| !is_open(name)).copied().collect();
        for (name, kind) in &new {
            self.journal.log_begins((*name).to_owned(), *kind);
        }
        self.journal.flush().await?;
        let rows = &self.journal.rows().logs;
        for (row, (name, _)) in rows[rows.len().saturating_sub(new.len())..].iter().zip(new) {
            let writer = self.store.logs().open(row.clone());
            self.logs
                .push((name.to_owned(), StepLog::new(writer, self.context.hidden.clone())));
        }
        Ok(())
    }

    /// Adds to a log, opening it if it is not.
    pub async fn add_to_log(&mut self, name: &str, kind: LogKind, stream: char, text: &str) -> Result<(), Broken> {
        if self.log(name).is_none() {
            self.open_logs(&[(name, kind)]).await?;
        }
        match self.log(name) {
            Some(log) => Ok(log.add(stream, text).await?),
            None => Ok(()),
        }
    }

    fn log(&mut self, name: &str) -> Option<&mut StepLog> {
        self.logs
            .iter_mut()
            .find(|(known, _)| known == name)
            .map(|(_, log)| log)
    }

    /// Tells which logs have grown.
    pub fn tell_news(&mut self) {
        for (_, log) in &mut self.logs {
            if let Some(log) = log.news() {
                self.journal.log_grows(log);
            }
        }
    }

    /// Ends all logs; their last lines are stored with the step's end.
    pub async fn end_logs(&mut self) -> Result<(), StoreError> {
        for (_, log) in &mut self.logs {
            log.flush().await?;
        }
        self.tell_news();
        for (_, log) in std::mem::take(&mut self.logs) {
            self.journal.log_ends(log.end());
        }
        Ok(())
    }

    /// Whether the order to stop was given.
    pub fn is_stopped(&self) -> bool {
        self.stop.as_ref().is_some_and(|stop| stop.ordered().is_some())
    }
}

fn without_secrets(hidden: &Secrets, value: Json) -> Json {
    if hidden.is_empty() {
        return value;
    }
    match value {
        Json::String(text) => hidden.redact(&text).into(),
        Json::Array(items) => items.into_iter().map(|item| without_secrets(hidden, item)).collect(),
        Json::Object(members) => {
            let clean = members
                .into_iter()
                .map(|(name, member)| (name, without_secrets(hidden, member)));
            Json::Object(clean.collect())
        }
        other => other,
    }
}
