//! One build's page.

use super::joined::{Whose, build as there};
use super::marks::Marks;
use super::overview::usual_of;
use super::{App, clock};
use crate::api::Refusal;
use crate::api::build::{BuildPage, BuildQuery, Link, LogRow, PropertyRow, Source, StepRow};
use crate::api::overview::{LogPlace, Suspect};
use crate::watching::translate::{telling_line, telling_log, text_of};
use model::query::{Filter, Op, Order, Query, Value};
use model::{Build, BuildId, BuildSet, BuilderId, Change, Log, Properties, Results, Step};
use store::rusqlite::{Connection, Result as SqlResult};
use store::{build_requests, build_sets, builds, changes, logs, steps, workers};

/// What is read for it, all of one moment.
struct Read {
    build: Build,
    set: Option<BuildSet>,
    steps: Vec<(Step, Vec<Log>)>,
    changes: Vec<Change>,
    properties: Properties,
    usual: Option<(i64, i64)>,
    next: Option<i64>,
    worker: Option<String>,
    rebuild_of: Option<Build>,
    rebuilt_by: Option<Build>,
    marks: Marks,
}

pub(super) async fn build(app: &App, query: BuildQuery) -> Result<BuildPage, Refusal> {
    let (BuildQuery::Id { master, .. } | BuildQuery::Number { master, .. }) = &query;
    if let Whose::There(member) = app.master_of(master)? {
        return there::build(app, &member, query).await;
    }
    let named = match &query {
        BuildQuery::Id { build, .. } => format!("there is no build {build}"),
        BuildQuery::Number { builder, number, .. } => format!("builder {builder} has no build {number}"),
    };
    let found = app
        .store()
        .read(move |c| read(c, &query))
        .await?
        .ok_or_else(|| Refusal::not_found(named))?;
    let (summary, error) = failure(app, &found).await?;
    let mark = |build: &Build| found.marks.mark(app, build);
    let step_rows = found
        .steps
        .iter()
        .map(|(step, step_logs)| step_row(app, step, step_logs))
        .collect();
    Ok(BuildPage {
        stale: None,
        page: None,
        mark: mark(&found.build),
        now: clock::now().0,
        request: found.build.request.0,
        reason: found.set.as_ref().map(|set| set.reason.clone()).unwrap_or_default(),
        worker: found.worker.clone(),
        summary,
        error,
        steps: step_rows,
        changes: suspects(app, &found.changes),
        sources: sources(&found),
        owners: found.marks.owners(found.build.id),
        properties: found.properties.iter().map(property_row).collect(),
        expected: found.usual.map(|usual| usual.0),
        spread: found.usual.map(|usual| usual.1),
        previous: (found.build.number > 1).then(|| found.build.number - 1),
        next: found.next,
        rebuild_of: found.rebuild_of.as_ref().map(mark),
        rebuilt_by: found.rebuilt_by.as_ref().map(mark),
    })
}

fn read(c: &Connection, query: &BuildQuery) -> SqlResult<Option<Read>> {
    let build = match query {
        BuildQuery::Id { build, .. } => builds::get(c, BuildId(*build))?,
        BuildQuery::Number { builder, number, .. } => builds::by_number(c, BuilderId(*builder), *number)?,
    };
    let Some(build) = build else { return Ok(None) };
    let set = match build_requests::get(c, build.request)? {
        Some(request) => build_sets::get(c, request.build_set)?,
        None => None,
    };
    let mut step_list = Vec::new();
    for step in steps::of_build(c, build.id)? {
        let step_logs = logs::of_step(c, step.id)?;
        step_list.push((step, step_logs));
    }
    let rebuild_of = match set.as_ref().and_then(|set| set.rebuilt_build) {
        Some(id) => builds::get(c, id)?,
        None => None,
    };
    let rebuilt_by = latest_rebuild(c, build.id)?;
    let mut shown = vec![build.clone()];
    shown.extend(rebuild_of.iter().chain(&rebuilt_by).cloned());
    let worker = match build.worker {
        Some(id) => workers::get(c, id)?.map(|row| row.name),
        None => None,
    };
    Ok(Some(Read {
        set,
        steps: step_list,
        changes: changes::for_build(c, build.id)?,
        properties: builds::properties(c, build.id)?,
        usual: usual_of(c, build.builder)?,
        next: builds::by_number(c, build.builder, build.number + 1)?.map(|next| next.number),
        worker,
        marks: Marks::read(c, &shown)?,
        rebuild_of,
        rebuilt_by,
        build,
    }))
}

