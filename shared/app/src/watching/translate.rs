//! The master's events in the words of `watch`.

use super::bundled;
use crate::service::clock::now;
use master::Master;
use model::config::SchedulerKind;
use model::event::{BuildVerb, WorkerVerb};
use model::{Build, BuilderId, Change, Event, Results, Step};
use std::collections::{BTreeMap, HashSet};
use store::{Logs, StoreError, builders, builds, changes, logs, steps};
use store::{build_requests, build_sets, source_stamps};
use tracing::warn;
use watch::{
    BuildKey, BuilderInfo, BuilderKey, FailedStep, FinishedBuild, Happening, Link, LogPlace, StartedBuild, Suspect,
    TroubleAbout, TroubleView,
};

/// What an event means; nothing for most.
pub(super) async fn event(master: &Master, event: &Event) -> Vec<Happening> {
    match event {
        Event::Build(BuildVerb::New, build) => vec![Happening::Started(started(build))],
        Event::Build(BuildVerb::Finished, build) => match finished(master, build.clone()).await {
            Ok(build) => vec![Happening::Finished(Box::new(build))],
            Err(error) => {
                warn!("build {} ended, but cannot be read: {error}", build.id);
                Vec::new()
            }
        },
        Event::BuildSetComplete(set) => vec![Happening::SetOver {
            master: bundled(),
            set: set.id,
        }],
        Event::Claim(..) => vec![claims(master).await],
        Event::Request(..) => vec![waiting(master).await],
        Event::Builder(..) => builder_list(master).await.into_iter().collect(),
        Event::WorkerMissing {
            worker,
            last_connection,
            ..
        } => vec![Happening::WorkerMissing {
            master: bundled(),
            worker: worker.id,
            name: worker.name.clone(),
            since: Some(*last_connection),
        }],
        Event::Worker(WorkerVerb::Connected, worker) => vec![Happening::WorkerBack {
            master: bundled(),
            worker: worker.id,
        }],
        _ => Vec::new(),
    }
}

/// What is, said once at start and after events were missed.
pub(super) async fn present(master: &Master) -> Vec<Happening> {
    let config = master.config();
    let mut said = vec![Happening::Master {
        master: bundled(),
        title: config.title.clone(),
        link: Link::Live,
    }];
    said.extend(builder_list(master).await);
    said.push(waiting(master).await);
    said.push(claims(master).await);
    match master.store().read(builds::unfinished).await {
        Ok(running) => said.extend(running.iter().map(|build| Happening::Started(started(build)))),
        Err(error) => warn!("running builds cannot be read: {error}"),
    }
    said
}

/// The last builds of each builder, in the order in which they ended.
pub(super) async fn finished_lately(master: &Master, of_each: u32) -> Result<Vec<FinishedBuild>, StoreError> {
    let mut last: Vec<Build> = master
        .store()
        .read(move |c| {
            let mut last = Vec::new();
            for builder in builders::list(c)?.iter().filter(|builder| builder.configured) {
                last.extend(builds::last_of_builder(c, builder.id, of_each)?);
            }
            Ok(last)
        })
        .await?;
    last.retain(|build| build.complete_at.is_some());
    last.sort_by_key(|build| (build.complete_at, build.id));
    let mut finished_builds = Vec::with_capacity(last.len());
    for build in last {
        finished_builds.push(finished(master, build).await?);
    }
    Ok(finished_builds)
}

/// What else is wrong, or well again; `known` is what was wrong before.
pub(crate) async fn troubles(master: &Master, known: &[TroubleView]) -> Vec<Happening> {
    let state = master.state().await;
    let trouble = |about, message| Happening::Trouble {
        master: bundled(),
        about,
        message,
    };
    let is_there = |name: &str| state.change_sources.iter().any(|source| source.name == name);
    let mut said: Vec<Happening> = known
        .iter()
        .filter(|known| matches!(&known.about, TroubleAbout::ChangeSource(name) if !is_there(name)))
        .map(|gone| trouble(gone.about.clone(), None))
        .collect();
    let sources = state
        .change_sources
        .into_iter()
        .map(|source| trouble(TroubleAbout::ChangeSource(source.name), source.error));
    said.extend(sources);
    said.push(trouble(TroubleAbout::Store, state.problem));
    said
}

