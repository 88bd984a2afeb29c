//! `shell`: runs a program and tells all that it prints (§4.1).

use super::Context;
use super::args::{self, Args, failure};
use super::run::{self, Program};
use crate::header::{Word, Words, repr};
use crate::system;
use process::Signal;
use std::ffi::OsString;
use wire::worker::{Failure, Value};

#[derive(Debug)]
pub(crate) struct Shell {
    program: Program,
    /// Whether `usePTY` was true or false; anything else is only told when the command runs.
    pty: Result<bool, Failure>,
}

impl Shell {
    pub(super) fn parse(args: Args<'_>) -> Result<Shell, Failure> {
        args.require(&["command"])?;
        let workdir = args.path("workdir")?;
        let words = words(args)?;
        let mut program = Program::new(words, workdir);
        program.env = args.get("env").cloned();
        program.timeout = args.get("timeout").cloned();
        program.max_time = args.get("maxTime").cloned();
        program.max_lines = args
            .get("max_lines")
            .and_then(Value::int)
            .map(|lines| lines.max(0) as u64);
        program.sigterm_time = args.get("sigtermTime").and_then(Value::float);
        let signal = args
            .get("interruptSignal")
            .and_then(Value::text)
            .and_then(Signal::named);
        program.interrupt_signal = signal.unwrap_or(Signal::KILL);
        program.want_stdout = args.flag("want_stdout", true);
        program.want_stderr = args.flag("want_stderr", true);
        program.logfiles = args.get("logfiles").cloned();
        program.log_environ = args.flag("logEnviron", true);
        program.stdin = args.get("initial_stdin").and_then(args::bytes);
        Ok(Shell {
            program,
            pty: pty(args),
        })
    }

    pub(super) async fn run(self, context: &mut Context) -> Result<(), Failure> {
        let mut program = self.program;
        program.pty = self.pty?;
        if program.pty && (program.stdin.is_some() || !system::TERMINALS) {
            program.pty = false;
            context.report.header("WARNING: disabling usePTY for this command");
        }
        program.tell_rc = true;
        run::run(&program, context).await?;
        Ok(())
    }
}

/// Text is for a shell; a list is run directly, and may hold a secret as `("obfuscated", real, shown)`.
fn words(args: Args<'_>) -> Result<Words, Failure> {
    let command = args.needed("command")?;
    if let Some(text) = args::os_string(command) {
        return Ok(Words::Shell(text));
    }
    match command {
        Value::List(items) | Value::Tuple(items) if !items.is_empty() => {
            Ok(Words::List(items.iter().map(word).collect()))
        }
        other => Err(args.type_error("command", "text or a list of words", other)),
    }
}

fn word(item: &Value) -> Word {
    let text = |value: &Value| args::os_string(value).unwrap_or_else(|| OsString::from(repr(value)));
    match item {
        // As a list where the protocol knows no tuples; to show a secret would be worse than to hide too much.
        Value::Tuple(parts) | Value::List(parts) if parts.len() == 3 && parts[0].text() == Some("obfuscated") => Word {
            real: text(&parts[1]),
            shown: text(&parts[2]),
        },
        item => Word {
            real: text(item),
            shown: text(item),
        },
    }
}

fn pty(args: Args<'_>) -> Result<bool, Failure> {
    match args.raw("usePTY") {
        None => Ok(false),
        Some(Value::Bool(pty)) => Ok(*pty),
        Some(Value::Int(0)) => Ok(false),
        Some(Value::Int(1)) => Ok(true),
        Some(other) => Err(failure(
            "builtins.AssertionError",
            format!("Unexpected usePTY argument value: {}. Expected boolean.", repr(other)),
        )),
    }
}
