//! `MakeDirectory`, `RemoveDirectory`, `CopyDirectory`, `FileExists`: work on the worker's files (B-122).

use super::command::{CommandEnd, Output};
use super::run::{Broken, Ended, StepRun};
use super::{shell, summary, upload};
use model::Results;
use model::config::{FileWork, Render};
use wire::worker::Value;

/// Runs the step.
pub async fn run(run: &mut StepRun<'_>, work: &FileWork) -> Result<Ended, Broken> {
    // What is shown while it runs.
    shell::described(run, "").await?;
    let (name, args, copied) = command(run, work).await?;
    let args = args.into_iter().map(|(name, value)| (name.to_owned(), value));
    let output = Output {
        log: shell::STDIO,
        keep: false,
    };
    let end = run.command(name, Value::Dict(args.collect()), output).await?;
    let (results, own) = match work {
        _ if end.interrupted => (Results::Cancelled, done(work).to_owned()),
        FileWork::FileExists { .. } => existence(&end),
        _ => told(work, &end, &copied),
    };
    let text = shell::described(run, &own).await?;
    let remark = end.remark();
    Ok(Ended { results, text, remark })
}

/// What such a step is called when it went well, or was not run.
pub fn done(work: &FileWork) -> &'static str {
    match work {
        FileWork::MakeDirectory { .. } => "Created",
        FileWork::RemoveDirectory { .. } => "Deleted",
        FileWork::CopyDirectory { .. } => "Copied",
        FileWork::FileExists { .. } => "finished",
    }
}

type Args = Vec<(&'static str, Value)>;

/// The worker's command, its arguments, and what is copied where, in words.
async fn command(run: &mut StepRun<'_>, work: &FileWork) -> Result<(&'static str, Args, String), Broken> {
    let plain = String::new();
    Ok(match work {
        FileWork::MakeDirectory { dir } => ("mkdir", vec![("dir", path(run, "dir", dir).await?.into())], plain),
        FileWork::RemoveDirectory { dir } => ("rmdir", vec![("dir", paths(run, "dir", dir).await?)], plain),
        FileWork::FileExists { file } => ("stat", vec![("file", path(run, "file", file).await?.into())], plain),
        FileWork::CopyDirectory {
            src,
            dest,
            timeout,
            max_time,
        } => {
            let (from, to) = (path(run, "src", src).await?, path(run, "dest", dest).await?);
            let copied = format!("{from} to {to}");
            let args = vec![
                ("fromdir", from.into()),
                ("todir", to.into()),
                ("timeout", shell::seconds(*timeout)),
                ("maxTime", shell::seconds(*max_time)),
            ];
            ("cpdir", args, copied)
        }
    })
}

async fn path(run: &mut StepRun<'_>, what: &str, value: &Render) -> Result<String, Broken> {
    match run.render_text(what, value).await? {
        // Empty, it would mean the builder's whole folder.
        path if path.is_empty() => Err(Broken::Failed(format!("the step has no {what}; give it a path"))),
        path => Ok(path),
    }
}

/// One path, or several.
async fn paths(run: &mut StepRun<'_>, what: &str, value: &Render) -> Result<Value, Broken> {
    let value = run.render(value).await?;
    match summary::flat_words(&value).as_slice() {
        words if words.is_empty() || words.iter().any(String::is_empty) => {
            Err(Broken::Failed(format!("the step has no {what}; give it a path")))
        }
        [one] => Ok(one.as_str().into()),
        several => Ok(Value::List(several.iter().map(|path| path.as_str().into()).collect())),
    }
}

fn existence(end: &CommandEnd) -> (Results, String) {
    let (results, text) = match upload::kind_of(end) {
        Some(kind) if upload::is_file(kind) => (Results::Success, "File found."),
        Some(_) => (Results::Failure, "Not a file."),
        None => (Results::Failure, "File not found."),
    };
    (results, text.to_owned())
}

fn told(work: &FileWork, end: &CommandEnd, copied: &str) -> (Results, String) {
    let good = end.rc == Some(0);
    let text = match (work, good) {
        (FileWork::CopyDirectory { .. }, true) => format!("Copied {copied}"),
        (FileWork::CopyDirectory { .. }, false) => format!("Copying {copied} failed."),
        (FileWork::MakeDirectory { .. }, false) => "Create failed.".to_owned(),
        (FileWork::RemoveDirectory { .. }, false) => "Delete failed.".to_owned(),
        (work, _) => done(work).to_owned(),
    };
    (if good { Results::Success } else { Results::Failure }, text)
}
