//! What a master tells, whatever the way it comes: a key and a body become one of a closed list (`live-events` §1.4).

use crate::rest;
use model::{BuildId, BuilderId, Json, MasterId, Properties};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Map;

/// One thing that happened on a master.
///
/// A body is the whole object as it was then, so the verb mostly says nothing that the body does not.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A build as it is.
    Build(Box<rest::Build>),
    /// Some properties of a build; also of one that was not told of yet.
    Properties(BuildId, Box<Properties>),
    /// A builder as it is.
    Builder(Box<rest::Builder>),
    /// A master's configuration has a builder, or (`here: false`) no longer.
    Configured {
        /// Which.
        builder: BuilderId,
        /// On which of the farm's masters.
        master: MasterId,
        /// Whether it has.
        here: bool,
    },
    /// Somebody claims a builder, or gives it back; whoever wants to know asks for all claims.
    Claim,
    /// A worker as it is.
    Worker(Box<rest::Worker>),
    /// A worker is away for longer than its master's configuration allows.
    WorkerMissing {
        /// The worker as it is.
        row: Box<rest::Worker>,
        /// Whether the configuration names somebody who is to know.
        notify: bool,
    },
    /// One of the farm's masters runs, or no longer.
    Master {
        /// Which.
        master: MasterId,
        /// Its name.
        name: String,
        /// Whether it runs.
        active: bool,
    },
    /// A request as it is.
    Request {
        /// The request.
        row: Box<rest::Request>,
        /// It was claimed, and now waits again.
        again: bool,
    },
    /// A build set as it is.
    BuildSet(Box<rest::BuildSet>),
    /// A change.
    Change(Box<rest::Change>),
    /// A project as it is.
    Project(Box<rest::Project>),
    /// A step as it is.
    Step(Box<rest::Step>),
    /// A log as it is, without its text.
    Log(Box<rest::Log>),
    /// Of no interest: an internal command, another kind of thing, a body of null.
    Other,
}

/// A body is not what its key promises.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the event '{key}' cannot be read: {reason}")]
pub struct Unreadable {
    /// The event's key.
    pub key: String,
    /// What is wrong.
    pub reason: String,
}

#[derive(Deserialize)]
struct Short {
    builderid: Option<i64>,
    masterid: i64,
    #[serde(default)]
    name: String,
    #[serde(default)]
    active: bool,
}

/// Whom a master tells that a worker is missing.
#[derive(Deserialize)]
struct Notify {
    #[serde(default)]
    notify: Json,
}

impl Event {
    /// Reads an event. Its body is JSON text; `null` makes it [`Event::Other`].
    pub fn read(key: &str, body: &str) -> Result<Event, Unreadable> {
        if body == "null" {
            return Ok(Event::Other);
        }
        let mut elements = [""; 5];
        let mut count = 0;
        for element in key.split('/') {
            match elements.get_mut(count) {
                Some(place) => *place = element,
                None => return Ok(Event::Other),
            }
            count += 1;
        }
        Event::of(&elements[..count], body).map_err(|reason| Unreadable {
            key: key.chars().take(100).collect(),
            reason,
        })
    }

    fn of(key: &[&str], body: &str) -> Result<Event, String> {
        match key {
            ["builds", id, "properties", _] => {
                let id = id.parse().map_err(|_| "the build's id is no number".to_owned())?;
                let told: Map<String, Json> = json(body)?;
                Ok(Event::Properties(
                    BuildId(id),
                    Box::new(rest::properties::of_json(told)),
                ))
            }
            ["builds", _, "steps", _, _] => Ok(Event::Step(json(body)?)),
            ["steps", _, "logs", _, _] | ["logs", _, _] => Ok(Event::Log(json(body)?)),
            ["builds", _, _] => Ok(Event::Build(json(body)?)),
            ["builders", _, verb @ ("started" | "stopped")] => {
                let short: Short = json(body)?;
                Ok(Event::Configured {
                    builder: BuilderId(short.builderid.ok_or("it has no builderid")?),
                    master: MasterId(short.masterid),
                    here: *verb == "started",
                })
            }
            ["builders", _, _] => Ok(Event::Builder(json(body)?)),
            ["workers", _, "missing"] => {
                let Notify { notify } = json(body)?;
                Ok(Event::WorkerMissing {
                    row: json(body)?,
                    notify: notify.as_array().is_some_and(|all| !all.is_empty()),
                })
            }
            ["workers", _, _] => Ok(Event::Worker(json(body)?)),
            ["masters", _, verb] => {
                let short: Short = json(body)?;
                Ok(Event::Master {
                    master: MasterId(short.masterid),
                    name: short.name,
                    active: short.active && *verb != "stopped",
                })
            }
            ["buildrequests", _, verb] => Ok(Event::Request {
                row: json(body)?,
                again: *verb == "unclaimed",
            }),
            ["buildsets", _, _] => Ok(Event::BuildSet(json(body)?)),
            ["changes", _, _] => Ok(Event::Change(json(body)?)),
            ["claims", _, _] => Ok(Event::Claim),
            ["projects", _, _] => Ok(Event::Project(json(body)?)),
            ["steps", _, _] => Ok(Event::Step(json(body)?)),
            _ => Ok(Event::Other),
        }
    }

    /// Whether it says that something went away. A master that is stopped says so of everything that it has, and then
    /// the connection ends: none of that is news.
    pub(crate) fn is_farewell(&self) -> bool {
        match self {
            Event::Configured { here, .. } => !here,
            Event::Master { active, .. } => !active,
            Event::Worker(worker) => !worker.is_connected(),
            _ => false,
        }
    }

    /// Whether it is about what the farm is made of, where a farewell may precede it.
    pub(crate) fn is_of_farm(&self) -> bool {
        matches!(
            self,
            Event::Builder(_) | Event::Configured { .. } | Event::Master { .. } | Event::Worker(_)
        )
    }
}

fn json<T: DeserializeOwned>(body: &str) -> Result<T, String> {
    serde_json::from_str(body).map_err(|error| error.to_string())
}
