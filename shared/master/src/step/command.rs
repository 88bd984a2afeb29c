//! Running one command on the worker: its output into logs, its end into a value.

use super::run::{Broken, StepRun};
use crate::worker::{News, Running, StartError};
use model::LogKind;
use std::time::Duration;
use wire::worker::link::CallError;
use wire::worker::{Update, Value};

/// A log is told to have grown at most so often.
const TELL_EVERY: Duration = Duration::from_millis(25);

/// A command that does not end so long after it was interrupted never will; its worker is given up.
const PATIENCE: Duration = Duration::from_secs(60);

/// So much of a stream is kept for steps that read what a command says.
const MOST_KEPT: usize = 16 << 20;

/// What becomes of a command's output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Output<'a> {
    /// The log for header, output and errors.
    pub log: &'a str,
    /// Also keep output and errors for the step to read.
    pub keep: bool,
}

/// How a command ended.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CommandEnd {
    /// Its exit code, if it told one.
    pub rc: Option<i64>,
    /// The build was stopped meanwhile.
    pub interrupted: bool,
    /// `timeout_without_output`, `timeout`, `max_lines_failure`.
    pub failure_reason: Option<String>,
    /// Its output, if kept.
    pub stdout: String,
    /// Its errors, if kept.
    pub stderr: String,
    /// Other updates by key.
    pub others: Vec<(String, Value)>,
}

impl CommandEnd {
    /// What stands in the step's text about why it was ended.
    pub fn remark(&self) -> &'static str {
        match self.failure_reason.as_deref() {
            Some("timeout" | "timeout_without_output") => " (timed out)",
            Some("max_lines_failure") => " (max lines)",
            _ => "",
        }
    }
}

impl StepRun<'_> {
    /// Runs a command to its end. What was noted is durable before it starts.
    pub async fn command(&mut self, name: &str, args: Value, output: Output<'_>) -> Result<CommandEnd, Broken> {
        self.journal.flush().await?;
        if self.is_stopped() {
            return Ok(CommandEnd {
                interrupted: true,
                ..CommandEnd::default()
            });
        }
        let builder = self.builder.config.name.clone();
        let mut running = match self.connection.start(&builder, name, args).await {
            Ok(running) => running,
            Err(StartError::Call(CallError::Lost)) => {
                self.connection.drop_link();
                return Err(Broken::Lost);
            }
            Err(error) => return Err(Broken::Failed(error.to_string())),
        };
        let mut end = CommandEnd::default();
        let failure = self.follow(&mut running, output, &mut end).await?;
        match failure {
            None => Ok(end),
            Some(_) if end.interrupted => Ok(end),
            Some(failure) => Err(Broken::Failed(failure.to_string())),
        }
    }

    /// Takes in what the command tells until it is complete. Gives the failure that it ended with.
    async fn follow(
        &mut self,
        running: &mut Running,
        output: Output<'_>,
        end: &mut CommandEnd,
    ) -> Result<Option<wire::worker::Failure>, Broken> {
        let stop = self.stop.clone();
        let clock = self.clock.clone();
        let mut tell_at: Option<tokio::time::Instant> = None;
        let mut last_told = tokio::time::Instant::now() - TELL_EVERY;
        let mut give_up_at = None;
        let long = Duration::from_secs(3600);
        loop {
            let due = self.running_due.unwrap_or_else(|| clock.uptime() + long);
            let far = tokio::time::Instant::now() + long;
            tokio::select! {
                biased;
                () = wait(stop.as_ref()), if !end.interrupted => {
                    end.interrupted = true;
                    give_up_at = Some(tokio::time::Instant::now() + PATIENCE);
                    let why = stop.as_ref().and_then(|stop| stop.ordered()).map_or("stopped", |why| why.text());
                    tokio::spawn(running.interrupt(why));
                }
                () = tokio::time::sleep_until(tell_at.unwrap_or(far)), if tell_at.is_some() => {
                    self.tell_news();
                    last_told = tokio::time::Instant::now();
                    tell_at = None;
                }
                () = clock.sleep_until(due), if self.running_due.is_some() => {
                    self.running_due = None;
                    self.journal.step_state(self.running_text.clone());
                    self.journal.flush().await?;
                }
                () = tokio::time::sleep_until(give_up_at.unwrap_or(far)), if give_up_at.is_some() => {
                    self.connection.drop_link();
                    return Err(Broken::Lost);
                }
                // Last, so that a command that never stops talking can still be stopped.
                news = running.next() => match news {
                    Some(News::Updates(updates)) => {
                        for update in updates {
                            self.take(update, output, end).await?;
                        }
                        // Everything that is there already belongs to one telling.
                        if tell_at.is_none() {
                            tell_at = Some(last_told + TELL_EVERY);
                        }
                    }
                    Some(News::Complete(failure)) => {
                        return Ok(failure);
                    }
                    None => return Err(Broken::Lost),
                },
            }
        }
    }

    /// Takes in one update.
    async fn take(&mut self, update: Update, output: Output<'_>, end: &mut CommandEnd) -> Result<(), Broken> {
        let (stream, text) = match update {
            Update::Header(text) => ('h', text),
            Update::Stdout(text) => {
                keep(output, &mut end.stdout, &text);
                ('o', text)
            }
            Update::Stderr(text) => {
                keep(output, &mut end.stderr, &text);
                ('e', text)
            }
            Update::Log { name, text } => return self.add_to_log(&name, LogKind::Stdio, 'o', &text).await,
            Update::Rc(rc) => {
                end.rc = Some(rc);
                ('h', format!("program finished with exit code {rc}\n"))
            }
            Update::FailureReason(reason) => {
                end.failure_reason = Some(reason);
                return Ok(());
            }
            Update::Elapsed(_) => return Ok(()),
            Update::Other { key, value } => {
                end.others.push((key, value));
                return Ok(());
            }
        };
        self.add_to_log(output.log, LogKind::Stdio, stream, &text).await
    }
}

fn keep(output: Output<'_>, kept: &mut String, text: &str) {
    if output.keep && kept.len() + text.len() <= MOST_KEPT {
        kept.push_str(text);
    }
}

async fn wait(stop: Option<&crate::build::stop::Stop>) {
    match stop {
        Some(stop) => stop.wait().await,
        None => std::future::pending().await,
    }
}
