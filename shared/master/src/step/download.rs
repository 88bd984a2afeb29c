//! `FileDownload`, `StringDownload`, `JSONStringDownload`, `JSONPropertiesDownload`: from the master to the worker
//! (B-121).

use super::command::Output;
use super::run::{Broken, Ended, StepRun};
use super::{place, python_json, shell, upload};
use crate::worker::transfer::{Offer, words_of};
use model::config::{Download, DownloadContent};
use model::{Json, LogKind, NewSourceStamp, Results};
use serde_json::json;
use std::fs::File;
use std::path::Path;
use wire::worker::Value;

/// Runs the step.
pub async fn run(run: &mut StepRun<'_>, wanted: &Download) -> Result<Ended, Broken> {
    let destination = run.render_text("workerdest", &wanted.workerdest).await?;
    let text = shell::described(run, &format!("downloading to {}", place::last_word(&destination))).await?;
    let workdir = shell::workdir(run).await?;
    run.open_logs(&[(shell::STDIO, LogKind::Stdio)]).await?;
    let Some(offer) = offer(run, &wanted.content).await? else {
        return Ok(Ended::new(Results::Failure, text));
    };
    let size = |size: u64| i64::try_from(size).ok();
    let args = [
        ("maxsize", wanted.max_size.and_then(size).into()),
        ("reader", Value::Int(offer.id)),
        ("blocksize", size(wanted.block_size).into()),
        ("workdir", workdir.into()),
        ("mode", wanted.mode.map(i64::from).into()),
        ("workerdest", destination.into()),
    ];
    let args = Value::Dict(args.map(|(name, value): (&str, Value)| (name.to_owned(), value)).into());
    let output = Output {
        log: shell::STDIO,
        keep: false,
    };
    let end = run.command("downloadFile", args, output).await?;
    Ok(Ended::new(upload::results(&end), text))
}

/// What the worker is to read; none after it was told that there is nothing.
async fn offer(run: &mut StepRun<'_>, content: &DownloadContent) -> Result<Option<Offer>, Broken> {
    let transfers = run.connection.transfers().clone();
    let bytes = match content {
        DownloadContent::File(source) => {
            let path = place::on_master(run, "mastersrc", source).await?;
            let shown = place::shown(&path, &run.folder);
            let opened = tokio::task::spawn_blocking(move || open(&path)).await;
            return match opened.unwrap_or_else(|error| Err(error.to_string())) {
                Ok(file) => Ok(Some(transfers.offer_file(file))),
                Err(reason) => {
                    let problem = format!("File '{shown}' not available at master: {reason}");
                    upload::tell(run, &problem).await?;
                    Ok(None)
                }
            };
        }
        DownloadContent::Text(text) => run.render_text("s", text).await?,
        DownloadContent::Json(value) => python_json::text(&run.render(value).await?),
        DownloadContent::Properties => python_json::text(&facts(run)),
    };
    Ok(Some(transfers.offer(bytes.into())))
}

/// Only a plain file: opening a pipe would wait for its other end.
fn open(path: &Path) -> Result<File, String> {
    let found = path.metadata().map_err(|error| words_of(&error))?;
    if !found.is_file() {
        return Err("it is no plain file".to_owned());
    }
    File::open(path).map_err(|error| words_of(&error))
}

/// The build's properties and source stamps.
fn facts(run: &StepRun<'_>) -> Json {
    let properties = run.context.properties.iter();
    let properties: serde_json::Map<String, Json> = properties
        .map(|(name, value, _)| (name.to_owned(), value.clone()))
        .collect();
    let stamps: Vec<Json> = run.context.source_stamps.iter().map(stamp).collect();
    json!({"properties": properties, "sourcestamps": stamps})
}

fn stamp(stamp: &NewSourceStamp) -> Json {
    let patch = stamp.patch.as_ref();
    json!({
        "branch": stamp.branch,
        "revision": stamp.revision,
        "repository": stamp.repository,
        "project": stamp.project,
        "codebase": stamp.codebase,
        "patch_level": patch.map(|patch| patch.level),
        "patch_body": patch.map(|patch| String::from_utf8_lossy(&patch.body)),
        "patch_subdir": patch.map(|patch| &patch.subdir),
        "patch_author": patch.map(|patch| &patch.author),
        "patch_comment": patch.map(|patch| &patch.comment),
    })
}