fn started(build: &Build) -> StartedBuild {
    StartedBuild {
        build: BuildKey::new(&bundled(), build.id),
        builder: BuilderKey::new(&bundled(), build.builder),
        number: build.number,
        started_at: build.started_at,
    }
}

async fn claims(master: &Master) -> Happening {
    let claims = master.claims().await.unwrap_or_else(|error| {
        warn!("claims cannot be read: {error}");
        Vec::new()
    });
    crate::service::claims::told(&bundled(), claims)
}

async fn waiting(master: &Master) -> Happening {
    let mut counts: BTreeMap<BuilderId, usize> = BTreeMap::new();
    for request in master.state().await.waiting {
        *counts.entry(request.builder).or_default() += 1;
    }
    let waiting = counts
        .into_iter()
        .map(|(builder, count)| (BuilderKey::new(&bundled(), builder), count))
        .collect();
    Happening::Waiting {
        master: bundled(),
        waiting,
    }
}

/// Every configured builder.
pub(crate) async fn builder_list(master: &Master) -> Option<Happening> {
    let config = master.config();
    let forced: HashSet<&str> = config
        .schedulers
        .iter()
        .filter(|scheduler| matches!(scheduler.kind, SchedulerKind::Force(_)))
        .flat_map(|scheduler| scheduler.builders.iter().map(String::as_str))
        .collect();
    let rows = match master.store().read(builders::list).await {
        Ok(rows) => rows,
        Err(error) => {
            warn!("builders cannot be read: {error}");
            return None;
        }
    };
    let project_of: BTreeMap<&str, Option<&String>> = config
        .builders
        .iter()
        .map(|builder| (builder.name.as_str(), builder.project.as_ref()))
        .collect();
    let infos = rows.into_iter().filter(|row| row.configured).map(|row| BuilderInfo {
        key: BuilderKey::new(&bundled(), row.id),
        tags: row.tags,
        project: project_of.get(row.name.as_str()).copied().flatten().cloned(),
        can_force: forced.contains(row.name.as_str()),
        name: row.name,
    });
    Some(Happening::Builders {
        master: bundled(),
        builders: infos.collect(),
    })
}

/// What the store has about a finished build.
struct Facts {
    build: Build,
    changes: Vec<Change>,
    owners: Vec<String>,
    reason: String,
    build_set: Option<model::BuildSetId>,
    rebuilt: bool,
    branches: Vec<String>,
    tree: Option<String>,
    patched: bool,
    failed: Option<(Step, Option<model::Log>)>,
}

async fn finished(master: &Master, build: Build) -> Result<FinishedBuild, StoreError> {
    let facts = master.store().read(move |c| facts(c, build)).await?;
    let failed = match facts.failed {
        Some((step, log)) => Some(FailedStep {
            number: step.number,
            name: step.name,
            log: match log {
                Some(log) => Some(place(master, log).await?),
                None => None,
            },
        }),
        None => None,
    };
    Ok(FinishedBuild {
        build: BuildKey::new(&bundled(), facts.build.id),
        builder: BuilderKey::new(&bundled(), facts.build.builder),
        number: facts.build.number,
        results: facts.build.results.unwrap_or(Results::Exception),
        started_at: facts.build.started_at,
        complete_at: facts.build.complete_at.unwrap_or_else(now),
        failed,
        changes: facts.changes.into_iter().map(suspect).collect(),
        owners: facts.owners,
        reason: facts.reason,
        build_set: facts.build_set,
        rebuilt: facts.rebuilt,
        branches: facts.branches,
        tree: facts.tree,
        patched: facts.patched,
    })
}

