//! Workers: the list, one of them, and what a person does to them.

mod invite;

pub(super) use invite::invite;

use super::joined::{Whose, workers as there};
use super::marks::Marks;
use super::{App, clock};
use crate::api::workers::{
    Fact, OrderWorker, WorkerBuilder, WorkerCondition, WorkerDetails, WorkerPage, WorkerQuery, WorkerVerb, Workers,
};
use crate::api::{Nothing, Refusal};
use master::state::WorkerState;
use master::{Catalog, WorkerOrder};
use model::query::{Filter, Op, Order, Query, Value};
use model::{Build, BuildId, Json, WorkerId};
use std::collections::HashMap;
use store::rusqlite::{Connection, Result as SqlResult};
use store::{builds, workers};

/// Builds on a worker's page.
const RECENT: u64 = 25;

/// What is read of the store, all of one moment.
struct Read {
    /// What each told of itself when it was here last.
    told: HashMap<WorkerId, Json>,
    running: HashMap<BuildId, Build>,
    marks: Marks,
}

pub(super) async fn list(app: &App) -> Result<Workers, Refusal> {
    let mut workers = details(app).await?;
    for member in app.farm.members() {
        workers.extend(there::list(app, &member));
    }
    let ports = app.worker_ports();
    Ok(Workers {
        now: clock::now().0,
        workers,
        ports: ports.ports(),
        refused: ports.refused(),
    })
}

pub(super) async fn one(app: &App, query: WorkerQuery) -> Result<WorkerPage, Refusal> {
    if let Whose::There(member) = app.master_of(&query.master)? {
        return there::one(app, &member, query).await;
    }
    let id = WorkerId(query.worker);
    let state = app.master.state().await;
    let row = details(app).await?.into_iter().find(|row| row.worker == query.worker);
    let row = row.ok_or_else(|| not_found(query.worker))?;
    let info = state
        .workers
        .into_iter()
        .find(|worker| worker.id == id)
        .map(|worker| worker.info);
    let (stored, marks, recent) = app.store().read(move |c| history(c, id)).await?;
    let told = info.filter(Json::is_object).unwrap_or(stored);
    Ok(WorkerPage {
        now: clock::now().0,
        row,
        facts: facts(&told),
        recent: recent.iter().map(|build| marks.mark(app, build)).collect(),
    })
}

pub(super) async fn order(app: &App, order: OrderWorker) -> Result<Nothing, Refusal> {
    if let Whose::There(member) = app.master_of(&order.master)? {
        return there::order(app, &member, order).await;
    }
    let state = app.master.state().await;
    let worker = state.workers.iter().find(|worker| worker.id.0 == order.worker);
    let worker = worker.ok_or_else(|| not_found(order.worker))?;
    may(worker, order.verb)?;
    let verb = match order.verb {
        WorkerVerb::Pause => WorkerOrder::Pause,
        WorkerVerb::Unpause => WorkerOrder::Unpause,
        WorkerVerb::Stop => WorkerOrder::Stop,
        WorkerVerb::Stay => WorkerOrder::Stay,
        WorkerVerb::Kill => WorkerOrder::Kill,
    };
    let reason = order.reason.trim();
    let reason = (!reason.is_empty()).then(|| reason.to_owned());
    app.master.order_worker(&worker.name, verb, reason).await?;
    Ok(Nothing {})
}

/// Refuses what would do nothing, or something else than it says.
fn may(worker: &WorkerState, verb: WorkerVerb) -> Result<(), Refusal> {
    let name = &worker.name;
    match verb {
        WorkerVerb::Stop | WorkerVerb::Kill if worker.local => Err(Refusal::invalid(format!(
            "{name} runs in this program and comes back at once"
        ))
        .hint("Pause it instead, or take it out of the configuration.")),
        WorkerVerb::Stop | WorkerVerb::Kill if !worker.attached => {
            Err(Refusal::unavailable(format!("{name} is not connected")))
        }
        WorkerVerb::Stay if worker.wants_to_leave => {
            Err(Refusal::unavailable(format!("{name} asked to leave by itself")).hint("Start it again on its machine."))
        }
        _ => Ok(()),
    }
}

fn not_found(worker: i64) -> Refusal {
    Refusal::not_found(format!("there is no worker {worker}"))
}

async fn details(app: &App) -> Result<Vec<WorkerDetails>, Refusal> {
    let (state, catalog) = (app.master.state().await, app.master.catalog());
    let read = app.store().read(read_all).await?;
    let mut rows: Vec<(usize, WorkerDetails)> = state
        .workers
        .iter()
        .map(|worker| {
            let place = catalog.workers.iter().position(|(id, _)| *id == worker.id);
            (place.unwrap_or(usize::MAX), row(app, &catalog, worker, &read))
        })
        .collect();
    rows.sort_by_key(|(place, _)| *place);
    Ok(rows.into_iter().map(|(_, row)| row).collect())
}

fn read_all(c: &Connection) -> SqlResult<Read> {
    let running = builds::unfinished(c)?;
    Ok(Read {
        told: workers::list(c)?.into_iter().map(|row| (row.id, row.info)).collect(),
        marks: Marks::read(c, &running)?,
        running: running.into_iter().map(|build| (build.id, build)).collect(),
    })
}

