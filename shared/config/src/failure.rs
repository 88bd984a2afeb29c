//! Errors of a running program, in words that say what to do.

use crate::evaluation::Session;
use crate::problem::Problem;
use model::config::Location;
use starlark::codemap::FileSpan;
use std::time::Duration;

/// What the interpreter's error means to the person who wrote the file.
pub(crate) fn problem(error: &starlark::Error, session: &Session) -> Problem {
    let calls: Vec<FileSpan> = error
        .call_stack()
        .clone()
        .into_frames()
        .into_iter()
        .filter_map(|frame| frame.location)
        .collect();
    let span = error.span().cloned().or_else(|| calls.last().cloned());
    let place = span.as_ref().map_or_else(|| session.last(), place_of);
    let raw = error.without_diagnostic().to_string();
    let (message, fix) = words(&raw, session.options.time);
    let message = match calls.first().map(place_of) {
        Some(outer) if (outer.line, &outer.file) != (place.line, &place.file) => {
            format!("{message} (called from {}:{})", outer.file, outer.line)
        }
        _ => message,
    };
    Problem::error(&place, message).fix(fix)
}

fn place_of(span: &FileSpan) -> Location {
    let begin = span.resolve_span().begin;
    Location {
        file: span.filename().to_owned(),
        line: begin.line as u32 + 1,
        column: begin.column as u32 + 1,
    }
}

/// The message and its fix, by what the interpreter's message begins with.
fn words(raw: &str, time: Duration) -> (String, String) {
    let first = raw.lines().next().unwrap_or(raw).to_owned();
    let fix = |text: &str| text.to_owned();
    if first.contains("cancelled") {
        let message = format!("the configuration takes longer than {} seconds", time.as_secs());
        (message, fix("look for a loop without end at this place"))
    } else if first.contains("Execution duration limit") {
        (
            "the configuration takes too many steps".to_owned(),
            fix("look for a loop without end at this place"),
        )
    } else if first.contains("Heap memory limit") {
        (
            "the configuration takes too much memory".to_owned(),
            fix("look for a list or text that grows without end near this place"),
        )
    } else if first.contains("overflow") && first.to_lowercase().contains("stack") {
        (
            "functions call each other without end".to_owned(),
            fix("give the recursion an end"),
        )
    } else if first.contains("Immutable") {
        (
            "this value belongs to a loaded file and cannot be changed".to_owned(),
            fix(
                "return lists from functions and join them here: c[\"builders\"] + extra(); or copy with list(x), dict(x)",
            ),
        )
    } else if let Some(text) = first.strip_prefix("fail:") {
        (text.trim().to_owned(), fix("this failure is the configuration's own"))
    } else if first.contains("Key") && first.contains("not found") {
        (first, fix("use d.get(key, default), or set the key first"))
    } else if first.contains("referenced before assignment") {
        (first, fix("assign it above this line"))
    } else if first.contains("Missing") || first.contains("Found extra") || first.contains("unexpected") {
        (first, fix("compare the call with the function's definition"))
    } else if let Some((message, fix)) = first.split_once("; ") {
        // Host functions say both in one sentence.
        (message.to_owned(), fix.to_owned())
    } else {
        (first, fix("look at the values of this line; print(x) shows one"))
    }
}
