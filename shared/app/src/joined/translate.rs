//! A joined master's picture in the words of `watch`.

use super::member::Member;
use client::LinkState;
use client::picture::{Builder, Finished, Picture, Running};
use model::{Results, Time};
use std::collections::BTreeMap;
use watch::{BuildKey, BuilderInfo, BuilderKey, FinishedBuild, Happening, Link, MasterKey, StartedBuild};

/// How it can be heard.
pub(super) fn master(member: &Member, now: Time) -> Happening {
    Happening::Master {
        master: member.key.clone(),
        title: member.kept().title,
        link: match &*member.joined.link().borrow() {
            LinkState::Live { .. } => Link::Live,
            LinkState::Stale { since, .. } => Link::Stale(*since),
            LinkState::Connecting | LinkState::SignInNeeded | LinkState::Refused { .. } => Link::Stale(now),
        },
    }
}

/// Its configured builders.
pub(super) fn builders(member: &Member) -> Happening {
    let builders = member.joined.with(|picture| {
        let shown = picture.builders().filter(|builder| builder.is_configured());
        shown.map(|builder| info(member, picture, builder)).collect()
    });
    Happening::Builders {
        master: member.key.clone(),
        builders,
    }
}

fn info(member: &Member, picture: &Picture, builder: &Builder) -> BuilderInfo {
    BuilderInfo {
        key: BuilderKey::new(&member.key, builder.id),
        name: builder.shown_name().to_owned(),
        tags: builder.shown_tags().iter().map(|tag| tag.to_string()).collect(),
        project: project(picture, builder),
        can_force: member.can_force(&builder.name),
    }
}

/// The name of a builder's project: as its master groups it, or as its last build says.
pub(crate) fn project(picture: &Picture, builder: &Builder) -> Option<String> {
    let grouped = builder
        .project
        .and_then(|id| picture.project_of(id))
        .map(|project| &project.name);
    let built = || builder.finished().next().and_then(|build| build.about.project.as_ref());
    grouped.or_else(built).map(|name| name.to_string())
}

/// How many requests wait for each builder.
pub(super) fn waiting(member: &Member) -> Happening {
    let mut counts: BTreeMap<BuilderKey, usize> = BTreeMap::new();
    member.joined.with(|picture| {
        for request in picture.requests() {
            *counts.entry(BuilderKey::new(&member.key, request.builder)).or_default() += 1;
        }
    });
    Happening::Waiting {
        master: member.key.clone(),
        waiting: counts.into_iter().collect(),
    }
}

/// A build began.
pub(super) fn started(member: &Member, build: &Running) -> Happening {
    Happening::Started(StartedBuild {
        build: BuildKey::new(&member.key, build.build),
        builder: BuilderKey::new(&member.key, build.builder),
        number: build.number,
        started_at: member.ours(build.started_at),
    })
}

/// A build that is over, as far as the picture tells.
pub(super) fn finished(member: &Member, picture: &Picture, build: &Finished) -> FinishedBuild {
    let build_set = build.request().and_then(|request| picture.set_of(request));
    let set = build_set.and_then(|set| picture.build_set(set));
    FinishedBuild {
        build: BuildKey::new(&member.key, build.build),
        builder: BuilderKey::new(&member.key, build.builder),
        number: build.number,
        // A word that is not known here says neither green nor red.
        results: build.results.unwrap_or(Results::Exception),
        started_at: member.ours(build.started_at),
        complete_at: member.ours(build.complete_at),
        failed: None,
        changes: Vec::new(),
        owners: build.about.owners.iter().map(|owner| owner.to_string()).collect(),
        reason: set.map(|set| set.reason.to_string()).unwrap_or_default(),
        build_set,
        rebuilt: set.is_some_and(|set| set.repeats.is_some()),
        branches: build.about.branch.iter().map(|branch| branch.to_string()).collect(),
        tree: build.about.revision.as_ref().map(|revision| revision.to_string()),
        patched: build.patched,
    }
}

/// The build under the key that its master has now.
pub(super) fn under(key: &MasterKey, mut build: FinishedBuild) -> FinishedBuild {
    key.clone_into(&mut build.build.master);
    key.clone_into(&mut build.builder.master);
    build
}

/// What tells a builder's state, the oldest first: its last builds of one colour, and the one before them.
pub(super) fn telling(builder: &Builder) -> Vec<&Finished> {
    let mut colour = None;
    let mut told = Vec::new();
    for build in builder.finished() {
        let Some(green) = build.is_green() else { continue };
        told.push(build);
        if colour.is_some_and(|colour| colour != green) {
            break;
        }
        // Of a green builder the last build says all.
        if green {
            break;
        }
        colour = Some(green);
    }
    told.reverse();
    told
}

/// Whether a build that is over turned its builder to another colour, or shows its first.
pub(super) fn turned(builder: &Builder, build: &Finished) -> bool {
    let Some(now) = build.is_green() else { return false };
    let before = builder
        .finished()
        .filter(|other| other.number < build.number)
        .find_map(Finished::is_green);
    before != Some(now)
}
