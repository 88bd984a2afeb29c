//! Breaks of a joined master.

use super::super::App;
use super::super::overview::{claim_of, is_muted, suspect_row};
use super::rows::Rows;
use crate::api::overview::{Break, BuildMark, LogPlace};
use crate::joined::Member;
use crate::watching::View;
use client::Picture;
use watch::{BrokenBuilder, BuilderKey};

/// The open breaks of this master, the newest first.
pub(in crate::service) fn of(
    app: &App,
    member: &Member,
    view: &View,
    rows: &Rows<'_>,
    picture: &Picture,
) -> Vec<Break> {
    let open = view
        .breaks
        .iter()
        .rev()
        .filter(|broken| broken.is_open() && broken.master == member.key);
    open.map(|broken| row(app, view, rows, picture, broken)).collect()
}

fn row(app: &App, view: &View, rows: &Rows<'_>, picture: &Picture, broken: &watch::Break) -> Break {
    let red = || broken.builders.iter().filter(|(_, part)| part.fixed.is_none());
    let first = red().min_by_key(|(_, part)| part.at);
    let failed = first.and_then(|(_, part)| part.failed.as_ref());
    let master = broken.master.0.clone();
    Break {
        claim: claim_of(view, broken),
        mine: view.open.iter().any(|open| open.id == broken.id && open.mine),
        since: broken.opened_at.0,
        builds: red().map(|(key, part)| mark(rows, picture, key, part)).collect(),
        step: failed.map(|step| step.name.clone()),
        error: failed.and_then(|step| step.log.as_ref()?.text.clone()),
        log: failed.and_then(|step| {
            let place = step.log.as_ref()?;
            Some(LogPlace {
                log: place.id.map(|id| id.0),
                step: step.number,
                slug: place.slug.clone(),
                line: place.line.unwrap_or(0),
            })
        }),
        suspects: broken
            .suspects
            .iter()
            .rev()
            .map(|suspect| suspect_row(app, &broken.master, suspect))
            .collect(),
        muted: is_muted(view, red().map(|(key, _)| key)),
        master,
    }
}

/// The build that turned a builder red, from its last builds, or else from what was noted of it then.
fn mark(rows: &Rows<'_>, picture: &Picture, key: &BuilderKey, part: &BrokenBuilder) -> BuildMark {
    let builder = picture.builder_of(key.id);
    let build = builder.and_then(|builder| builder.finished().find(|build| build.number == part.number));
    if let (Some(builder), Some(build)) = (builder, build) {
        return rows.marker().finished(builder.shown_name(), build);
    }
    BuildMark {
        master: key.master.0.clone(),
        build: 0,
        builder: key.id.0,
        builder_name: part.name.clone(),
        number: part.number,
        results: Some(u8::from(model::Results::Failure)),
        state: "failed".to_owned(),
        started_at: part.at.0,
        complete_at: Some(part.at.0),
        mine: false,
        revision: None,
    }
}
