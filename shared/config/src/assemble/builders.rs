//! Builders and projects.

use super::{Known, filter, not_there, properties, steps};
use crate::arg::Arg;
use crate::evaluation::Run;
use crate::made::Made;
use model::config::{BuilderConfig, Collapse, MasterConfig, ProjectConfig};

pub(super) fn builder(made: &Made, known: &Known, run: &Run) -> BuilderConfig {
    let name = made.text("name").unwrap_or_default().to_owned();
    let user = format!("the builder '{name}'");
    let mut workers = made.texts("workernames");
    workers.extend(made.texts("workername"));
    for worker in &workers {
        if !known.workers.contains_key(worker) {
            not_there(run, &made.location, &user, "worker", worker, &known.workers);
        }
    }
    if workers.is_empty() {
        run.error(
            &made.location,
            format!("{user} has no worker"),
            match known.workers.keys().next() {
                Some(worker) => format!("add workernames=[\"{worker}\"]"),
                None => "add worker.LocalWorker(\"local\") to c['workers'] and name it here".to_owned(),
            },
        );
    }
    let project = made.text("project").map(str::to_owned);
    if let Some(project) = project
        .as_ref()
        .filter(|project| !known.projects.contains_key(*project))
    {
        not_there(run, &made.location, &user, "project", project, &known.projects);
    }
    let worker_builddir = made.text("workerbuilddir").unwrap_or_default().to_owned();
    if worker_builddir.contains(['/', '\\']) || worker_builddir == ".." {
        run.error(
            &made.location,
            format!("{user}, workerbuilddir cannot be '{worker_builddir}'"),
            "give the name of one folder",
        );
    }
    BuilderConfig {
        workers,
        steps: factory_steps(made, &user, run),
        worker_builddir,
        tags: made.texts("tags"),
        project,
        env: made.render("env"),
        properties: properties::of(made, "properties", "Builder", run),
        default_properties: properties::of(made, "defaultProperties", "Builder", run),
        collapse: match made.get("collapseRequests") {
            Some(Arg::Bool(true)) => Some(Collapse::Compatible),
            Some(Arg::Bool(false)) => Some(Collapse::Never),
            _ => filter::function(made, "collapseRequests").map(Collapse::Asked),
        },
        description: made.text("description").map(str::to_owned),
        description_format: made.text("description_format").map(str::to_owned),
        location: made.location.clone(),
        name,
    }
}

fn factory_steps(made: &Made, user: &str, run: &Run) -> Vec<model::config::StepConfig> {
    let Some(factory) = made
        .get("factory")
        .and_then(Arg::made)
        .filter(|factory| factory.is("util", "BuildFactory"))
    else {
        return Vec::new();
    };
    let mut given = match factory.get("steps") {
        Some(Arg::List(steps)) => steps.clone(),
        _ => Vec::new(),
    };
    given.extend(factory.added());
    if given.is_empty() {
        run.warning(
            &factory.location,
            format!("{user} has no steps, so its builds do nothing"),
            "add some: factory.addStep(steps.ShellCommand(command=[\"make\"]))",
        );
    }
    given
        .iter()
        .filter_map(Arg::made)
        .filter_map(|step| steps::step(step, run))
        .collect()
}

pub(super) fn project(made: &Made) -> ProjectConfig {
    let name = made.text("name").unwrap_or_default().to_owned();
    ProjectConfig {
        slug: made.text("slug").unwrap_or(&name).to_owned(),
        description: made.text("description").map(str::to_owned),
        description_format: made.text("description_format").map(str::to_owned),
        location: made.location.clone(),
        name,
    }
}

/// Tells of builders that nothing asks. A scheduler that is not served yet may be the one that asks.
pub(super) fn tell_unbuilt(config: &MasterConfig, known: &Known, run: &Run) {
    if !known.all_schedulers_served {
        return;
    }
    for builder in &config.builders {
        if !config
            .schedulers
            .iter()
            .any(|scheduler| scheduler.builders.contains(&builder.name))
        {
            run.warning(
                &builder.location,
                format!("no scheduler asks the builder '{}', so it never builds", builder.name),
                "name it in a scheduler's builderNames, for example of a ForceScheduler",
            );
        }
    }
}
