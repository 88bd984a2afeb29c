//! `FileUpload`, `DirectoryUpload`, `MultipleFileUpload`: from the worker to the master (B-120).

use super::command::{CommandEnd, Output};
use super::run::{Broken, Ended, StepRun};
use super::{place, shell, summary};
use crate::worker::transfer::{Destination, Form, Upload};
use model::config::{Upload as Wanted, UploadSource};
use model::{Json, LogKind, Results, StepUrl};
use std::path::{Path, PathBuf};
use wire::worker::Value;

/// Where the worker's words go.
const OUTPUT: Output<'static> = Output {
    log: shell::STDIO,
    keep: false,
};

/// The kind of a file, in a `stat` update's mode.
const KIND: i64 = 0o170_000;
const FOLDER: i64 = 0o040_000;
const FILE: i64 = 0o100_000;

/// Runs the step.
pub async fn run(run: &mut StepRun<'_>, wanted: &Wanted) -> Result<Ended, Broken> {
    let destination = place::on_master(run, "masterdest", &wanted.masterdest).await?;
    let workdir = shell::workdir(run).await?;
    run.open_logs(&[(shell::STDIO, LogKind::Stdio)]).await?;
    let (text, results) = match &wanted.source {
        UploadSource::File(source) | UploadSource::Directory(source) => {
            let source = run.render_text("workersrc", source).await?;
            let text = shell::described(run, &format!("uploading {}", place::last_word(&source))).await?;
            let is_folder = matches!(wanted.source, UploadSource::Directory(_));
            let one = One {
                wanted,
                workdir: &workdir,
                source: &source,
                is_folder,
            };
            (text, one.send(run, destination.clone()).await?)
        }
        UploadSource::Several { sources, glob } => {
            let sources = summary::flat_words(&run.render(sources).await?);
            if sources.is_empty() {
                let text = shell::described(run, "finished").await?;
                return Ok(Ended::new(Results::Skipped, text));
            }
            let sources = match glob {
                true => found(run, &workdir, sources).await?,
                false => sources,
            };
            let text = match sources.len() {
                1 => "uploading 1 file".to_owned(),
                count => format!("uploading {count} files"),
            };
            let text = shell::described(run, &text).await?;
            (text, several(run, wanted, &workdir, &sources, &destination).await?)
        }
    };
    if results == Results::Success {
        link(run, wanted, &destination).await?;
    }
    Ok(Ended::new(results, text))
}

/// What patterns mean on the worker; each pattern's files in order of their names.
async fn found(run: &mut StepRun<'_>, workdir: &str, patterns: Vec<String>) -> Result<Vec<String>, Broken> {
    let mut files = Vec::new();
    for pattern in patterns {
        let args = Value::Dict(vec![
            ("path".to_owned(), below(workdir, &pattern).into()),
            ("logEnviron".to_owned(), false.into()),
        ]);
        let end = run.command("glob", args, OUTPUT).await?;
        let mut found: Vec<String> = match other(&end, "files") {
            Some(Value::List(files) | Value::Tuple(files)) => {
                files.iter().filter_map(|file| file.text().map(str::to_owned)).collect()
            }
            _ => Vec::new(),
        };
        found.sort();
        files.append(&mut found);
        if end.interrupted {
            break;
        }
    }
    Ok(files)
}

/// Sends each until one of them fails.
async fn several(
    run: &mut StepRun<'_>,
    wanted: &Wanted,
    workdir: &str,
    sources: &[String],
    destination: &Path,
) -> Result<Results, Broken> {
    if run.is_stopped() {
        return Ok(Results::Cancelled);
    }
    if sources.is_empty() {
        return Ok(Results::Skipped);
    }
    for source in sources {
        let args = Value::Dict(vec![
            ("file".to_owned(), source.as_str().into()),
            ("workdir".to_owned(), workdir.into()),
        ]);
        let end = run.command("stat", args, OUTPUT).await?;
        if end.interrupted {
            return Ok(Results::Cancelled);
        }
        let is_folder = match kind_of(&end) {
            Some(FOLDER) => true,
            Some(FILE) => false,
            Some(_) => {
                tell(run, &format!("{source} is neither a file nor a folder")).await?;
                return Ok(Results::Failure);
            }
            None => {
                tell(run, &format!("File {} not available at worker", below(workdir, source))).await?;
                return Ok(Results::Failure);
            }
        };
        let name = place::last_word(source);
        if matches!(name, "" | "." | "..") {
            tell(run, &format!("{source} has no name that its copy could have")).await?;
            return Ok(Results::Failure);
        }
        let one = One {
            wanted,
            workdir,
            source,
            is_folder,
        };
        match one.send(run, destination.join(name)).await? {
            Results::Success => {}
            other => return Ok(other),
        }
    }
    Ok(Results::Success)
}

