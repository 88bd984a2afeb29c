//! One run of a system's program or of a file command on the worker, and what its failure means.

use super::wanted::Wanted;
use crate::step::command::{CommandEnd, Output};
use crate::step::environment::merged;
use crate::step::run::{Broken, StepRun};
use crate::step::{STDIO, shell};
use model::config::{Source, System};
use model::{Json, LogKind};
use serde_json::json;
use std::time::Duration;
use wire::worker::Value;

/// The step at work.
pub struct Checkout<'r, 'b> {
    pub(super) run: &'r mut StepRun<'b>,
    pub(super) source: &'r Source,
    pub(super) wanted: Wanted,
    /// The tree's folder, below the builder's.
    pub(super) workdir: String,
    env: Value,
    /// The revision that is checked out, where it is known without asking.
    pub(super) got_revision: Option<String>,
    /// Bazaar's program on this worker, once it was looked for.
    pub(super) bzr: Option<&'static str>,
}

/// Why the tree could not be had.
#[derive(Debug)]
pub enum SourceError {
    /// The system's program, or another command, said no; its words are in the log.
    Failed {
        /// For the step's text.
        remark: &'static str,
    },
    /// The build was stopped.
    Stopped,
    /// The step broke off.
    Broken(Broken),
}

impl From<Broken> for SourceError {
    fn from(broken: Broken) -> SourceError {
        SourceError::Broken(broken)
    }
}

/// One run of a program.
#[derive(Debug, Default)]
pub struct Program<'a> {
    /// Where, below the builder's folder.
    pub folder: &'a str,
    /// The program and its arguments.
    pub words: &'a [&'a str],
    /// Also keep what it says.
    pub keep: bool,
    /// Variables besides the step's.
    pub env: &'a [(&'a str, Option<&'a str>)],
    /// Files that become logs: the name, and where it is below the folder.
    pub logfiles: &'a [(&'a str, &'a str)],
    /// For its standard input.
    pub stdin: Option<&'a str>,
}

impl<'r, 'b> Checkout<'r, 'b> {
    pub(super) async fn new(
        run: &'r mut StepRun<'b>,
        source: &'r Source,
        wanted: Wanted,
    ) -> Result<Checkout<'r, 'b>, Broken> {
        let workdir = shell::workdir(run).await?;
        let own = run.render(&source.env).await?;
        let env = environment(&source.system, &run.builder_env, &own)?;
        Ok(Checkout {
            run,
            source,
            wanted,
            workdir,
            env,
            got_revision: None,
            bzr: None,
        })
    }

    /// Runs a program and gives how it ended.
    pub(super) async fn program(&mut self, program: Program<'_>) -> Result<CommandEnd, SourceError> {
        let words = program.words.iter().map(|word| self.word(word)).collect();
        let mut env = self.env.clone();
        if let Value::Dict(pairs) = &mut env {
            for (name, value) in program.env {
                pairs.retain(|(known, _)| known != name);
                pairs.push(((*name).to_owned(), value.map_or(Value::None, Value::from)));
            }
        }
        let logfiles = program.logfiles.iter();
        let logfiles = logfiles.map(|(name, path)| ((*name).to_owned(), Value::from(*path)));
        let args = [
            ("workdir", Value::from(program.folder)),
            ("env", env),
            ("want_stdout", true.into()),
            ("want_stderr", true.into()),
            ("logfiles", Value::Dict(logfiles.collect())),
            ("timeout", shell::seconds(Some(self.source.timeout))),
            ("maxTime", Value::None),
            ("max_lines", Value::None),
            ("sigtermTime", Value::None),
            ("usePTY", false.into()),
            ("logEnviron", self.source.log_environ.into()),
            ("initial_stdin", program.stdin.map_or(Value::None, Value::from)),
            ("interruptSignal", "KILL".into()),
            ("command", Value::List(words)),
        ];
        self.command("shell", &args, program.keep).await
    }

    /// A word that holds a secret, for example a password in an address, is not shown by the worker.
    fn word(&self, word: &str) -> Value {
        let hidden = &self.run.context.hidden;
        if hidden.is_in(word) {
            Value::Tuple(vec!["obfuscated".into(), word.into(), hidden.redact(word).into()])
        } else {
            word.into()
        }
    }

