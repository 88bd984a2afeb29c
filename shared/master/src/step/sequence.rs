//! `ShellSequence`: several commands in one step (B-097).

use super::command::Output;
use super::run::{Broken, Ended, StepRun};
use super::shell;
use crate::build::result::effect;
use model::config::{ShellArg, ShellSequence, StepCommon};
use model::{Json, Results};

/// Runs the commands in turn until one of them ends the step.
pub async fn run(run: &mut StepRun<'_>, sequence: &ShellSequence) -> Result<Ended, Broken> {
    // Only for what it says while it runs.
    shell::description(run, None).await?;
    let mut results = Results::Success;
    let mut last = Json::Null;
    let mut remark = "";
    for arg in &sequence.commands {
        let command = run.render(&arg.command).await?;
        // An empty command is how a configuration leaves one out.
        if command.is_null() || super::summary::of_command(&command).is_none() {
            continue;
        }
        last = command.clone();
        let log = arg.logname.as_deref().unwrap_or(shell::STDIO);
        let end = shell::execute(run, &sequence.shell, command, Output { log, keep: false }).await?;
        remark = end.remark();
        let one = shell::results(&end, &sequence.shell);
        let effect = effect(one, &flags(arg));
        results = results.worst(effect.at_least);
        if effect.ends_build {
            break;
        }
    }
    let text = shell::description(run, Some(&last)).await?;
    Ok(Ended { results, text, remark })
}

/// The command's own flags, in the form that the rules know.
fn flags(arg: &ShellArg) -> StepCommon {
    StepCommon {
        halt_on_failure: arg.halt_on_failure,
        flunk_on_failure: arg.flunk_on_failure,
        flunk_on_warnings: arg.flunk_on_warnings,
        warn_on_failure: arg.warn_on_failure,
        warn_on_warnings: arg.warn_on_warnings,
        ..StepCommon::default()
    }
}
