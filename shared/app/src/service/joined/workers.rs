//! Workers of a joined master.

use super::super::App;
use super::super::clock;
use super::super::workers::{facts, system, text};
use super::marks::{Marker, PROPERTIES, name_of};
use super::{nothing, ordered, refused};
use crate::api::overview::BuildMark;
use crate::api::workers::{
    OrderWorker, WorkerBuilder, WorkerCondition, WorkerDetails, WorkerPage, WorkerQuery, WorkerVerb,
};
use crate::api::{Nothing, Refusal};
use crate::joined::Member;
use client::picture::{Picture, Worker};
use client::{WorkerOrder, rest};
use model::{Json, WorkerId};

/// Builds on a worker's page.
const RECENT: usize = 25;

/// The workers that a configuration has or that are attached.
pub(in crate::service) fn list(app: &App, member: &Member) -> Vec<WorkerDetails> {
    member.joined.with(|picture| {
        let marker = Marker::new(app, member);
        let is_shown = |worker: &&Worker| !worker.configured_on.is_empty() || !worker.connected_to.is_empty();
        let shown = picture.workers().filter(is_shown);
        let mut rows: Vec<WorkerDetails> = shown.map(|worker| row(member, picture, &marker, worker)).collect();
        rows.sort_by(|one, other| one.name.cmp(&other.name));
        rows
    })
}

pub(in crate::service) async fn one(app: &App, member: &Member, query: WorkerQuery) -> Result<WorkerPage, Refusal> {
    let id = WorkerId(query.worker);
    let known = member.joined.with(|picture| {
        let marker = Marker::new(app, member);
        picture
            .worker_of(id)
            .map(|worker| row(member, picture, &marker, worker))
    });
    let mut row = known.ok_or_else(|| Refusal::not_found(format!("{} has no worker {id}", member.key)))?;
    let http = member.http();
    let path = format!("workers/{id}?limit=1");
    let (told, recent) = tokio::join!(http.row::<rest::Worker>(&path, "workers"), recent(app, member, id));
    let told: Json = match told {
        Ok(worker) => Json::Object(worker.info.into_iter().collect()),
        Err(error) if error.is_passing() => Json::Null,
        Err(error) => return Err(refused(member, error)),
    };
    row.system = system(&told);
    row.cpus = told
        .get("numcpus")
        .and_then(Json::as_u64)
        .and_then(|count| u32::try_from(count).ok());
    row.admin = text(&told, "admin").or(row.admin);
    row.host = text(&told, "host").or(row.host);
    Ok(WorkerPage {
        now: clock::now().0,
        row,
        facts: facts(&told),
        recent: recent.unwrap_or_default(),
    })
}

async fn recent(app: &App, member: &Member, worker: WorkerId) -> Result<Vec<BuildMark>, client::Error> {
    let path = format!("workers/{worker}/builds?order=-buildid&limit={RECENT}&{PROPERTIES}");
    let mut rows: Vec<rest::Build> = member.http().rows(&path, "builds").await?;
    rows.sort_by_key(|build| std::cmp::Reverse(build.id));
    let marker = Marker::new(app, member);
    Ok(rows.iter().map(|build| marker.read(build)).collect())
}

fn row(member: &Member, picture: &Picture, marker: &Marker<'_>, worker: &Worker) -> WorkerDetails {
    let running = picture.running().filter(|build| build.worker == Some(worker.id));
    let building: Vec<BuildMark> = running
        .map(|build| marker.running(&name_of(picture, build.builder), build))
        .collect();
    let connected = !worker.connected_to.is_empty();
    let condition = match worker {
        _ if !connected => WorkerCondition::Away,
        _ if worker.configured_on.is_empty() => WorkerCondition::Removed,
        _ if worker.graceful => WorkerCondition::Leaving,
        _ if worker.paused => WorkerCondition::Paused,
        _ if building.is_empty() => WorkerCondition::Idle,
        _ => WorkerCondition::Building,
    };
    let builders = worker.configured_on.iter().map(|id| WorkerBuilder {
        builder: id.0,
        name: name_of(picture, *id),
    });
    let text = |text: &Option<Box<str>>| {
        text.as_ref()
            .map(|text| text.trim().to_owned())
            .filter(|text| !text.is_empty())
    };
    WorkerDetails {
        master: member.key.0.clone(),
        worker: worker.id.0,
        name: worker.name.to_string(),
        condition,
        words: words(condition, building.len()),
        since: None,
        local: false,
        connected,
        paused: worker.paused,
        pause_reason: text(&worker.pause_reason),
        leaving: worker.graceful,
        wants_to_leave: false,
        building,
        max_builds: None,
        builders: builders.collect(),
        address: None,
        protocol: None,
        version: text(&worker.version),
        system: None,
        cpus: None,
        admin: text(&worker.admin),
        host: text(&worker.host),
        configured_at: None,
    }
}

fn words(condition: WorkerCondition, building: usize) -> String {
    let word = match condition {
        WorkerCondition::Idle => "idle",
        WorkerCondition::Building => "building",
        WorkerCondition::Paused => "paused",
        WorkerCondition::Leaving => "leaving after its builds",
        WorkerCondition::Away => "not connected",
        WorkerCondition::Missing => "missing",
        WorkerCondition::Removed => "no longer in the configuration",
    };
    match (condition, building) {
        (WorkerCondition::Building, 1) | (_, 0) => word.to_owned(),
        (WorkerCondition::Building, count) => format!("building {count}"),
        (_, count) => format!("{word}, building {count}"),
    }
}

pub(in crate::service) async fn order(app: &App, member: &Member, order: OrderWorker) -> Result<Nothing, Refusal> {
    let verb = match order.verb {
        WorkerVerb::Pause => WorkerOrder::Pause,
        WorkerVerb::Unpause => WorkerOrder::Unpause,
        WorkerVerb::Stop => WorkerOrder::Stop,
        WorkerVerb::Kill => WorkerOrder::Kill,
        WorkerVerb::Stay => {
            return Err(
                Refusal::invalid(format!("{} cannot keep a worker that is leaving", member.key))
                    .hint("Start the worker again on its machine."),
            );
        }
    };
    let done = member
        .http()
        .order_worker(WorkerId(order.worker), verb, &order.reason)
        .await;
    ordered(app, member, "order_worker", done).map(nothing)
}
