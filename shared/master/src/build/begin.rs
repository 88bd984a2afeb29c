//! A build's beginning: the claim, its row, its properties, and a worker that is ready.

use super::blamelist::owners;
use super::journal::Journal;
use super::properties::{Sources, folders, initial};
use super::run::{Environment, Plan, Run};
use model::event::{BuildVerb, RequestVerb, StepVerb};
use model::{Build, Change, Event, Json, Properties, Results, Time};
use std::collections::BTreeMap;
use store::rusqlite::{Error, Result, Transaction};
use store::{StoreError, build_requests, builds, changes, steps};
use wire::worker::MasterCall;

/// A worker that does not answer a ping within this is lost.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(60);

/// Name of the step that every build begins with.
const PREPARATION: &str = "worker_preparation";

/// What the first transaction gives.
struct Made {
    build: Build,
    step: model::Step,
    properties: Properties,
    found_revisions: BTreeMap<String, String>,
    changed_at: BTreeMap<String, Time>,
    events: Vec<Event>,
}

/// Claims the request and makes the build; `None` when the request is not to be had any more.
pub async fn make(env: Environment, plan: Plan) -> std::result::Result<Option<Run>, StoreError> {
    let now = env.clock.now();
    let for_write = plan.clone();
    let Some(made) = env.store.write(move |c| write(c, &for_write, now)).await? else {
        return Ok(None);
    };
    let Made {
        build,
        step,
        properties,
        found_revisions,
        changed_at,
        events,
    } = made;
    env.publisher.publish_all(events);
    let mut context = Run::context(&env, &plan);
    context.properties = properties;
    let mut journal = Journal::new(env.store.clone(), env.publisher.clone(), env.clock.clone(), build);
    journal.resume(step);
    let run = Run {
        env,
        plan,
        journal,
        context,
        untold: Properties::default(),
        found_revisions,
        changed_at,
        builder_env: Json::Null,
        results: Results::Success,
        told: Vec::new(),
        lost: false,
    };
    Ok(Some(run))
}

fn write(c: &Transaction<'_>, plan: &Plan, now: Time) -> Result<Option<Made>> {
    let master = plan.catalog.master;
    let request = *plan.requests.first().ok_or(Error::QueryReturnedNoRows)?;
    if !build_requests::claim(c, &[request], master, now)? {
        return Ok(None);
    }
    let mut events = Vec::new();
    let claimed = build_requests::get(c, request)?.ok_or(Error::QueryReturnedNoRows)?;
    events.push(Event::Request(RequestVerb::Claimed, claimed));
    let mut build = builds::insert(c, plan.builder.id, &plan.requests, Some(plan.worker.0), master, now)?;
    let mut step = steps::insert(c, build.id, PREPARATION)?;
    events.push(Event::Step(StepVerb::New, step.clone()));
    (step.started_at, step.locks_acquired_at) = (Some(now), Some(now));
    steps::start(c, step.id, now, Some(now))?;
    events.push(Event::Step(StepVerb::Started, step.clone()));
    let mut properties = write_properties(c, plan, &build, &mut events)?;
    build.state_string = "starting".to_owned();
    events.push(Event::Build(BuildVerb::Update, build.clone()));
    events.push(Event::Build(BuildVerb::New, build.clone()));
    write_owners(c, plan, &build, &mut properties, &mut events)?;
    for state in ["preparing worker", "pinging worker"] {
        build.state_string = state.to_owned();
        events.push(Event::Build(BuildVerb::Update, build.clone()));
    }
    builds::set_state(c, build.id, &build.state_string)?;
    let found_revisions = match plan.rebuilt {
        Some(first) => found_revisions(&builds::properties(c, first)?),
        None => BTreeMap::new(),
    };
    Ok(Some(Made {
        changed_at: changed_at(&changes::for_build(c, build.id)?),
        build,
        step,
        properties,
        found_revisions,
        events,
    }))
}

