//! The steps of a build as rows: as they were read, with what was told of them since.

use crate::api::build::{Link, LogRow, StepRow};
use crate::joined::Member;
use client::reading;
use client::rest::{Log, Step};
use std::collections::BTreeMap;

/// The steps of a build, in order.
pub(super) fn of(member: &Member, read: &reading::BuildPage) -> Vec<StepRow> {
    let mut rows: BTreeMap<i64, StepRow> = read
        .steps
        .iter()
        .map(|page| (page.step.id.0, row(member, page)))
        .collect();
    if !read.build.complete {
        member.joined.with(|picture| {
            let Some(watched) = picture.watched(read.build.id) else {
                return;
            };
            for step in watched.steps.values() {
                tell_step(
                    rows.entry(step.id.0).or_insert_with(|| step_row(member, step)),
                    member,
                    step,
                );
            }
            for log in watched.logs.values() {
                if let Some(row) = log.step.and_then(|step| rows.get_mut(&step.0)) {
                    tell_log(row, log);
                }
            }
        });
    }
    let mut rows: Vec<StepRow> = rows.into_values().collect();
    rows.sort_by_key(|row| row.number);
    rows
}

fn row(member: &Member, page: &reading::StepPage) -> StepRow {
    StepRow {
        logs: page.logs.iter().flatten().map(log_row).collect(),
        ..step_row(member, &page.step)
    }
}

fn step_row(member: &Member, step: &Step) -> StepRow {
    StepRow {
        step: step.id.0,
        number: step.number,
        name: step.name.clone(),
        state: step.state_string.clone(),
        results: step.results.map(u8::from),
        started_at: step.started_at.map(|at| member.ours(at).0),
        complete_at: step.complete_at.map(|at| member.ours(at).0),
        hidden: step.hidden,
        urls: links(step),
        logs: Vec::new(),
    }
}

fn log_row(log: &Log) -> LogRow {
    LogRow {
        log: log.id.0,
        name: log.name.clone(),
        slug: log.slug.clone(),
        kind: log.kind.letter().to_string(),
        num_lines: log.num_lines,
        complete: log.complete,
    }
}

/// What was told of a step counts more than what was read; its logs stay.
fn tell_step(row: &mut StepRow, member: &Member, step: &Step) {
    let logs = std::mem::take(&mut row.logs);
    *row = StepRow {
        logs,
        ..step_row(member, step)
    };
}

fn tell_log(row: &mut StepRow, log: &Log) {
    if let Some(known) = row.logs.iter_mut().find(|known| known.log == log.id.0) {
        known.num_lines = known.num_lines.max(log.num_lines);
        known.complete |= log.complete;
        return;
    }
    row.logs.push(log_row(log));
}

/// Links that can be opened: a master may say anything.
fn links(step: &Step) -> Vec<Link> {
    let safe = |url: &str| url.starts_with("https://") || url.starts_with("http://");
    let safe = step.urls.iter().filter(|link| safe(&link.url));
    safe.map(|link| Link {
        name: link.name.clone(),
        url: link.url.clone(),
    })
    .collect()
}
