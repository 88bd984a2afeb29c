//! What this program's own master has on Now and Builders.

use super::marks::{Marks, usual};
use super::{App, clock, read};
use crate::api::Refusal;
use crate::api::notices::ClaimRow;
use crate::api::overview::{
    Break, BuilderRow, Hello, LogPlace, Overview, RunningRow, SettlingRow, Suspect, WaitingRow, WorkerRow,
};
use model::query::{Filter, Op, Order, Query, Value};
use model::{Build, BuilderId, Results};
use std::collections::{BTreeMap, HashMap};
use store::rusqlite::{Connection, Result as SqlResult};
use store::{build_requests, build_sets, builders, builds, logs, steps};
use watch::BuilderView;

/// Builds in a builder's row of marks.
const ROW: u32 = 12;
/// Builds that ended lately, over all builders.
const RECENT: u64 = 20;
/// Green builds that tell how long a build takes.
const TYPICAL: u32 = 20;

pub(super) fn hello(app: &App) -> Hello {
    Hello {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        protocol: super::PROTOCOL,
        title: app.master.config().title.clone(),
        first_run: app.is_first_run(),
        demo: read(&app.desk.demo).clone(),
        tray: read(&app.desk.tray).clone(),
        dashboard: read(&app.desk.dashboard).clone(),
    }
}

/// What is read for it, all of one moment.
struct Read {
    builders: Vec<model::Builder>,
    last: HashMap<BuilderId, Vec<Build>>,
    running: Vec<Running>,
    usual: HashMap<BuilderId, (i64, i64)>,
    recent: Vec<Build>,
    broken: HashMap<(i64, i64), Broken>,
    marks: Marks,
}

struct Running {
    build: Build,
    step: Option<String>,
    reason: String,
}

/// A builder, the number of the build that turned it red, and the failed step's number with the slug of its log.
type BrokenAt = (BuilderId, i64, Option<(i64, String)>);

/// The build that turned a builder red, and the log of the step that failed.
struct Broken {
    build: Build,
    log: Option<i64>,
}

/// All of it; the joined masters' parts are added by `whole`.
pub(super) async fn here(app: &App) -> Result<Overview, Refusal> {
    let view = app.watching.view();
    let state = app.master.state().await;
    let wanted: Vec<BrokenAt> = view
        .breaks
        .iter()
        .filter(|b| b.is_open() && b.master == crate::watching::bundled())
        .flat_map(|b| &b.builders)
        .map(|(key, part)| {
            let log = part
                .failed
                .as_ref()
                .and_then(|f| Some((f.number, f.log.as_ref()?.slug.clone())));
            (key.id, part.number, log)
        })
        .collect();
    let found = app.store().read(move |c| read_all(c, &wanted)).await?;
    let running = running_rows(app, &found);
    let waiting = waiting_rows(app, &found.builders, &state).await?;
    let rows = builder_rows(app, &found, &running, &waiting);
    let builds_of = |worker: &master::state::WorkerState| u32::try_from(worker.building.len()).unwrap_or(u32::MAX);
    Ok(Overview {
        version: 0,
        whole: true,
        gone: Vec::new(),
        masters: Vec::new(),
        now: clock::now().0,
        breaks: view
            .breaks
            .iter()
            .rev()
            .filter(|b| b.is_open() && b.master == crate::watching::bundled())
            .map(|b| break_row(app, b, &view, &found))
            .collect(),
        builders: rows,
        recent: found.recent.iter().map(|build| found.marks.mark(app, build)).collect(),
        waiting,
        settling: settling_rows(&state),
        troubles: super::troubles::troubles(&view, &state, app.worker_ports()),
        away: super::notices::away_rows(&view),
        mutes: super::notices::mute_rows(&view),
        workers: state
            .workers
            .iter()
            .map(|worker| WorkerRow {
                master: crate::api::bundled(),
                worker: worker.id.0,
                name: worker.name.clone(),
                connected: worker.attached,
                paused: worker.paused,
                running: builds_of(worker),
                max_builds: worker.max_builds,
            })
            .collect(),
        running,
    })
}