fn write_properties(c: &Transaction<'_>, plan: &Plan, build: &Build, events: &mut Vec<Event>) -> Result<Properties> {
    let changes = changes::for_build(c, build.id)?;
    let properties = initial(&Sources {
        config: &plan.catalog.config,
        builder: &plan.builder.config,
        builder_id: plan.builder.id,
        project: plan.builder.project.as_ref().map(|(name, id)| (name.as_str(), *id)),
        worker: &plan.worker.1,
        set: &plan.set_properties,
        changes: &changes,
        source_stamps: &plan.source_stamps,
        number: build.number,
    });
    builds::set_properties(c, build.id, &properties)?;
    events.push(Event::BuildProperties(build.id, properties.clone()));
    Ok(properties)
}

fn write_owners(
    c: &Transaction<'_>,
    plan: &Plan,
    build: &Build,
    properties: &mut Properties,
    events: &mut Vec<Event>,
) -> Result<()> {
    let changes = changes::for_build(c, build.id)?;
    let owners = owners(&changes, &plan.source_stamps, properties);
    if owners.is_empty() {
        return Ok(());
    }
    let mut told = Properties::default();
    told.set("owners", owners, "Build");
    builds::set_properties(c, build.id, &told)?;
    properties.update(&told);
    events.push(Event::BuildProperties(build.id, told));
    Ok(())
}

/// When the last of a build's changes was made, by codebase (S-126).
fn changed_at(changes: &[Change]) -> BTreeMap<String, Time> {
    let mut times = BTreeMap::new();
    for change in changes.iter().map(|change| &change.new) {
        let time = times.entry(change.codebase.clone()).or_insert(change.when);
        *time = change.when.max(*time);
    }
    times
}

/// What a build found, by codebase (S-022).
fn found_revisions(properties: &Properties) -> BTreeMap<String, String> {
    match properties.get("got_revision") {
        Some(Json::String(revision)) => {
            let codebase = properties.text("codebase").unwrap_or_default();
            BTreeMap::from([(codebase.to_owned(), revision.clone())])
        }
        Some(Json::Object(by_codebase)) => by_codebase
            .iter()
            .filter_map(|(codebase, revision)| Some((codebase.clone(), revision.as_str()?.to_owned())))
            .collect(),
        _ => BTreeMap::new(),
    }
}

impl Run {
    /// Makes sure of the worker. `false` when the build cannot go on.
    pub(super) async fn prepare(&mut self) -> std::result::Result<bool, StoreError> {
        let worker = self.plan.connection.worker().to_owned();
        let ping = async {
            self.plan.connection.print("ping").await?;
            let builder = self.plan.builder.config.name.clone();
            self.plan.connection.call(MasterCall::StartBuild { builder }).await
        };
        let patience = self.env.clock.sleep_until(self.env.clock.uptime() + PATIENCE);
        let answer = tokio::select! {
            answer = ping => answer.map(drop).map_err(|error| error.to_string()),
            () = patience => Err(format!("no word for {} seconds", PATIENCE.as_secs())),
        };
        if let Err(error) = answer {
            self.plan.connection.drop_link();
            self.lost = true;
            return self
                .not_prepared(Results::Retry, format!("worker {worker} does not answer: {error}"))
                .await;
        }
        match self.context.render(&self.plan.builder.config.env).await {
            Ok(env) => self.builder_env = env,
            Err(problem) => return self.not_prepared(Results::Exception, problem).await,
        }
        self.journal
            .step_ends(Results::Success, format!("worker {worker} ready"), false);
        self.journal.build_state("building");
        if let Some(folder) = self.plan.connection.folder() {
            let both = folders(folder, &self.plan.builder.folder);
            self.context.properties.update(&both);
            self.untold.update(&both);
        }
        Ok(true)
    }

    async fn not_prepared(&mut self, results: Results, why: String) -> std::result::Result<bool, StoreError> {
        let text = self.context.hidden.redact(&why);
        self.journal.step_ends(results, text.clone(), false);
        self.results = results;
        self.told.push(text);
        Ok(false)
    }
}
