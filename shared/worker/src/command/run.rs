//! Running a program for `shell`, `cpdir` and `rmdir`: what it is given, and how its end is told (§4.1, §4.4).

use super::args::{Args, failure};
use super::running::Running;
use super::{Context, files};
use crate::environment;
use crate::header::{self, Words};
use crate::logfile::LogFiles;
use bytes::Bytes;
use process::{Signal, SpawnError};
use std::path::PathBuf;
use tokio::time::Instant;
use wire::worker::{Failure, Update, Value};

/// A program and how to run it. The numbers stay as they came, because the header shows them.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    pub(super) words: Words,
    pub(super) workdir: PathBuf,
    pub(super) env: Option<Value>,
    pub(super) timeout: Option<Value>,
    pub(super) max_time: Option<Value>,
    pub(super) max_lines: Option<u64>,
    pub(super) sigterm_time: Option<f64>,
    pub(super) interrupt_signal: Signal,
    pub(super) want_stdout: bool,
    pub(super) want_stderr: bool,
    pub(super) logfiles: Option<Value>,
    pub(super) pty: bool,
    pub(super) log_environ: bool,
    pub(super) stdin: Option<Bytes>,
    /// `rc` goes out here, before the time that it took; otherwise the caller sends it.
    pub(super) tell_rc: bool,
}

impl Program {
    pub(super) fn new(words: Words, workdir: PathBuf) -> Program {
        Program {
            words,
            workdir,
            env: None,
            timeout: None,
            max_time: None,
            max_lines: None,
            sigterm_time: None,
            interrupt_signal: Signal::KILL,
            want_stdout: true,
            want_stderr: true,
            logfiles: None,
            pty: false,
            log_environ: true,
            stdin: None,
            tell_rc: false,
        }
    }

    /// The limits that `cpdir` and `rmdir` take; the words and the folder follow.
    pub(super) fn of_files(args: Args<'_>) -> Program {
        let mut program = Program::new(Words::List(Vec::new()), PathBuf::new());
        program.timeout = match args.raw("timeout") {
            None => Some(Value::Int(120)),
            Some(Value::None) => None,
            Some(timeout) => Some(timeout.clone()),
        };
        program.max_time = args.get("maxTime").cloned();
        program.log_environ = args.flag("logEnviron", true);
        program
    }
}

/// Runs a program to its end and gives its exit status, −1 for a signal. A failure means that it did not run, or that
/// it could not be ended.
pub(super) async fn run(program: &Program, context: &mut Context) -> Result<i64, Failure> {
    let environment = environment::for_command(&context.environment, program.env.as_ref(), &program.workdir)?;
    let started = Instant::now();
    context.report.header(&header::start(&header::Start {
        words: &program.words,
        workdir: &program.workdir,
        timeout: program.timeout.as_ref(),
        max_time: program.max_time.as_ref(),
        logfiles: program.logfiles.as_ref(),
        environment: program.log_environ.then_some(&environment),
        stdin: program.stdin.as_ref().map(Bytes::len),
        pty: program.pty,
    }));
    if let Err(error) = tokio::fs::create_dir_all(&program.workdir).await {
        let reason = files::system_text(&error);
        return Err(not_started(
            context,
            &format!(
                "Cannot make the folder '{}' to run in: {reason}",
                program.workdir.display()
            ),
        ));
    }
    let nothing = Value::None;
    let logs = LogFiles::watch(program.logfiles.as_ref().unwrap_or(&nothing), &program.workdir);
    let (argv, _script) = match program.words.argv(&environment) {
        Ok(words) => words,
        Err(error) => {
            return Err(not_started(
                context,
                &format!("Cannot write the command to a batch file: {error}"),
            ));
        }
    };
    let command = process::Command {
        argv,
        env: environment,
        cwd: program.workdir.clone(),
        stdin: program.stdin.clone(),
        pty: program.pty,
    };
    let ended = match context.launcher.spawn(&command).await {
        Ok(child) => Running::new(program, context, child, logs, started).run().await,
        Err(SpawnError::Program { source, .. }) => {
            // As a shell would: the command ran, and failed.
            let reason = files::system_text(&source);
            let shown = program.words.command_line();
            context.report.stderr_text(&format!(
                "Cannot run {shown}: {reason}. Is it installed, and on PATH?\n"
            ));
            Ok(1)
        }
        Err(error) => Err(not_started(context, &error.to_string())),
    };
    let rc = *ended.as_ref().unwrap_or(&-1);
    if program.tell_rc {
        context.report.update(Update::Rc(rc));
    }
    let elapsed = started.elapsed().as_secs_f64();
    context.report.header(&format!("elapsedTime={elapsed:.6}\n"));
    ended
}

fn not_started(context: &mut Context, reason: &str) -> Failure {
    context.report.stderr_text(&format!("{reason}\n"));
    failure("buildbot_worker.exceptions.AbandonChain", reason.to_owned())
}
