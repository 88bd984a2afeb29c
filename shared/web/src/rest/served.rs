//! What each endpoint serves (§5, §6).

use super::path::Endpoint;
use wire::rest::{
    Resource, build, build_request, build_set, builder, change, change_source, force_scheduler, log, master, project,
    properties, root_link, scheduler, source_stamp, step, worker,
};

impl Endpoint {
    /// What is served, and whether it is a collection.
    pub fn serves(&self) -> (&'static Resource, bool) {
        match self {
            Endpoint::RootLinks => (&root_link::RESOURCE, true),
            Endpoint::Masters(_) => (&master::RESOURCE, true),
            Endpoint::Master(..) => (&master::RESOURCE, false),
            Endpoint::Builders(_) => (&builder::RESOURCE, true),
            Endpoint::Builder(..) => (&builder::RESOURCE, false),
            Endpoint::Builds(_) => (&build::RESOURCE, true),
            Endpoint::Build(_) => (&build::RESOURCE, false),
            Endpoint::BuildProperties(_) | Endpoint::BuildSetProperties(_) => (&properties::RESOURCE, false),
            Endpoint::BuildPropertyList(_) | Endpoint::BuildSetPropertyList(_) | Endpoint::ChangePropertyList(_) => {
                (&properties::LIST, true)
            }
            Endpoint::Requests(_) => (&build_request::RESOURCE, true),
            Endpoint::Request(_) => (&build_request::RESOURCE, false),
            Endpoint::BuildSets => (&build_set::RESOURCE, true),
            Endpoint::BuildSet(_) => (&build_set::RESOURCE, false),
            Endpoint::Changes(_) => (&change::RESOURCE, true),
            Endpoint::Change(_) => (&change::RESOURCE, false),
            Endpoint::ChangeSources(_) => (&change_source::RESOURCE, true),
            Endpoint::ChangeSource(..) => (&change_source::RESOURCE, false),
            Endpoint::Schedulers(_) => (&scheduler::RESOURCE, true),
            Endpoint::Scheduler(..) => (&scheduler::RESOURCE, false),
            Endpoint::ForceSchedulers(_) => (&force_scheduler::RESOURCE, true),
            Endpoint::ForceScheduler(_) => (&force_scheduler::RESOURCE, false),
            Endpoint::SourceStamps(_) => (&source_stamp::RESOURCE, true),
            Endpoint::SourceStamp(_) => (&source_stamp::RESOURCE, false),
            Endpoint::Workers(..) => (&worker::RESOURCE, true),
            Endpoint::Worker(..) => (&worker::RESOURCE, false),
            Endpoint::Projects => (&project::RESOURCE, true),
            Endpoint::Project(_) => (&project::RESOURCE, false),
            Endpoint::Steps(_) => (&step::RESOURCE, true),
            Endpoint::Step(_) => (&step::RESOURCE, false),
            Endpoint::Logs(_) => (&log::RESOURCE, true),
            Endpoint::Log(_) | Endpoint::Raw(..) => (&log::RESOURCE, false),
            Endpoint::Contents(_) | Endpoint::LogChunks => (&log::CHUNK, false),
        }
    }
}