    /// Runs a program in `folder`; anything but exit code 0 is an error.
    pub(super) async fn ok(&mut self, folder: &str, words: &[&str]) -> Result<(), SourceError> {
        let program = Program {
            folder,
            words,
            ..Program::default()
        };
        good(&self.program(program).await?)
    }

    /// What a program says in `folder`; `None` when it says no.
    pub(super) async fn said(&mut self, folder: &str, words: &[&str]) -> Result<Option<String>, SourceError> {
        let program = Program {
            folder,
            words,
            keep: true,
            ..Program::default()
        };
        let end = self.program(program).await?;
        if end.interrupted {
            return Err(SourceError::Stopped);
        }
        Ok((end.rc == Some(0)).then_some(end.stdout))
    }

    /// Whether the worker has a program.
    pub(super) async fn has(&mut self, program: &str) -> Result<bool, SourceError> {
        Ok(self.said("", &[program, "--version"]).await?.is_some())
    }

    /// Runs a command of the worker.
    pub(super) async fn command(
        &mut self,
        name: &str,
        args: &[(&str, Value)],
        keep: bool,
    ) -> Result<CommandEnd, SourceError> {
        let args = args
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect();
        Ok(self
            .run
            .command(name, Value::Dict(args), Output { log: STDIO, keep })
            .await?)
    }

    /// Runs a command of the worker that must succeed.
    pub(super) async fn command_ok(&mut self, name: &str, args: &[(&str, Value)]) -> Result<(), SourceError> {
        let end = self.command(name, args, false).await?;
        good(&end)
    }

    /// A line of the step's own.
    pub(super) async fn note(&mut self, text: &str) -> Result<(), SourceError> {
        Ok(self.run.add_to_log(STDIO, LogKind::Stdio, 'h', text).await?)
    }

    /// Whether it is worth trying again after `tries` failures. If so, the time between two tries has gone by.
    pub(super) async fn may_retry(&mut self, tries: u32) -> Result<bool, SourceError> {
        let (delay, most) = self.source.retry.unwrap_or((0.0, 0));
        if tries >= most {
            return Ok(false);
        }
        let left = most - tries - 1;
        self.note(&format!("trying again in {delay} seconds, {left} more after that\n"))
            .await?;
        self.wait(Duration::try_from_secs_f64(delay).unwrap_or_default())
            .await?;
        Ok(true)
    }

    /// Waits, unless the build is stopped meanwhile.
    async fn wait(&mut self, time: Duration) -> Result<(), SourceError> {
        let until = self.run.clock.uptime().saturating_add(time);
        let waited = self.run.clock.sleep_until(until);
        match &self.run.stop {
            None => waited.await,
            Some(stop) => tokio::select! {
                () = waited => {}
                () = stop.wait() => return Err(SourceError::Stopped),
            },
        }
        Ok(())
    }

    /// Text that is hidden wherever the step speaks.
    pub(super) fn hide(&self, name: &str, value: &str) {
        self.run.context.hidden.add(name, value);
    }
}

/// Nobody is asked: without a person at hand a question would hang until the time limit.
fn environment(system: &System, builder: &Json, own: &Json) -> Result<Value, Broken> {
    let quiet = match system {
        System::Git(_) => json!({"GIT_TERMINAL_PROMPT": "0"}),
        System::Mercurial(_) => json!({"HGPLAIN": "1"}),
        System::Darcs(_) => json!({"DARCS_DONT_COLOR": "1"}),
        _ => json!({}),
    };
    let shared = match (builder, quiet) {
        (Json::Object(builder), Json::Object(mut all)) => {
            all.extend(builder.clone());
            Json::Object(all)
        }
        (_, quiet) => quiet,
    };
    merged(&shared, own).map_err(Broken::Failed)
}

/// Exit code 0 and not stopped.
pub fn good(end: &CommandEnd) -> Result<(), SourceError> {
    match end {
        CommandEnd { interrupted: true, .. } => Err(SourceError::Stopped),
        CommandEnd { rc: Some(0), .. } => Ok(()),
        other => Err(SourceError::Failed { remark: other.remark() }),
    }
}
