//! `ShellCommand`: one command, its log and its followed files (B-085, B-096).

use super::command::{CommandEnd, Output};
use super::environment::merged;
use super::run::{Broken, Ended, StepRun};
use super::summary;
use model::config::ShellArgs;
use model::{Json, LogKind, Results};
use wire::worker::Value;

/// The log of a command's header, output and errors.
pub const STDIO: &str = "stdio";

/// Runs the step.
pub async fn run(run: &mut StepRun<'_>, args: &ShellArgs) -> Result<Ended, Broken> {
    let command = run.render(&args.command).await?;
    let text = description(run, Some(&command)).await?;
    let end = execute(
        run,
        args,
        command,
        Output {
            log: STDIO,
            keep: false,
        },
    )
    .await?;
    Ok(Ended {
        results: results(&end, args),
        text,
        remark: end.remark(),
    })
}

/// Runs a command with the step's arguments, after its logs were opened.
pub async fn execute(
    run: &mut StepRun<'_>,
    args: &ShellArgs,
    command: Json,
    output: Output<'_>,
) -> Result<CommandEnd, Broken> {
    let wire = arguments(run, args, command).await?;
    let mut logs = vec![(output.log, LogKind::Stdio)];
    if !args.lazy_logfiles {
        logs.extend(args.logfiles.iter().map(|(name, _)| (name.as_str(), LogKind::Stdio)));
    }
    run.open_logs(&logs).await?;
    run.command("shell", wire, output).await
}

/// What the exit code means.
pub fn results(end: &CommandEnd, args: &ShellArgs) -> Results {
    if end.interrupted {
        return Results::Cancelled;
    }
    if end.failure_reason.is_some() {
        return Results::Failure;
    }
    let known = end.rc.and_then(|rc| args.decode_rc.get(&rc));
    known.copied().unwrap_or(Results::Failure)
}

/// The step's text when it is done: the configured one, else the command's first words. As a side effect, sets what it
/// says while it runs.
pub async fn description(run: &mut StepRun<'_>, command: Option<&Json>) -> Result<String, Broken> {
    let own = command.and_then(summary::of_command);
    described(run, own.as_deref().unwrap_or("finished")).await
}

/// [`description`] of a step that has words of its own.
pub async fn described(run: &mut StepRun<'_>, own: &str) -> Result<String, Broken> {
    let common = run.common;
    let text = |value: Option<Json>| value.as_ref().and_then(summary::of_description);
    let running = text(run.render_some(common.description.as_ref()).await?);
    let done = text(run.render_some(common.description_done.as_ref()).await?);
    let suffix = text(run.render_some(common.description_suffix.as_ref()).await?);
    let with_suffix = |text: String| match &suffix {
        Some(suffix) => format!("{text} {suffix}"),
        None => text,
    };
    if let Some(running) = running {
        run.running_text = run.context.hidden.redact(&with_suffix(running));
    }
    let text = match done {
        Some(done) => with_suffix(done),
        None => own.to_owned(),
    };
    Ok(run.context.hidden.redact(&text))
}

/// The arguments on the wire (`worker-protocol-pb` §4.1), all of them, as Buildbot's own steps send them.
async fn arguments(run: &mut StepRun<'_>, args: &ShellArgs, command: Json) -> Result<Value, Broken> {
    let workdir = workdir(run).await?;
    let env = run.render(&args.env).await?;
    let env = merged(&run.builder_env, &env).map_err(Broken::Failed)?;
    let mut logfiles = Vec::new();
    for (name, file) in &args.logfiles {
        let filename = run.render_text("a logfile's name", &file.filename).await?;
        let value = if file.follow {
            Value::Dict(vec![
                ("filename".to_owned(), filename.into()),
                ("follow".to_owned(), true.into()),
            ])
        } else {
            filename.into()
        };
        logfiles.push((name.clone(), value));
    }
    let initial_stdin = match &args.initial_stdin {
        Some(stdin) => Value::Text(run.render_text("initialStdin", stdin).await?),
        None => Value::None,
    };
    let words = words(run, command)?;
    Ok(Value::Dict(
        [
            ("workdir", workdir.into()),
            ("env", env),
            ("want_stdout", args.want_stdout.into()),
            ("want_stderr", args.want_stderr.into()),
            ("logfiles", Value::Dict(logfiles)),
            ("timeout", seconds(args.timeout)),
            ("maxTime", seconds(args.max_time)),
            (
                "max_lines",
                args.max_lines.and_then(|lines| i64::try_from(lines).ok()).into(),
            ),
            ("sigtermTime", seconds(args.sigterm_time)),
            ("usePTY", args.use_pty.into()),
            ("logEnviron", args.log_environ.into()),
            ("initial_stdin", initial_stdin),
            ("interruptSignal", args.interrupt_signal.as_str().into()),
            ("command", words),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into(),
    ))
}

/// The step's working folder, below the builder's.
pub async fn workdir(run: &mut StepRun<'_>) -> Result<String, Broken> {
    let common = run.common;
    let given = match &common.workdir {
        Some(workdir) => run.render_text("workdir", workdir).await?,
        None => String::new(),
    };
    Ok(if given.is_empty() { "build".to_owned() } else { given })
}

/// Text for a shell, or a list of words. Words with secrets are sent so that the worker does not show them.
fn words(run: &StepRun<'_>, command: Json) -> Result<Value, Broken> {
    match command {
        Json::String(text) if !text.trim().is_empty() => Ok(Value::Text(text)),
        Json::Array(_) => {
            let hidden = &run.context.hidden;
            let word = |word: String| {
                if hidden.is_in(&word) {
                    let shown = hidden.redact(&word);
                    Value::Tuple(vec!["obfuscated".into(), word.into(), shown.into()])
                } else {
                    Value::Text(word)
                }
            };
            match summary::flat_words(&command) {
                words if words.is_empty() => Err(Broken::Failed("the step has no command".to_owned())),
                words => Ok(Value::List(words.into_iter().map(word).collect())),
            }
        }
        Json::Null | Json::String(_) => Err(Broken::Failed("the step has no command".to_owned())),
        other => Err(Broken::Failed(format!(
            "command should be text or a list, but is {other}"
        ))),
    }
}

/// Whole seconds as a whole number, as Buildbot sends them.
pub fn seconds(value: Option<f64>) -> Value {
    match value {
        None => Value::None,
        Some(seconds) if seconds.fract() == 0.0 && seconds.abs() < 1e15 => Value::Int(seconds as i64),
        Some(seconds) => Value::Float(seconds),
    }
}
