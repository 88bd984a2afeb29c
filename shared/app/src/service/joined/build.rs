//! One build's page, of a joined master.

use super::super::{App, clock};
use super::marks::{Marker, PROPERTIES, name_of};
use super::refused;
use super::rows::usual_of;
use super::steps;
use crate::api::Refusal;
use crate::api::build::{BuildPage, BuildQuery, PropertyRow, Source};
use crate::api::overview::{BuildMark, LogPlace, Suspect};
use crate::joined::{Member, telling_log};
use crate::watching::translate::owners;
use client::picture::Picture;
use client::reading::{self, WhichBuild};
use client::{Error, rest};
use model::{BuildId, BuilderId, Results};
use std::sync::Arc;

pub(in crate::service) async fn build(app: &App, member: &Member, query: BuildQuery) -> Result<BuildPage, Refusal> {
    let which = match query {
        BuildQuery::Id { build, .. } => WhichBuild::Id(BuildId(build)),
        BuildQuery::Number { builder, number, .. } => WhichBuild::Number(BuilderId(builder), number),
    };
    let read = page(member, which).await.map_err(|error| refused(member, error))?;
    let build = &read.build;
    let steps = steps::of(member, &read);
    let (summary, error) = failure(member, &read).await;
    let rebuild_of = rebuilt(app, member, &read).await;
    let marker = Marker::new(app, member);
    let known = member.joined.with(|picture| known(picture, build));
    let mut mark = marker.read(build);
    if let Some(state) = known.state {
        mark.state = state;
    }
    Ok(BuildPage {
        now: clock::now().0,
        request: build.request.map_or(0, |request| request.0),
        reason: reason(&read),
        worker: known.worker,
        summary,
        error,
        steps,
        changes: read.changes.iter().map(|change| suspect(&marker, change)).collect(),
        sources: sources(&read),
        owners: owners(&build.properties),
        properties: properties(build),
        expected: known.usual.map(|usual| usual.0),
        spread: known.usual.map(|usual| usual.1),
        previous: (build.number > 1).then(|| build.number - 1),
        next: (known.last > build.number).then(|| build.number + 1),
        rebuild_of,
        rebuilt_by: member.joined.with(|picture| repetition(picture, &marker, build.id)),
        stale: read
            .is_old
            .then(|| member.stale_since().unwrap_or_else(|| clock::now().0)),
        page: Some(address(member, build)),
        mark,
    })
}

/// The build as it is. One that runs and that somebody looks at is read once; what happens to it is told afterwards.
async fn page(member: &Member, which: WhichBuild) -> Result<Arc<reading::BuildPage>, Error> {
    let running = member.joined.with(|picture| match which {
        WhichBuild::Id(id) => picture.running_build(id).map(|build| build.build),
        WhichBuild::Number(builder, number) => {
            let mut running = picture.running();
            let found = running.find(|build| build.builder == builder && build.number == number);
            found.map(|build| build.build)
        }
    });
    if let Some(page) = running.and_then(|id| member.look_at(id)) {
        return Ok(page);
    }
    let mut page = Arc::new(member.reading.build(which).await?);
    if page.build.complete || page.is_old {
        return Ok(page);
    }
    if running != Some(page.build.id) {
        // The master told of it before its events did: from now on it is looked at. It may be over meanwhile, which
        // nobody would tell again.
        member.look_at(page.build.id);
        if !member
            .joined
            .with(|picture| picture.running_build(page.build.id).is_some())
        {
            page = Arc::new(member.reading.build(which).await?);
        }
    }
    if !page.build.complete {
        member.looked(Arc::clone(&page));
    }
    Ok(page)
}

/// The newest build that repeats this one, as far as it was followed.
fn repetition(picture: &Picture, marker: &Marker<'_>, build: BuildId) -> Option<BuildMark> {
    let request = picture.repetition_of(build)?;
    if let Some(running) = picture.running().find(|running| running.request == Some(request)) {
        return Some(marker.running(&name_of(picture, running.builder), running));
    }
    let mut builders = picture.builders();
    builders.find_map(|builder| {
        let found = builder.finished().find(|build| build.request() == Some(request))?;
        Some(marker.finished(builder.shown_name(), found))
    })
}

