//! One run of git or of a file command on the worker, and what its failure means.

use super::Wanted;
use crate::step::command::{CommandEnd, Output};
use crate::step::environment::merged;
use crate::step::run::{Broken, StepRun};
use crate::step::{STDIO, shell};
use model::config::GitSource;
use model::{Json, LogKind};
use serde_json::json;
use std::time::Duration;
use wire::worker::Value;

/// The step at work.
pub struct Git<'r, 'b> {
    pub(super) run: &'r mut StepRun<'b>,
    pub(super) source: &'r GitSource,
    pub(super) wanted: Wanted,
    /// The tree's folder, below the builder's.
    pub(super) workdir: String,
    env: Value,
    /// The commit that is checked out, where it is known without asking.
    pub(super) got_revision: Option<String>,
}

/// Why the tree could not be had.
#[derive(Debug)]
pub enum GitError {
    /// Git, or another command, said no; its words are in the log.
    Failed {
        /// For the step's text.
        remark: &'static str,
    },
    /// The build was stopped.
    Stopped,
    /// The step broke off.
    Broken(Broken),
}

impl From<Broken> for GitError {
    fn from(broken: Broken) -> GitError {
        GitError::Broken(broken)
    }
}

impl<'r, 'b> Git<'r, 'b> {
    pub(super) async fn new(
        run: &'r mut StepRun<'b>,
        source: &'r GitSource,
        wanted: Wanted,
    ) -> Result<Git<'r, 'b>, Broken> {
        let workdir = shell::workdir(run).await?;
        let own = run.render(&source.env).await?;
        let env = environment(&run.builder_env, own)?;
        Ok(Git {
            run,
            source,
            wanted,
            workdir,
            env,
            got_revision: None,
        })
    }

    /// Runs git in `folder` and gives how it ended.
    pub(super) async fn git(&mut self, folder: &str, words: &[&str], keep: bool) -> Result<CommandEnd, GitError> {
        let config = self
            .source
            .config
            .iter()
            .flat_map(|(name, value)| ["-c".to_owned(), format!("{name}={value}")]);
        let mut command = vec![Value::from("git")];
        command.extend(config.map(Value::from));
        command.extend(words.iter().map(|word| self.word(word)));
        let args = [
            ("workdir", Value::from(folder)),
            ("env", self.env.clone()),
            ("want_stdout", true.into()),
            ("want_stderr", true.into()),
            ("logfiles", Value::Dict(Vec::new())),
            ("timeout", shell::seconds(Some(self.source.timeout))),
            ("maxTime", Value::None),
            ("max_lines", Value::None),
            ("sigtermTime", Value::None),
            ("usePTY", false.into()),
            ("logEnviron", self.source.log_environ.into()),
            ("initial_stdin", Value::None),
            ("interruptSignal", "KILL".into()),
            ("command", Value::List(command)),
        ];
        self.command("shell", &args, keep).await
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

    /// Runs git in the tree; anything but exit code 0 is an error.
    pub(super) async fn git_ok(&mut self, folder: &str, words: &[&str]) -> Result<(), GitError> {
        let end = self.git(folder, words, false).await?;
        good(&end)
    }

    /// What git says in one line; `None` when it says no.
    pub(super) async fn output(&mut self, words: &[&str]) -> Result<Option<String>, GitError> {
        let folder = self.workdir.clone();
        let end = self.git(&folder, words, true).await?;
        if end.interrupted {
            return Err(GitError::Stopped);
        }
        Ok((end.rc == Some(0)).then(|| end.stdout.trim().to_owned()))
    }

    /// The commit that `name` stands for.
    pub(super) async fn rev_parse(&mut self, name: &str) -> Result<String, GitError> {
        self.output(&["rev-parse", name])
            .await?
            .ok_or(GitError::Failed { remark: "" })
    }

    /// Runs a command of the worker.
    pub(super) async fn command(
        &mut self,
        name: &str,
        args: &[(&str, Value)],
        keep: bool,
    ) -> Result<CommandEnd, GitError> {
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
    pub(super) async fn command_ok(&mut self, name: &str, args: &[(&str, Value)]) -> Result<(), GitError> {
        let end = self.command(name, args, false).await?;
        good(&end)
    }

    /// A line of the step's own.
    pub(super) async fn note(&mut self, text: &str) -> Result<(), GitError> {
        Ok(self.run.add_to_log(STDIO, LogKind::Stdio, 'h', text).await?)
    }

    /// Waits, unless the build is stopped meanwhile.
    pub(super) async fn wait(&mut self, time: Duration) -> Result<(), GitError> {
        let until = self.run.clock.uptime() + time;
        let waited = self.run.clock.sleep_until(until);
        match &self.run.stop {
            None => waited.await,
            Some(stop) => tokio::select! {
                () = waited => {}
                () = stop.wait() => return Err(GitError::Stopped),
            },
        }
        Ok(())
    }
}

/// Git asks nobody: without a person at hand a question would hang until the time limit.
fn environment(builder: &Json, own: Json) -> Result<Value, Broken> {
    let quiet = json!({"GIT_TERMINAL_PROMPT": "0"});
    let shared = match (builder, quiet) {
        (Json::Object(builder), Json::Object(mut all)) => {
            all.extend(builder.clone());
            Json::Object(all)
        }
        (_, quiet) => quiet,
    };
    merged(&shared, &own).map_err(Broken::Failed)
}

/// Exit code 0 and not stopped.
pub fn good(end: &CommandEnd) -> Result<(), GitError> {
    match end {
        CommandEnd { interrupted: true, .. } => Err(GitError::Stopped),
        CommandEnd { rc: Some(0), .. } => Ok(()),
        other => Err(GitError::Failed { remark: other.remark() }),
    }
}
