//! Ranges of logs, errors and searches in them.

use super::App;
use super::joined::{Whose, logs as there};
use crate::api::Refusal;
use crate::api::logs::{ErrorQuery, FindQuery, Found, Lines, LinesQuery, MOST_LINES};
use model::LogId;

pub(super) async fn lines(app: &App, query: LinesQuery) -> Result<Lines, Refusal> {
    if let Whose::There(member) = app.master_of(&query.master)? {
        return there::lines(&member, query).await;
    }
    let id = LogId(query.log);
    let row = app.store().read(move |c| store::logs::get(c, id)).await?;
    let row = row.ok_or_else(|| Refusal::not_found(format!("there is no log {id}")))?;
    // The row first, then the lines: a log that is complete in the row has all its lines.
    let log = app.store().logs().current(row);
    let first = if query.first < 0 {
        (log.num_lines + query.first).max(0)
    } else {
        query.first
    };
    let found = app
        .store()
        .logs()
        .lines(id, first, query.count.clamp(0, MOST_LINES))
        .await?;
    let end = found.first_line + found.num_lines;
    Ok(Lines {
        log: id.0,
        first: found.first_line,
        lines: found.content.lines().map(str::to_owned).collect(),
        num_lines: log.num_lines.max(end),
        complete: log.complete,
        kind: log.kind.letter().to_string(),
    })
}

pub(super) async fn error(app: &App, query: ErrorQuery) -> Result<Found, Refusal> {
    if let Whose::There(member) = app.master_of(&query.master)? {
        return there::error(&member, query).await;
    }
    let logs = app.store().logs();
    let id = LogId(query.log);
    let line = if query.backwards {
        if query.from <= 0 {
            None
        } else {
            logs.last_error(id, query.from.saturating_sub(1)).await?
        }
    } else {
        logs.first_error(id, query.from.saturating_add(1)).await?
    };
    Ok(Found { line })
}

pub(super) async fn find(app: &App, query: FindQuery) -> Result<Found, Refusal> {
    if query.text.is_empty() {
        return Err(Refusal::invalid("there is nothing to look for: the text is empty"));
    }
    if let Whose::There(member) = app.master_of(&query.master)? {
        return there::find(&member, query).await;
    }
    let from = if query.backwards {
        query.from.saturating_sub(1)
    } else {
        query.from.saturating_add(1)
    };
    if from < 0 {
        return Ok(Found { line: None });
    }
    let logs = app.store().logs();
    let line = logs
        .find(LogId(query.log), &query.text, query.case, from, query.backwards)
        .await?;
    Ok(Found { line })
}