fn read_all(c: &Connection, broken_at: &[BrokenAt]) -> SqlResult<Read> {
    let configured: Vec<model::Builder> = builders::list(c)?.into_iter().filter(|row| row.configured).collect();
    let mut last = HashMap::new();
    let mut usual_of = HashMap::new();
    for builder in &configured {
        last.insert(builder.id, builds::last_of_builder(c, builder.id, ROW)?);
        if let Some(times) = usual(builds::durations(c, builder.id, TYPICAL)?) {
            usual_of.insert(builder.id, times);
        }
    }
    let mut running = Vec::new();
    for build in builds::unfinished(c)? {
        let step = steps::of_build(c, build.id)?
            .into_iter()
            .rev()
            .find(|step| step.complete_at.is_none());
        let set = build_requests::get(c, build.request)?.map(|request| build_sets::get(c, request.build_set));
        let reason = set.transpose()?.flatten().map(|set| set.reason).unwrap_or_default();
        running.push(Running {
            build,
            step: step.map(|step| step.name),
            reason,
        });
    }
    let recent = builds::list(
        c,
        &Query {
            filters: vec![Filter {
                field: "complete".to_owned(),
                op: Op::Eq,
                values: vec![Value::Bool(true)],
            }],
            order: vec![Order {
                field: "buildid".to_owned(),
                descending: true,
            }],
            limit: Some(RECENT),
            offset: 0,
        },
    )?;
    let mut broken = HashMap::new();
    for (builder, number, log) in broken_at {
        let Some(build) = builds::by_number(c, *builder, *number)? else {
            continue;
        };
        let log = match log {
            Some((step, slug)) => match steps::by_number(c, build.id, *step)? {
                Some(step) => logs::by_slug(c, step.id, slug)?.map(|log| log.id.0),
                None => None,
            },
            None => None,
        };
        broken.insert((builder.0, *number), Broken { build, log });
    }
    let mut shown: Vec<Build> = last.values().flatten().cloned().collect();
    shown.extend(running.iter().map(|row| row.build.clone()));
    shown.extend(recent.iter().cloned());
    shown.extend(broken.values().map(|row| row.build.clone()));
    let marks = Marks::read(c, &shown)?;
    Ok(Read {
        builders: configured,
        last,
        running,
        usual: usual_of,
        recent,
        broken,
        marks,
    })
}

fn running_rows(app: &App, found: &Read) -> Vec<RunningRow> {
    let mut rows: Vec<RunningRow> = found
        .running
        .iter()
        .map(|row| RunningRow {
            mark: found.marks.mark(app, &row.build),
            step: row.step.clone(),
            reason: row.reason.clone(),
            expected: found.usual.get(&row.build.builder).map(|usual| usual.0),
            spread: found.usual.get(&row.build.builder).map(|usual| usual.1),
            by: found.marks.owners(row.build.id),
        })
        .collect();
    rows.sort_by_key(|row| row.mark.started_at);
    rows
}

async fn waiting_rows(app: &App, rows: &[model::Builder], state: &master::State) -> Result<Vec<WaitingRow>, Refusal> {
    let waiting = &state.waiting;
    if waiting.is_empty() {
        return Ok(Vec::new());
    }
    let sets: Vec<model::BuildSetId> = waiting.iter().map(|request| request.set).collect();
    let reasons = app
        .store()
        .read(move |c| {
            let mut reasons = BTreeMap::new();
            for set in sets {
                if let Some(row) = build_sets::get(c, set)? {
                    reasons.insert(set, row.reason);
                }
            }
            Ok(reasons)
        })
        .await?;
    let name = |id: BuilderId| {
        rows.iter()
            .find(|row| row.id == id)
            .map(|row| row.name.clone())
            .unwrap_or_default()
    };
    Ok(waiting
        .iter()
        .map(|request| WaitingRow {
            master: crate::api::bundled(),
            request: request.request.0,
            builder: request.builder.0,
            builder_name: name(request.builder),
            submitted_at: request.submitted_at.0,
            reason: reasons.get(&request.set).cloned().unwrap_or_default(),
            waits_for: request.text.clone(),
            priority: request.priority,
        })
        .collect())
}

fn builder_rows(app: &App, found: &Read, running: &[RunningRow], waiting: &[WaitingRow]) -> Vec<BuilderRow> {
    let view = app.watching.view();
    let own = view.builders.of(&crate::watching::bundled());
    let watched = |builder: BuilderId| own.and_then(|own| own.get(&builder)).map(|view| &**view);
    let mut rows: Vec<BuilderRow> = found
        .builders
        .iter()
        .map(|row| builder_row(app, found, row, watched(row.id), running, waiting))
        .collect();
    rows.sort_by_cached_key(|row| listed(watched(BuilderId(row.builder))));
    rows
}

fn builder_row(
    app: &App,
    found: &Read,
    row: &model::Builder,
    watched: Option<&BuilderView>,
    running: &[RunningRow],
    waiting: &[WaitingRow],
) -> BuilderRow {
    let last = found.last.get(&row.id).map_or(&[][..], Vec::as_slice);
    // A build of somebody's patch says nothing about the builder, so the newest that agrees with what is watched does.
    let agrees = |results: &Results| match watched.map(|builder| &builder.colour) {
        Some(watch::Colour::Green) => results.is_green(),
        Some(watch::Colour::Red) => results.is_red(),
        _ => true,
    };
    let mut telling = last.iter().filter_map(|build| build.results);
    let first = telling.clone().find(|results| results.is_green() || results.is_red());
    let telling = telling
        .find(|results| (results.is_green() || results.is_red()) && agrees(results))
        .or(first);
    let blame = watched.and_then(|builder| builder.blame.as_ref());
    let mut broken_by: Vec<String> = blame.map(|blame| blame.others.clone()).unwrap_or_default();
    if blame.is_some_and(|blame| blame.mine) {
        broken_by.insert(0, "you".to_owned());
    }
    BuilderRow {
        master: crate::api::bundled(),
        flaky: watched.is_some_and(is_flaky),
        claimed_by: watched.and_then(claimed_by),
        stale: None,
        builder: row.id.0,
        name: row.name.clone(),
        project: watched.and_then(|builder| builder.project.clone()),
        tags: row.tags.clone(),
        description: row.description.clone(),
        results: telling.map(u8::from),
        since: watched.and_then(|builder| builder.since).map(|time| time.0),
        broken_by,
        mine: blame.is_some_and(|blame| blame.mine),
        muted: watched.is_some_and(|builder| builder.muted.is_some()),
        running: running
            .iter()
            .filter(|run| run.mark.builder == row.id.0)
            .cloned()
            .collect(),
        waiting: u32::try_from(waiting.iter().filter(|wait| wait.builder == row.id.0).count()).unwrap_or(u32::MAX),
        last: last.iter().map(|build| found.marks.mark(app, build)).collect(),
        can_force: watched.is_some_and(|builder| builder.can_force),
        blocked: waiting
            .iter()
            .find(|wait| wait.builder == row.id.0)
            .map(|wait| wait.waits_for.clone()),
    }
}

