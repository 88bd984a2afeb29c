//! Ranges of logs, errors and searches in them, of a joined master.

use super::refused;
use crate::api::Refusal;
use crate::api::logs::{ErrorQuery, FindQuery, Found, Lines, LinesQuery, MOST_LINES};
use crate::joined::Member;
use client::rest;
use model::LogId;

/// The log as it is: what was told of it lately counts more than what was read.
async fn log(member: &Member, id: i64) -> Result<rest::Log, Refusal> {
    let read = member.reading.log(LogId(id)).await;
    read.map_err(|error| refused(member, error))
}

pub(in crate::service) async fn lines(member: &Member, query: LinesQuery) -> Result<Lines, Refusal> {
    let log = log(member, query.log).await?;
    let count = query.count.clamp(0, MOST_LINES);
    let read = member.reading.lines(&log, query.first, count).await;
    let lines = read.map_err(|error| refused(member, error))?;
    Ok(Lines {
        log: query.log,
        first: lines.first,
        lines: lines.content.lines().map(str::to_owned).collect(),
        num_lines: log.num_lines.max(lines.first + lines.count),
        complete: log.complete,
        kind: log.kind.letter().to_string(),
    })
}

pub(in crate::service) async fn error(member: &Member, query: ErrorQuery) -> Result<Found, Refusal> {
    let log = log(member, query.log).await?;
    let found = match query.backwards {
        true if query.from <= 0 => Ok(None),
        true => {
            member
                .reading
                .next_error(&log, query.from.saturating_sub(1), true)
                .await
        }
        // From the start, the error to look at is wanted.
        false if query.from < 0 => member.reading.first_error(&log).await,
        false => {
            member
                .reading
                .next_error(&log, query.from.saturating_add(1), false)
                .await
        }
    };
    let line = found.map_err(|error| refused(member, error))?;
    Ok(Found { line })
}

pub(in crate::service) async fn find(member: &Member, query: FindQuery) -> Result<Found, Refusal> {
    let from = match query.backwards {
        true => query.from.saturating_sub(1),
        false => query.from.saturating_add(1),
    };
    if from < 0 {
        return Ok(Found { line: None });
    }
    let log = log(member, query.log).await?;
    let found = member
        .reading
        .find(&log, &query.text, query.case, from, query.backwards)
        .await;
    let line = found.map_err(|error| refused(member, error))?;
    Ok(Found { line })
}
