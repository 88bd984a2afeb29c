//! An event as the wire tells it: one body under several keys (§1.4).

use super::ctime::ctime;
use crate::rest::{
    build, build_request, build_set, builder, change, log, project, properties, scheduler, step, worker,
};
use model::event::{BuildVerb, BuilderVerb, Control, ControlTarget, LogVerb, MasterVerb, RequestVerb, StepVerb};
use model::{Build, BuildRequest, Builder, BuilderId, Claim, Event, Json, Log, Master, Properties, Step, Time, Worker};
use serde_json::json;

/// What listeners are told: the same body under each of the keys, in this order.
#[derive(Clone, Debug, PartialEq)]
pub struct News {
    /// Elements joined by `/`.
    pub keys: Vec<String>,
    /// The resource as of the event.
    pub body: Json,
}

impl News {
    /// Puts `event` of master `on` into words.
    pub fn of(event: &Event, on: &Master) -> News {
        match event {
            Event::ChangeNew(row) => News::one(format!("changes/{}/new", row.id), change::json(row)),
            Event::BuildSetNew(row) => News::one(format!("buildsets/{}/new", row.id), build_set::json_of_new(row)),
            Event::BuildSetComplete(row) => News::one(format!("buildsets/{}/complete", row.id), build_set::json(row)),
            Event::Request(verb, row) => request(*verb, row),
            Event::RequestCancel(row) => News::one(format!("buildrequests/{}/cancel", row.id), Json::Null),
            Event::Build(verb, row) => build(*verb, row),
            Event::BuildProperties(id, changed) => {
                News::one(format!("builds/{id}/properties/update"), properties::json(changed))
            }
            Event::Step(verb, row) => step(*verb, row),
            Event::Log(verb, row) => log(*verb, row),
            Event::Builder(verb, row) => builder(*verb, row, on),
            Event::Worker(verb, row) => {
                News::one(format!("workers/{}/{}", row.id, verb.word()), worker::json(row, on.id))
            }
            Event::WorkerMissing {
                worker,
                last_connection,
                notify,
            } => missing(worker, *last_connection, notify, on),
            Event::Master(verb, row) => master(*verb, row),
            Event::SchedulerUpdated(row) => {
                News::one(format!("schedulers/{}/updated", row.id), scheduler::json(row, on))
            }
            Event::ProjectUpdated(row) => News::one(format!("projects/{}/update", row.id), project::json(row, None)),
            Event::Claim(builder, now) => claim(*builder, now.as_ref()),
            Event::Control(order) => control(order),
        }
    }

    fn one(key: String, body: Json) -> News {
        News { keys: vec![key], body }
    }
}

fn request(verb: RequestVerb, row: &BuildRequest) -> News {
    let (id, builder, set, verb) = (row.id, row.builder, row.build_set, verb.word());
    News {
        keys: vec![
            format!("buildsets/{set}/builders/{builder}/buildrequests/{id}/{verb}"),
            format!("buildrequests/{id}/{verb}"),
            format!("builders/{builder}/buildrequests/{id}/{verb}"),
        ],
        body: build_request::json(row, None),
    }
}

fn build(verb: BuildVerb, row: &Build) -> News {
    let (id, verb) = (row.id, verb.word());
    let mut keys = vec![
        format!("builders/{}/builds/{}/{verb}", row.builder, row.number),
        format!("builds/{id}/{verb}"),
    ];
    keys.extend(row.worker.map(|worker| format!("workers/{worker}/builds/{id}/{verb}")));
    News {
        keys,
        body: build::json(row, &Properties::default()),
    }
}

fn step(verb: StepVerb, row: &Step) -> News {
    let (id, verb) = (row.id, verb.word());
    News {
        keys: vec![
            format!("builds/{}/steps/{id}/{verb}", row.build),
            format!("steps/{id}/{verb}"),
        ],
        body: step::json(row),
    }
}

fn log(verb: LogVerb, row: &Log) -> News {
    let verb = verb.word();
    News {
        keys: vec![
            format!("logs/{}/{verb}", row.id),
            format!("steps/{}/logs/{}/{verb}", row.step, row.slug),
        ],
        body: log::json(row),
    }
}

fn builder(verb: BuilderVerb, row: &Builder, on: &Master) -> News {
    let body = match verb {
        BuilderVerb::Update => builder::json(row, on.id),
        BuilderVerb::Started | BuilderVerb::Stopped => {
            json!({"builderid": row.id, "masterid": on.id, "name": row.name})
        }
    };
    News::one(format!("builders/{}/{}", row.id, verb.word()), body)
}

fn missing(row: &Worker, last_connection: Time, notify: &[String], on: &Master) -> News {
    let mut body = worker::json(row, on.id);
    body["last_connection"] = ctime(last_connection).into();
    body["notify"] = notify.into();
    News::one(format!("workers/{}/missing", row.id), body)
}

fn master(verb: MasterVerb, row: &Master) -> News {
    News::one(
        format!("masters/{}/{}", row.id, verb.word()),
        json!({"active": row.active, "masterid": row.id, "name": row.name}),
    )
}

fn claim(builder: BuilderId, now: Option<&Claim>) -> News {
    let verb = if now.is_some() { "new" } else { "over" };
    let body = now.map_or_else(|| json!({"builderid": builder}), crate::claims::json);
    News::one(format!("claims/{builder}/{verb}"), body)
}

fn control(order: &Control) -> News {
    let target = match order.target {
        ControlTarget::Build(id) => format!("builds/{id}"),
        ControlTarget::Request(id) => format!("buildrequests/{id}"),
        ControlTarget::Worker(id) => format!("worker/{id}"),
    };
    News::one(
        format!("control/{target}/{}", order.verb),
        json!({"reason": order.reason}),
    )
}