fn break_row(app: &App, broken: &watch::Break, view: &crate::watching::View, found: &Read) -> Break {
    let red: Vec<(&watch::BuilderKey, &watch::BrokenBuilder)> = broken
        .builders
        .iter()
        .filter(|(_, part)| part.fixed.is_none())
        .collect();
    let first = red.iter().min_by_key(|(_, part)| part.at).copied();
    let failed = first.and_then(|(_, part)| part.failed.as_ref());
    let build = |key: &watch::BuilderKey, part: &watch::BrokenBuilder| found.broken.get(&(key.id.0, part.number));
    Break {
        master: crate::api::bundled(),
        claim: claim_of(view, broken),
        mine: view.open.iter().any(|b| b.id == broken.id && b.mine),
        since: broken.opened_at.0,
        builds: red
            .iter()
            .filter_map(|(key, part)| Some(found.marks.mark(app, &build(key, part)?.build)))
            .collect(),
        step: failed.map(|step| step.name.clone()),
        error: failed.and_then(|step| step.log.as_ref()?.text.clone()),
        log: first.and_then(|(key, part)| {
            let (step, place) = (failed?, failed?.log.as_ref()?);
            Some(LogPlace {
                log: Some(build(key, part)?.log?),
                step: step.number,
                slug: place.slug.clone(),
                line: place.line.unwrap_or(0),
            })
        }),
        suspects: broken
            .suspects
            .iter()
            .rev()
            .map(|suspect| suspect_row(app, &broken.master, suspect))
            .collect(),
        muted: is_muted(view, red.iter().map(|(key, _)| *key)),
    }
}

/// Where a builder is in the list: trouble first, and last those of which nothing is known.
pub(super) fn listed(watched: Option<&BuilderView>) -> (bool, Option<(u8, String, watch::BuilderKey)>) {
    (watched.is_none(), watched.map(BuilderView::order))
}

/// Whether a builder flips without changes.
pub(super) fn is_flaky(view: &BuilderView) -> bool {
    view.flaky.is_some()
}

/// Who said that they have it.
pub(super) fn claimed_by(view: &BuilderView) -> Option<String> {
    view.claim.as_ref().map(|claim| claim.by.clone())
}

/// Who said that they have this break.
pub(super) fn claim_of(view: &crate::watching::View, broken: &watch::Break) -> Option<ClaimRow> {
    let open = view.open.iter().find(|open| open.id == broken.id)?;
    let claim = open.claim.as_ref()?;
    Some(ClaimRow {
        by: claim.by.clone(),
        mine: claim.mine,
        at: claim.since.0,
        until: claim.until().0,
        shared: claim.shared,
    })
}

/// Whether all of these builders are muted.
pub(super) fn is_muted<'a>(
    view: &crate::watching::View,
    builders: impl Iterator<Item = &'a watch::BuilderKey>,
) -> bool {
    let is_muted = |key: &watch::BuilderKey| view.builders.get(key).is_some_and(|view| view.muted.is_some());
    let mut builders = builders.peekable();
    builders.peek().is_some() && builders.all(is_muted)
}

/// A change to blame.
pub(super) fn suspect_row(app: &App, master: &watch::MasterKey, suspect: &watch::Suspect) -> Suspect {
    Suspect {
        change: suspect.change.0,
        author: suspect.author.clone(),
        mine: app.is_me_at(master, &suspect.author),
        revision: suspect.revision.clone(),
        comment: suspect.comments.lines().next().unwrap_or("").to_owned(),
    }
}

fn settling_rows(state: &master::State) -> Vec<SettlingRow> {
    let row = |timer: &master::state::Timer| {
        Some(SettlingRow {
            scheduler: timer.scheduler.clone(),
            changes: u32::try_from(timer.changes.len()).unwrap_or(u32::MAX),
            fires_at: timer.fires_at?.0,
        })
    };
    state.timers.iter().filter_map(row).collect()
}

/// The median and spread of a builder's green builds.
pub(crate) fn usual_of(c: &Connection, builder: BuilderId) -> SqlResult<Option<(i64, i64)>> {
    Ok(usual(builds::durations(c, builder, TYPICAL)?))
}
