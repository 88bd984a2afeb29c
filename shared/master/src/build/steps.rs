//! The build's steps in turn.

use super::result::{effect, is_told};
use super::run::Run;
use super::stop::Why;
use crate::step::{self, Broken, Ended, StepRun, summary};
use model::config::filter::truthy;
use model::config::{Render, StepConfig};
use model::{Json, LogKind, Properties, Results};
use std::sync::Arc;
use std::time::Duration;
use store::StoreError;

/// A step that runs so long says what it does.
const SOON: Duration = Duration::from_secs(1);

/// The log of what broke a step off.
const ERROR_LOG: &str = "err.text";

/// The log of why a step was ended.
const CANCELLED_LOG: &str = "cancelled";

impl Run {
    /// Runs the steps until they are through or one of them ends the build. Those that always run do so then, unless
    /// there is no worker to run them, or no time.
    pub(super) async fn run_steps(&mut self) -> Result<(), StoreError> {
        let builder = Arc::clone(&self.plan.builder.config);
        let mut ended = false;
        for config in &builder.steps {
            let stopped = self.plan.stop.ordered();
            if self.lost || stopped == Some(&Why::Shutdown) {
                break;
            }
            if stopped.is_some() && !ended {
                self.results = self.results.worst(Results::Cancelled);
                ended = true;
            }
            if ended && !config.common.always_run {
                continue;
            }
            // A step that always runs after the build was stopped is not stopped by the same order.
            let heeds_stop = stopped.is_none();
            let results = self.run_step(config, heeds_stop).await?;
            ended |= effect(results, &config.common).ends_build;
        }
        match self.plan.stop.ordered() {
            Some(Why::Shutdown) => self.results = Results::Retry,
            Some(Why::Asked(_)) => self.results = self.results.worst(Results::Cancelled),
            None => {}
        }
        Ok(())
    }

    async fn run_step(&mut self, config: &StepConfig, heeds_stop: bool) -> Result<Results, StoreError> {
        let name = match self.context.render(&config.common.name).await {
            Ok(Json::String(name)) if !name.is_empty() => self.context.hidden.redact(&name),
            _ => step::default_name(&config.kind).to_owned(),
        };
        self.journal.step_begins(name.clone(), false);
        let stop = heeds_stop.then(|| self.plan.stop.clone());
        let mut run = StepRun {
            journal: &mut self.journal,
            store: self.env.store.clone(),
            clock: self.env.clock.clone(),
            connection: self.plan.connection.clone(),
            folder: self.env.folder.clone(),
            parts: self.env.parts.clone(),
            builder: &self.plan.builder,
            builder_env: self.builder_env.clone(),
            name,
            common: &config.common,
            stop,
            found_revisions: &self.found_revisions,
            changed_at: &self.changed_at,
            changed: Properties::default(),
            running_text: "running".to_owned(),
            running_due: Some(self.env.clock.uptime() + SOON),
            logs: Vec::new(),
            context: &mut self.context,
        };
        let outcome = go(&mut run, config).await;
        let lost = matches!(outcome, Err(Broken::Lost));
        let ended = match outcome {
            Ok(ended) => ended,
            Err(broken) => explain(&mut run, config, broken).await?,
        };
        if ended.results == Results::Cancelled
            && let Some(why) = run.stop.as_ref().and_then(|stop| stop.ordered())
        {
            let text = format!("{}\n", why.text());
            log_text(&mut run, CANCELLED_LOG, &text).await?;
        }
        run.end_logs().await?;
        let hidden = is_hidden(&mut run, &config.common.hide_step_if).await;
        let changed = std::mem::take(&mut run.changed);
        let text = format!("{}{}", summary::finished(&ended.text, ended.results), ended.remark);
        self.lost |= lost;
        self.step_ended(config, ended.results, text, hidden, changed);
        Ok(ended.results)
    }

    fn step_ended(&mut self, config: &StepConfig, results: Results, text: String, hidden: bool, changed: Properties) {
        self.journal.step_ends(results, text.clone(), hidden);
        self.untold.update(&changed);
        self.journal.properties(std::mem::take(&mut self.untold));
        let effect = effect(results, &config.common);
        self.results = self.results.worst(effect.at_least);
        if is_told(results, &config.common) {
            self.told.push(text);
            let state = match effect.ends_build {
                true => self.final_text(),
                false => summary::of_running_build(&self.told),
            };
            self.journal.build_state(state);
        }
    }

    /// The build's text as it would be if it ended now.
    pub(super) fn final_text(&self) -> String {
        if self.lost {
            return format!("retry lost connection {}", self.told.join(" "))
                .trim_end()
                .to_owned();
        }
        // Stopped because the master ends: said as Buildbot says it, though the request is built again.
        let (results, reason) = match self.plan.stop.ordered() {
            Some(why) => (Results::Cancelled, Some(why.text())),
            None => (self.results, None),
        };
        let text = summary::of_finished_build(results, reason, &self.told);
        self.context.hidden.redact(&text)
    }
}

/// Skips the step or runs it.
async fn go(run: &mut StepRun<'_>, config: &StepConfig) -> Result<Ended, Broken> {
    if !truthy(&run.render(&config.common.do_step_if).await?) {
        return Ok(Ended::new(Results::Skipped, skipped_text(run, config).await));
    }
    run.journal.step_has_locks();
    step::run(run, &config.kind).await
}

/// What a step that was not run would have been called.
async fn skipped_text(run: &mut StepRun<'_>, config: &StepConfig) -> String {
    let text = step::text_of(run, &config.kind).await;
    text.unwrap_or_else(|_| "finished".to_owned())
}

/// Logs what broke a step off, and makes an end of it.
async fn explain(run: &mut StepRun<'_>, config: &StepConfig, broken: Broken) -> Result<Ended, StoreError> {
    match broken {
        Broken::Store(error) => Err(error),
        Broken::Lost => {
            let text = format!("The connection to worker {} was lost.\n", run.connection.worker());
            log_text(run, CANCELLED_LOG, &text).await?;
            let text = step::text_of(run, &config.kind).await;
            Ok(Ended::new(
                Results::Retry,
                text.unwrap_or_else(|_| "finished".to_owned()),
            ))
        }
        Broken::Failed(problem) => {
            log_text(run, ERROR_LOG, &format!("{problem}\n")).await?;
            Ok(Ended::new(Results::Exception, "finished"))
        }
    }
}

async fn log_text(run: &mut StepRun<'_>, name: &str, text: &str) -> Result<(), StoreError> {
    match run.add_to_log(name, LogKind::Text, 't', text).await {
        Err(Broken::Store(error)) => Err(error),
        // Nothing else can go wrong with a text of our own.
        _ => Ok(()),
    }
}

/// A condition that cannot be told hides nothing.
async fn is_hidden(run: &mut StepRun<'_>, condition: &Render) -> bool {
    run.render(condition).await.is_ok_and(|said| truthy(&said))
}
