//! `SetPropertyFromCommand`: what a command says becomes a property (B-100).

use super::command::{CommandEnd, Output};
use super::run::{Broken, Ended, StepRun};
use super::shell;
use model::config::{Function, FunctionArgument, ShellArgs};
use model::{Json, LogKind, Results};
use std::sync::Arc;

/// Source of the properties.
const SOURCE: &str = "SetPropertyFromCommand Step";

/// The log that tells what was set.
const CHANGES: &str = "property changes";

/// What becomes of the output.
pub struct Wanted<'a> {
    /// The one property that takes it.
    pub property: Option<&'a str>,
    /// Without whitespace at both ends.
    pub strip: bool,
    /// Gives a dictionary of properties.
    pub extract: Option<&'a Arc<dyn Function>>,
}

/// Runs the command and sets what it said.
pub async fn run(run: &mut StepRun<'_>, args: &ShellArgs, wanted: Wanted<'_>) -> Result<Ended, Broken> {
    let command = run.render(&args.command).await?;
    let text = shell::description(run, Some(&command)).await?;
    let end = shell::execute(
        run,
        args,
        command,
        Output {
            log: shell::STDIO,
            keep: true,
        },
    )
    .await?;
    let results = shell::results(&end, args);
    let remark = end.remark();
    let found = match (&wanted, results) {
        (_, Results::Cancelled) => Vec::new(),
        (
            Wanted {
                extract: Some(extract), ..
            },
            _,
        ) => extracted(extract, end).await?,
        (
            Wanted {
                property: Some(property),
                strip,
                ..
            },
            Results::Success,
        ) => {
            let value = if *strip { end.stdout.trim() } else { &end.stdout };
            vec![((*property).to_owned(), Json::from(value))]
        }
        _ => Vec::new(),
    };
    if found.is_empty() {
        return Ok(Ended { results, text, remark });
    }
    for (name, value) in &found {
        let line = format!("{name}: {}\n", quoted(value));
        run.add_to_log(CHANGES, LogKind::Text, 't', &line).await?;
        run.set_property(name, value.clone(), SOURCE);
    }
    let text = match found.as_slice() {
        [(name, _)] => format!("property '{name}' set"),
        several => format!("{} properties set", several.len()),
    };
    Ok(Ended { results, text, remark })
}

/// What the configuration's function makes of the output.
async fn extracted(extract: &Arc<dyn Function>, end: CommandEnd) -> Result<Vec<(String, Json)>, Broken> {
    let function = extract.clone();
    let called = tokio::task::spawn_blocking(move || {
        function.call(FunctionArgument::Output(end.rc.unwrap_or(-1), &end.stdout, &end.stderr))
    });
    let said = called
        .await
        .map_err(|error| Broken::Failed(format!("extract_fn broke off: {error}")))?;
    match said.map_err(|error| Broken::Failed(error.to_string()))? {
        Json::Object(members) => Ok(members.into_iter().collect()),
        Json::Null => Ok(Vec::new()),
        other => Err(Broken::Failed(format!(
            "extract_fn should give a dictionary, but gave {other}"
        ))),
    }
}

/// Text in single quotes, everything else as it is.
pub(super) fn quoted(value: &Json) -> String {
    match value {
        Json::String(text) => format!(
            "'{}'",
            text.replace('\\', "\\\\").replace('\'', "\\'").replace('\n', "\\n")
        ),
        other => other.to_string(),
    }
}