fn facts(c: &store::rusqlite::Connection, build: Build) -> store::rusqlite::Result<Facts> {
    let properties = builds::properties(c, build.id)?;
    let mut facts = Facts {
        changes: changes::for_build(c, build.id)?,
        owners: owners(&properties),
        branches: Vec::new(),
        tree: None,
        reason: String::new(),
        build_set: None,
        rebuilt: false,
        patched: false,
        failed: None,
        build,
    };
    if let Some(request) = build_requests::get(c, facts.build.request)? {
        facts.build_set = Some(request.build_set);
        let stamps = source_stamps::for_build_set(c, request.build_set)?;
        facts.patched = stamps.iter().any(|stamp| stamp.patch_id.is_some());
        facts.branches = stamps
            .iter()
            .map(|stamp| stamp.new.branch.clone().unwrap_or_default())
            .collect();
        facts.tree = tree(&properties, &stamps);
        if let Some(set) = build_sets::get(c, request.build_set)? {
            facts.reason = set.reason;
            facts.rebuilt = set.rebuilt_build.is_some();
        }
    }
    let all = steps::of_build(c, facts.build.id)?;
    let bad = |results| all.iter().find(|step| step.results == Some(results));
    if let Some(step) = bad(Results::Failure).or_else(|| bad(Results::Exception)) {
        let step_logs = logs::of_step(c, step.id)?;
        facts.failed = Some((step.clone(), telling_log(&step_logs).cloned()));
    }
    Ok(facts)
}

/// The revisions that were built: what the steps found, or else what was asked for, if every code base has one.
fn tree(properties: &model::Properties, stamps: &[model::SourceStamp]) -> Option<String> {
    if let Some(got) = properties.get("got_revision") {
        return Some(got.to_string());
    }
    let revisions: Option<Vec<String>> = stamps
        .iter()
        .map(|stamp| Some(format!("{}={}", stamp.new.codebase, stamp.new.revision.as_deref()?)))
        .collect();
    revisions.filter(|all| !all.is_empty()).map(|all| all.join(" "))
}

/// The people of the properties `owners` and `owner`, each once.
pub(crate) fn owners(properties: &model::Properties) -> Vec<String> {
    let mut owners: Vec<String> = Vec::new();
    let listed = properties
        .get("owners")
        .and_then(model::Json::as_array)
        .into_iter()
        .flatten();
    let texts = listed.filter_map(model::Json::as_str).chain(properties.text("owner"));
    for owner in texts.filter(|owner| !owner.is_empty()) {
        if !owners.iter().any(|known| known == owner) {
            owners.push(owner.to_owned());
        }
    }
    owners
}

/// The slug of the log in which the master writes why a step could not run.
const REASON: &str = "err_text";

/// The log of a failed step that tells why it failed.
pub(crate) fn telling_log(logs: &[model::Log]) -> Option<&model::Log> {
    let of_slug = |slug: &str| logs.iter().find(|log| log.slug == slug);
    of_slug(REASON).or_else(|| of_slug("stdio")).or_else(|| logs.first())
}

/// The line of that log that tells why, if one does.
pub(crate) async fn telling_line(logs: &Logs, log: &model::Log) -> Result<Option<i64>, StoreError> {
    if log.slug == REASON {
        return Ok(Some(0));
    }
    logs.first_error(log.id, 0).await
}

async fn place(master: &Master, log: model::Log) -> Result<LogPlace, StoreError> {
    let logs = master.store().logs();
    let line = telling_line(logs, &log).await?;
    let text = match line {
        Some(line) => Some(text_of(&logs.lines(log.id, line, 1).await?.content, log.kind)),
        None => None,
    };
    Ok(LogPlace {
        id: Some(log.id),
        slug: log.slug,
        line,
        text,
    })
}

/// A line without the letter of its stream and its end.
pub(crate) fn text_of(line: &str, kind: model::LogKind) -> String {
    let line = line.trim_end_matches(['\r', '\n']);
    let text = if kind == model::LogKind::Stdio {
        line.get(1..).unwrap_or("")
    } else {
        line
    };
    text.trim().to_owned()
}

fn suspect(change: Change) -> Suspect {
    Suspect {
        change: change.id,
        author: change.new.author,
        revision: change.new.revision,
        branch: change.new.branch,
        repository: change.new.repository,
        comments: change.new.comments,
    }
}
