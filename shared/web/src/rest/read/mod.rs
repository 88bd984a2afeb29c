//! Reads what an endpoint names, all of it in one moment of the store.
//!
//! One file per resource. A parent that does not exist means an empty collection, as on Buildbot, except for a build
//! that is named by its number.

mod builders;
mod builds;
mod changes;
mod force_schedulers;
pub mod locate;
mod masters;
mod projects;
mod properties;
mod requests;
mod schedulers;
mod sources;
mod steps;
mod workers;

use super::envelope::Rows;
use super::path::Endpoint;
use super::select;
use model::config::MasterConfig;
use model::{Json, MasterId};
use std::sync::Arc;
use store::Logs;
use store::rusqlite::{Connection, Result};
use wire::rest::{Asked, root_link};

/// What reading needs besides the store.
pub struct Site {
    /// The master that the store belongs to.
    pub master: MasterId,
    /// The configuration in force.
    pub config: Arc<MasterConfig>,
    /// For the number of lines of growing logs.
    pub logs: Logs,
}

/// What was found.
pub enum Found {
    /// A single resource.
    One(Json),
    /// A collection.
    Many {
        /// The rows asked for.
        rows: Rows,
        /// `meta.total`.
        total: usize,
    },
    /// There is no such thing.
    Missing,
}

impl Found {
    /// Rows that the store filtered and paged; their number is the total, as on Buildbot. They become JSON only when
    /// they are written, because there may be a great many.
    fn paged<T: Send + 'static>(rows: Vec<T>, asked: &Asked, json: impl Fn(&T) -> Json + Send + 'static) -> Found {
        let fields = asked.fields.clone();
        Found::Many {
            total: rows.len(),
            rows: Box::new(
                rows.into_iter()
                    .map(move |row| select::fields(json(&row), fields.as_deref())),
            ),
        }
    }

    /// All rows there are, of which those asked for are taken here.
    fn chosen(rows: impl IntoIterator<Item = Json>, asked: &Asked) -> Found {
        let (rows, total) = select::select(rows.into_iter().collect(), &asked.query);
        let fields = asked.fields.clone();
        Found::Many {
            total,
            rows: Box::new(rows.into_iter().map(move |row| select::fields(row, fields.as_deref()))),
        }
    }

    /// The one, if it is there.
    fn one(row: Option<Json>, asked: &Asked) -> Found {
        row.map_or(Found::Missing, |row| Found::One(shown(row, asked)))
    }
}

fn shown(row: Json, asked: &Asked) -> Json {
    select::fields(row, asked.fields.as_deref())
}

/// What `endpoint` names.
pub fn read(c: &Connection, site: &Site, endpoint: &Endpoint, asked: &Asked) -> Result<Found> {
    match endpoint {
        Endpoint::RootLinks => Ok(Found::chosen(root_link::rows(), asked)),
        Endpoint::Masters(builder) => masters::list(c, site, builder.as_ref(), asked),
        Endpoint::Master(builder, id) => masters::one(c, site, builder.as_ref(), *id, asked),
        Endpoint::Builders(of) => builders::list(c, site, of, asked),
        Endpoint::Builder(master, at) => builders::one(c, site, *master, at, asked),
        Endpoint::Builds(of) => builds::list(c, of, asked),
        Endpoint::Build(at) => builds::one(c, at, asked),
        Endpoint::BuildProperties(at) => properties::of_build(c, at),
        Endpoint::BuildPropertyList(at) => properties::list_of_build(c, at, asked),
        Endpoint::Requests(builder) => requests::list(c, builder.as_ref(), asked),
        Endpoint::Request(id) => requests::one(c, *id, asked),
        Endpoint::BuildSets => requests::sets(c, asked),
        Endpoint::BuildSet(id) => requests::set(c, *id, asked),
        Endpoint::BuildSetProperties(id) => properties::of_build_set(c, *id),
        Endpoint::BuildSetPropertyList(id) => properties::list_of_build_set(c, *id, asked),
        Endpoint::Changes(of) => changes::list(c, of, asked),
        Endpoint::Change(id) => changes::one(c, *id, asked),
        Endpoint::ChangePropertyList(id) => properties::list_of_change(c, *id, asked),
        Endpoint::ChangeSources(master) => schedulers::change_sources(c, site, *master, asked),
        Endpoint::ChangeSource(master, id) => schedulers::change_source(c, site, *master, *id, asked),
        Endpoint::Schedulers(master) => schedulers::list(c, site, *master, asked),
        Endpoint::Scheduler(master, id) => schedulers::one(c, site, *master, *id, asked),
        Endpoint::ForceSchedulers(builder) => force_schedulers::list(c, site, builder.as_ref(), asked),
        Endpoint::ForceScheduler(name) => force_schedulers::one(c, site, name, asked),
        Endpoint::SourceStamps(set) => sources::list(c, *set, asked),
        Endpoint::SourceStamp(id) => sources::one(c, *id, asked),
        Endpoint::Workers(master, builder) => workers::list(c, site, *master, builder.as_ref(), asked),
        Endpoint::Worker(master, builder, at) => workers::one(c, site, *master, builder.as_ref(), at, asked),
        Endpoint::Projects => projects::list(c, asked),
        Endpoint::Project(at) => projects::one(c, at, asked),
        Endpoint::Steps(build) => steps::list(c, build, asked),
        Endpoint::Step(at) => steps::one(c, at, asked),
        Endpoint::Logs(step) => steps::logs(c, site, step, asked),
        Endpoint::Log(at) => steps::log(c, site, at, asked),
        Endpoint::Contents(_) | Endpoint::Raw(..) | Endpoint::LogChunks => Ok(Found::Missing),
    }
}