/// What the picture adds to a page.
struct Known {
    worker: Option<String>,
    usual: Option<(i64, i64)>,
    /// Number of the builder's last build.
    last: i64,
    /// What it does now.
    state: Option<String>,
}

fn known(picture: &Picture, build: &rest::Build) -> Known {
    let worker = build.worker.and_then(|id| picture.worker_of(id));
    let builder = picture.builder_of(build.builder);
    let finished = builder
        .and_then(|builder| builder.finished().next())
        .map(|last| last.number);
    let running = picture.running().filter(|running| running.builder == build.builder);
    Known {
        worker: worker.map(|worker| worker.name.to_string()),
        usual: builder.and_then(usual_of),
        last: running.map(|running| running.number).chain(finished).max().unwrap_or(0),
        state: picture.running_build(build.id).map(|running| running.state.to_string()),
    }
}

fn reason(read: &reading::BuildPage) -> String {
    read.build_set
        .as_ref()
        .map(|set| set.reason.clone())
        .unwrap_or_default()
}

/// What failed in one line, and where.
async fn failure(member: &Member, read: &reading::BuildPage) -> (Option<String>, Option<LogPlace>) {
    let bad = |step: &&reading::StepPage| matches!(step.step.results, Some(Results::Failure | Results::Exception));
    let Some(page) = read.steps.iter().find(bad) else {
        let ended_early = matches!(read.build.results, Some(Results::Cancelled | Results::Retry));
        return (ended_early.then(|| read.build.state_string.clone()), None);
    };
    let step = &page.step;
    let plain = || Some(format!("{}: {}", step.name, step.state_string));
    let Some(log) = page.logs.as_ref().and_then(|logs| telling_log(logs)) else {
        return (plain(), None);
    };
    // Without its master the rest of the page is worth showing too.
    match member.first_error(log).await {
        Ok(Some((line, text))) => {
            let place = LogPlace {
                log: Some(log.id.0),
                step: step.number,
                slug: log.slug.clone(),
                line,
            };
            (Some(format!("{}: {text}", step.name)), Some(place))
        }
        Ok(None) | Err(_) => (plain(), None),
    }
}

async fn rebuilt(app: &App, member: &Member, read: &reading::BuildPage) -> Option<BuildMark> {
    let id = read.build_set.as_ref()?.rebuilt_build?;
    let path = format!("builds/{id}?{PROPERTIES}");
    let build: rest::Build = member.http().row(&path, "builds").await.ok()?;
    Some(Marker::new(app, member).read(&build))
}

fn suspect(marker: &Marker<'_>, change: &rest::Change) -> Suspect {
    Suspect {
        change: change.id.0,
        author: change.author.clone(),
        mine: marker.is_me(&change.author),
        revision: change.revision.clone(),
        comment: change.comments.lines().next().unwrap_or("").to_owned(),
    }
}

fn sources(read: &reading::BuildPage) -> Vec<Source> {
    let stamps = read.build_set.iter().flat_map(|set| &set.source_stamps);
    let got = read.build.properties.get("got_revision");
    stamps
        .map(|stamp| Source {
            codebase: stamp.codebase.clone(),
            repository: stamp.repository.clone(),
            branch: stamp.branch.clone(),
            revision: stamp.revision.clone(),
            got_revision: got
                .and_then(|got| got.as_str().or_else(|| got.get(&stamp.codebase)?.as_str()))
                .map(str::to_owned),
            project: stamp.project.clone(),
            patched: stamp.patch.is_some(),
        })
        .collect()
}

fn properties(build: &rest::Build) -> Vec<PropertyRow> {
    let row = |(name, value, source): (&str, &model::Json, &str)| PropertyRow {
        name: name.to_owned(),
        value: value.to_string(),
        source: source.to_owned(),
    };
    build.properties.iter().map(row).collect()
}

/// Its page at its own master.
fn address(member: &Member, build: &rest::Build) -> String {
    let base = member.joined.http().base();
    base.page(&format!("builders/{}/builds/{}", build.builder, build.number))
        .to_string()
}
