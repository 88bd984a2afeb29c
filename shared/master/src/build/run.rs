//! The task of one build.

use super::context::Context;
use super::journal::Journal;
use super::stop::Stop;
use super::{begin, end};
use crate::catalog::{BuilderEntry, Catalog};
use crate::clock::Clock;
use crate::events::Publisher;
use crate::redact;
use crate::secrets::Secrets;
use crate::worker::Connection;
use model::config::WorkerConfig;
use model::{BuildId, BuildSetId, Json, NewSourceStamp, Properties, RequestId, Results, Time, WorkerId};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use store::{Store, StoreError};

/// What all builds of a master use.
#[derive(Clone)]
pub struct Environment {
    /// Where everything is written.
    pub store: Store,
    /// Where everything is told.
    pub publisher: Publisher,
    /// Times.
    pub clock: Arc<dyn Clock>,
    /// Secrets.
    pub secrets: Arc<dyn Secrets>,
    /// Where relative paths of uploads and downloads begin.
    pub folder: Arc<Path>,
    /// Folder of notes about uploads that are not whole.
    pub parts: Arc<Path>,
}

/// What one build is to do, as the engine decided.
#[derive(Clone)]
pub struct Plan {
    /// The configuration that it keeps to its end.
    pub catalog: Arc<Catalog>,
    /// Its builder.
    pub builder: BuilderEntry,
    /// Its worker.
    pub worker: (WorkerId, Arc<WorkerConfig>),
    /// The link to it.
    pub connection: Connection,
    /// The request that it serves, then those that were collapsed into it.
    pub requests: Vec<RequestId>,
    /// The request's set.
    pub set: BuildSetId,
    /// The trees, one per codebase.
    pub source_stamps: Arc<Vec<NewSourceStamp>>,
    /// The set's properties.
    pub set_properties: Properties,
    /// For a rebuild: the build that it repeats.
    pub rebuilt: Option<BuildId>,
    /// The order to stop it.
    pub stop: Stop,
}

/// How a build ended.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// Its request is complete.
    Done,
    /// Its request is to be built again.
    Again,
    /// It was never made, because its request is gone.
    NeverMade,
    /// It could not be written down; the next start of the master finds its request.
    Unwritten(StoreError),
}

/// A build while it runs.
pub struct Run {
    /// What it uses.
    pub env: Environment,
    /// What it is to do.
    pub plan: Plan,
    /// What it writes down.
    pub journal: Journal,
    /// What its values are rendered from.
    pub context: Context,
    /// Properties that are set but not yet told.
    pub untold: Properties,
    /// What the first build of a rebuild found, by codebase.
    pub found_revisions: BTreeMap<String, String>,
    /// When the last of its changes was made, by codebase.
    pub changed_at: BTreeMap<String, Time>,
    /// The builder's environment, rendered.
    pub builder_env: Json,
    /// As bad as it is so far.
    pub results: Results,
    /// What the steps told for the build's text.
    pub told: Vec<String>,
    /// The worker is gone.
    pub lost: bool,
}

/// Runs a build to its end. `made` is called with its id as soon as it is stored.
pub async fn run(env: Environment, plan: Plan, made: impl FnOnce(BuildId) + Send) -> Outcome {
    let mut build = match begin::make(env.clone(), plan).await {
        Ok(Some(build)) => build,
        Ok(None) => return Outcome::NeverMade,
        Err(error) => return Outcome::Unwritten(error),
    };
    made(build.journal.build());
    let through = build.go_through().await;
    if let Err(error) = through {
        tracing::error!(build = %build.journal.build(), %error, "a build could not be written down");
        build.results = build.results.worst(Results::Exception);
        build.told = vec![error.to_string()];
        return end::write_after_failure(build).await;
    }
    end::write(build).await
}

impl Run {
    async fn go_through(&mut self) -> Result<(), StoreError> {
        if self.prepare().await? {
            self.run_steps().await?;
        }
        Ok(())
    }

    /// A context with no properties yet.
    pub(super) fn context(env: &Environment, plan: &Plan) -> Context {
        Context {
            properties: Properties::default(),
            source_stamps: plan.source_stamps.clone(),
            worker_info: Arc::new(plan.connection.info().clone()),
            secrets: env.secrets.clone(),
            hidden: redact::Secrets::default(),
        }
    }
}