/// One file or folder that is sent.
struct One<'a> {
    wanted: &'a Wanted,
    workdir: &'a str,
    source: &'a str,
    is_folder: bool,
}

impl One<'_> {
    async fn send(&self, run: &mut StepRun<'_>, path: PathBuf) -> Result<Results, Broken> {
        let destination = Destination {
            path,
            max: self.wanted.max_size,
            form: match self.is_folder {
                true => Form::Folder(self.wanted.compress),
                false => Form::File(self.wanted.mode),
            },
        };
        let transfers = run.connection.transfers().clone();
        let upload = match Upload::open(&transfers, run.parts.clone(), destination).await {
            Ok(upload) => upload,
            Err(trouble) => {
                tell(run, &trouble).await?;
                return Ok(Results::Failure);
            }
        };
        let (name, args) = self.command(&upload);
        let outcome = run.command(name, args, OUTPUT).await;
        let (results, trouble) = match &outcome {
            Ok(end) => match results(end) {
                Results::Success => (Results::Success, upload.keep().await.err()),
                other => (other, upload.discard().await),
            },
            Err(_) => (Results::Failure, upload.discard().await),
        };
        match (trouble, outcome) {
            // What went wrong here is why the command failed there.
            (Some(trouble), Ok(_) | Err(Broken::Failed(_))) => {
                tell(run, &trouble).await?;
                Ok(results.worst(Results::Failure))
            }
            (_, Err(broken)) => Err(broken),
            (None, Ok(_)) => Ok(results),
        }
    }

    fn command(&self, upload: &Upload) -> (&'static str, Value) {
        let size = |size: u64| i64::try_from(size).ok();
        let mut args: Vec<(&str, Value)> = vec![
            ("workdir", self.workdir.into()),
            ("writer", Value::Int(upload.id())),
            ("maxsize", self.wanted.max_size.and_then(size).into()),
            ("blocksize", size(self.wanted.block_size).into()),
            ("workersrc", self.source.into()),
        ];
        let name = if self.is_folder {
            args.push(("compress", self.wanted.compress.word().map_or(Value::None, Value::from)));
            "uploadDirectory"
        } else {
            args.push(("keepstamp", self.wanted.keepstamp.into()));
            "uploadFile"
        };
        let args = args.into_iter().map(|(name, value)| (name.to_owned(), value));
        (name, Value::Dict(args.collect()))
    }
}

/// What a transfer's end means; a worker that says nothing of it means well.
pub fn results(end: &CommandEnd) -> Results {
    match end.rc {
        _ if end.interrupted => Results::Cancelled,
        None | Some(0) => Results::Success,
        Some(_) => Results::Failure,
    }
}

/// A line that says what went wrong on the master.
pub async fn tell(run: &mut StepRun<'_>, problem: &str) -> Result<(), Broken> {
    run.add_to_log("stderr", LogKind::Text, 't', &format!("{problem}\n"))
        .await
}

async fn link(run: &mut StepRun<'_>, wanted: &Wanted, destination: &Path) -> Result<(), Broken> {
    let Some(url) = run.render_some(wanted.url.as_ref()).await? else {
        return Ok(());
    };
    let name = match run.render_some(wanted.url_text.as_ref()).await? {
        Some(Json::String(text)) if !text.is_empty() => text,
        _ => place::last_word(&destination.to_string_lossy()).to_owned(),
    };
    if let Json::String(url) = url {
        let hidden = &run.context.hidden;
        let link = StepUrl {
            name: hidden.redact(&name),
            url: hidden.redact(&url),
        };
        run.journal.step_link(link);
    }
    Ok(())
}

/// A path below the working folder; an absolute one stays as it is.
fn below(workdir: &str, path: &str) -> String {
    match path.starts_with(['/', '\\']) {
        true => path.to_owned(),
        false => format!("{workdir}/{path}"),
    }
}

/// What a command told under `key`.
pub fn other<'e>(end: &'e CommandEnd, key: &str) -> Option<&'e Value> {
    end.others
        .iter()
        .rev()
        .find(|(known, _)| known == key)
        .map(|(_, value)| value)
}

/// What kind of file a `stat` found; none when there is none.
pub fn kind_of(end: &CommandEnd) -> Option<i64> {
    match other(end, "stat") {
        Some(Value::Tuple(numbers) | Value::List(numbers)) if end.rc == Some(0) => {
            numbers.first().and_then(Value::int).map(|mode| mode & KIND)
        }
        _ => None,
    }
}

/// Whether a `stat` found a plain file.
pub fn is_file(kind: i64) -> bool {
    kind == FILE
}