fn history(c: &Connection, worker: WorkerId) -> SqlResult<(Json, Marks, Vec<Build>)> {
    let mine = Filter {
        field: "workerid".to_owned(),
        op: Op::Eq,
        values: vec![Value::Number(worker.0)],
    };
    let newest = Order {
        field: "buildid".to_owned(),
        descending: true,
    };
    let list = builds::list(
        c,
        &Query {
            filters: vec![mine],
            order: vec![newest],
            limit: Some(RECENT),
            offset: 0,
        },
    )?;
    let told = workers::get(c, worker)?.map(|row| row.info).unwrap_or(Json::Null);
    Ok((told, Marks::read(c, &list)?, list))
}

fn row(app: &App, catalog: &Catalog, worker: &WorkerState, read: &Read) -> WorkerDetails {
    let config = catalog.worker(&worker.name).map(|(_, config)| config);
    let told = match read.told.get(&worker.id) {
        _ if worker.info.is_object() => &worker.info,
        Some(told) => told,
        None => &Json::Null,
    };
    let condition = condition(worker, config.is_some());
    let builders = catalog
        .builders
        .iter()
        .filter(|builder| builder.config.workers.contains(&worker.name));
    WorkerDetails {
        master: crate::api::bundled(),
        worker: worker.id.0,
        name: worker.name.clone(),
        condition,
        words: words(worker, condition),
        since: worker.since.map(|since| since.0),
        local: worker.local,
        connected: worker.attached,
        paused: worker.paused,
        pause_reason: worker.pause_reason.clone(),
        leaving: worker.graceful,
        wants_to_leave: worker.wants_to_leave,
        building: worker
            .building
            .iter()
            .filter_map(|id| Some(read.marks.mark(app, read.running.get(id)?)))
            .collect(),
        max_builds: worker.max_builds,
        builders: builders
            .map(|builder| WorkerBuilder {
                builder: builder.id.0,
                name: builder.config.name.clone(),
            })
            .collect(),
        address: worker.address.clone(),
        protocol: worker.protocol.clone(),
        version: text(told, "version"),
        system: system(told),
        cpus: told
            .get("numcpus")
            .and_then(Json::as_u64)
            .and_then(|count| u32::try_from(count).ok()),
        admin: text(told, "admin"),
        host: text(told, "host"),
        configured_at: config.map(|config| format!("{}:{}", config.location.file, config.location.line)),
    }
}

fn condition(worker: &WorkerState, configured: bool) -> WorkerCondition {
    match worker {
        _ if worker.missing => WorkerCondition::Missing,
        _ if !worker.attached => WorkerCondition::Away,
        _ if !configured => WorkerCondition::Removed,
        _ if worker.graceful => WorkerCondition::Leaving,
        _ if worker.paused => WorkerCondition::Paused,
        _ if worker.building.is_empty() => WorkerCondition::Idle,
        _ => WorkerCondition::Building,
    }
}

fn words(worker: &WorkerState, condition: WorkerCondition) -> String {
    let count = worker.building.len();
    let building = match (count, worker.max_builds) {
        (0, _) => None,
        (_, Some(most)) => Some(format!("building {count} of {most}")),
        (1, None) => Some("building".to_owned()),
        (_, None) => Some(format!("building {count}")),
    };
    let and = |word: &str| match &building {
        Some(building) => format!("{word}, {building}"),
        None => word.to_owned(),
    };
    match condition {
        WorkerCondition::Idle => "idle".to_owned(),
        WorkerCondition::Building => building.unwrap_or_else(|| "building".to_owned()),
        WorkerCondition::Paused => and("paused"),
        WorkerCondition::Leaving if worker.wants_to_leave => and("leaving by its own wish"),
        WorkerCondition::Leaving => and("leaving after its builds"),
        WorkerCondition::Removed => and("leaving, no longer in the configuration"),
        WorkerCondition::Away => "not connected".to_owned(),
        WorkerCondition::Missing => "missing".to_owned(),
    }
}

/// A text that says something, without the line's end that a file has.
pub(super) fn text(told: &Json, key: &str) -> Option<String> {
    let text = told.get(key)?.as_str()?.trim();
    // What `create-worker` writes where nobody has said anything.
    let placeholder = text.starts_with("Your Name Here") || text.starts_with("Please put a description");
    (!text.is_empty() && !placeholder).then(|| text.to_owned())
}

pub(super) fn system(told: &Json) -> Option<String> {
    text(told, "os_pretty_name")
        .or_else(|| text(told, "os_name"))
        .or_else(|| match told.get("system")?.as_str()? {
            "nt" => Some("Windows".to_owned()),
            "posix" => Some("Unix".to_owned()),
            other => Some(other.to_owned()),
        })
}

pub(super) fn facts(told: &Json) -> Vec<Fact> {
    let Some(told) = told.as_object() else {
        return Vec::new();
    };
    let fact = |(name, value): (&String, &Json)| {
        let value = match value {
            Json::Null => return None,
            Json::String(text) => text.trim().to_owned(),
            other => other.to_string(),
        };
        (!value.is_empty()).then(|| Fact {
            name: name.clone(),
            value,
        })
    };
    let mut facts: Vec<Fact> = told.iter().filter_map(fact).collect();
    facts.sort_by(|one, other| one.name.cmp(&other.name));
    facts
}
