//! The way in for a person's change that is to be built.

use crate::build::context::Context;
use crate::catalog::{Catalog, SchedulerEntry};
use crate::engine::message::{Message, Requested};
use crate::error::ControlError;
use crate::master::Master;
use crate::scheduler::tries;
use model::config::{Render, SchedulerKind, same_port};
use model::{BuilderId, Json, NewBuildSet, SchedulerId};
use wire::try_job::TryJob;

/// Who lets a job in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TryOrigin {
    /// A try scheduler of this name: only its builders, and all of them when the job names none.
    Scheduler(String),
    /// The person at this desk: the builders that the job names, whichever they are.
    Desk,
}

/// Why a job is not built. Nothing of it is.
#[derive(Clone, Debug, thiserror::Error)]
pub enum TryRefusal {
    /// It names builders that it may not have.
    #[error("{} cannot be asked for: {of} has no such builder", .builders.join(", "))]
    Builders {
        /// The scheduler, or the configuration.
        of: String,
        /// Their names.
        builders: Vec<String>,
    },
    /// It names no builder, and nobody else does.
    #[error("no builder was named; choose at least one")]
    NoBuilders,
    /// The master did not take it.
    #[error(transparent)]
    Master(#[from] ControlError),
}

impl Master {
    /// Asks for builds of a person's change. Resolves when the request is durable.
    pub async fn submit_try(&self, job: TryJob, by: TryOrigin) -> Result<Requested, TryRefusal> {
        let catalog = self.catalog();
        let (set, scheduler) = match by {
            TryOrigin::Scheduler(name) => of_scheduler(&catalog, &name, job)?,
            TryOrigin::Desk => (of_desk(&catalog, job)?, None),
        };
        let asked = self.ask(|reply| Message::AddSet {
            set: Box::new(set),
            scheduler,
            reply,
        });
        Ok(asked.await?)
    }

    /// The `Try_Userpass` scheduler that a name belongs to at a port, with how its password is written.
    pub fn try_user(&self, port: &str, name: &str) -> Option<(String, Render)> {
        let catalog = self.catalog();
        catalog.schedulers.iter().find_map(|entry| match &entry.config.kind {
            SchedulerKind::TryUserpass(userpass) if same_port(&userpass.port, port) => {
                let user = userpass.users.iter().find(|user| user.name == name)?;
                Some((entry.config.name.clone(), user.password.clone()))
            }
            _ => None,
        })
    }

    /// The password of such a user. The error is one sentence that says why it cannot be read. May take long, as
    /// [`Master::worker_password`] may.
    pub async fn try_password(&self, password: &Render) -> Result<String, String> {
        match Context::outside(self.secrets()).render(password).await? {
            Json::String(password) => Ok(password),
            _ => Err("it is no text".to_owned()),
        }
    }
}

fn of_scheduler(catalog: &Catalog, name: &str, job: TryJob) -> Result<(NewBuildSet, Option<SchedulerId>), TryRefusal> {
    let takes_jobs = |entry: &&SchedulerEntry| {
        matches!(
            entry.config.kind,
            SchedulerKind::TryUserpass(_) | SchedulerKind::TryJobdir(_)
        )
    };
    let entry = catalog.scheduler(name).filter(takes_jobs);
    let entry = entry.ok_or_else(|| ControlError::Unknown {
        what: "try scheduler",
        name: name.to_owned(),
    })?;
    let allowed = &entry.config.builders;
    let of = || format!("the scheduler '{name}'");
    let asked = match job.builders.as_slice() {
        [] => allowed.clone(),
        named => named.to_vec(),
    };
    let refused = asked.iter().filter(|builder| !allowed.contains(builder));
    refuse(refused.cloned().collect(), of)?;
    let builders = ids(catalog, &asked, of)?;
    let mut set = tries::of_scheduler(&entry.config, job);
    set.builders = builders;
    Ok((set, Some(entry.id)))
}

fn of_desk(catalog: &Catalog, job: TryJob) -> Result<NewBuildSet, TryRefusal> {
    let builders = ids(catalog, &job.builders, || "the configuration".to_owned())?;
    let mut set = tries::of_desk(job);
    set.builders = builders;
    Ok(set)
}

/// The builders of these names, each once.
fn ids(catalog: &Catalog, names: &[String], of: impl Fn() -> String) -> Result<Vec<BuilderId>, TryRefusal> {
    let mut found = Vec::new();
    let mut missing = Vec::new();
    for name in names {
        match catalog.builders.iter().find(|entry| entry.config.name == *name) {
            Some(entry) if found.contains(&entry.id) => {}
            Some(entry) => found.push(entry.id),
            None => missing.push(name.clone()),
        }
    }
    refuse(missing, of)?;
    if found.is_empty() {
        return Err(TryRefusal::NoBuilders);
    }
    Ok(found)
}

fn refuse(builders: Vec<String>, of: impl Fn() -> String) -> Result<(), TryRefusal> {
    if builders.is_empty() {
        return Ok(());
    }
    Err(TryRefusal::Builders { of: of(), builders })
}