fn latest_rebuild(c: &Connection, build: BuildId) -> SqlResult<Option<Build>> {
    let newest = |field: &str, filter: &str, value: i64| Query {
        filters: vec![Filter {
            field: filter.to_owned(),
            op: Op::Eq,
            values: vec![Value::Number(value)],
        }],
        order: vec![Order {
            field: field.to_owned(),
            descending: true,
        }],
        limit: Some(1),
        offset: 0,
    };
    let Some(set) = build_sets::list(c, &newest("bsid", "rebuilt_buildid", build.0))?
        .into_iter()
        .next()
    else {
        return Ok(None);
    };
    let Some(request) = build_requests::of_build_set(c, set.id)?.into_iter().next() else {
        return Ok(None);
    };
    Ok(builds::list_of_request(
        c,
        request.id,
        &Query {
            limit: Some(100),
            ..Query::default()
        },
    )?
    .into_iter()
    .next_back())
}

/// What failed in one line, and where.
async fn failure(app: &App, found: &Read) -> Result<(Option<String>, Option<LogPlace>), Refusal> {
    let Some((step, step_logs)) = found.steps.iter().find(|(step, _)| is_bad(step.results)) else {
        // What was stopped says by whom or why.
        let ended_early = matches!(found.build.results, Some(Results::Cancelled | Results::Retry));
        return Ok((ended_early.then(|| found.build.state_string.clone()), None));
    };
    let Some(log) = telling_log(step_logs) else {
        return Ok((Some(format!("{}: {}", step.name, step.state_string)), None));
    };
    let stored = app.store().logs();
    let Some(line) = telling_line(stored, log).await? else {
        return Ok((Some(format!("{}: {}", step.name, step.state_string)), None));
    };
    let text = text_of(&stored.lines(log.id, line, 1).await?.content, log.kind);
    let place = LogPlace {
        log: Some(log.id.0),
        step: step.number,
        slug: log.slug.clone(),
        line,
    };
    Ok((Some(format!("{}: {text}", step.name)), Some(place)))
}

fn step_row(app: &App, step: &Step, step_logs: &[Log]) -> StepRow {
    let log_row = |log: &Log| {
        let log = app.store().logs().current(log.clone());
        LogRow {
            log: log.id.0,
            name: log.name,
            slug: log.slug,
            kind: log.kind.letter().to_string(),
            num_lines: log.num_lines,
            complete: log.complete,
        }
    };
    StepRow {
        step: step.id.0,
        number: step.number,
        name: step.name.clone(),
        state: step.state_string.clone(),
        results: step.results.map(u8::from),
        started_at: step.started_at.map(|time| time.0),
        complete_at: step.complete_at.map(|time| time.0),
        hidden: step.hidden,
        urls: step
            .urls
            .iter()
            .map(|url| Link {
                name: url.name.clone(),
                url: url.url.clone(),
            })
            .collect(),
        logs: step_logs.iter().map(log_row).collect(),
    }
}

fn sources(found: &Read) -> Vec<Source> {
    let stamps = found.set.iter().flat_map(|set| &set.source_stamps);
    let got = found.properties.get("got_revision");
    stamps
        .map(|stamp| Source {
            codebase: stamp.new.codebase.clone(),
            repository: stamp.new.repository.clone(),
            branch: stamp.new.branch.clone(),
            revision: stamp.new.revision.clone(),
            got_revision: got
                .and_then(|got| got.as_str().or_else(|| got.get(&stamp.new.codebase)?.as_str()))
                .map(str::to_owned),
            project: stamp.new.project.clone(),
            patched: stamp.patch_id.is_some(),
        })
        .collect()
}

fn property_row((name, value, source): (&str, &model::Json, &str)) -> PropertyRow {
    PropertyRow {
        name: name.to_owned(),
        value: value.to_string(),
        source: source.to_owned(),
    }
}

/// Changes of a build, newest first, as suspects.
fn suspects(app: &App, list: &[model::Change]) -> Vec<Suspect> {
    let row = |change: &model::Change| Suspect {
        change: change.id.0,
        author: change.new.author.clone(),
        mine: app.is_me(&change.new.author),
        revision: change.new.revision.clone(),
        comment: change.new.comments.lines().next().unwrap_or("").to_owned(),
    };
    list.iter().rev().map(row).collect()
}

/// Whether a result is worth opening a log for.
fn is_bad(results: Option<Results>) -> bool {
    matches!(results, Some(Results::Failure | Results::Exception))
}
