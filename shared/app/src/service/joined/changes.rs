//! Changes of a joined master.

use super::super::App;
use super::super::merge::Part;
use super::marks::{Marker, name_of};
use super::refused;
use crate::api::Refusal;
use crate::api::changes::ChangeRow;
use crate::api::overview::BuildMark;
use crate::joined::Member;
use client::picture::{Change, Picture};
use client::{Error, rest};
use std::collections::HashMap;

/// Changes that are asked for at once.
const PAGE: usize = 50;
/// Builds that are shown of a change.
const BUILDS: usize = 20;

/// A master's changes before `before`, the newest first.
pub(in crate::service) async fn older(
    app: &App,
    member: &Member,
    before: Option<i64>,
    mine: bool,
) -> Result<Part, Refusal> {
    let (known, earliest) = known(app, member, before, mine);
    if known.len() >= PAGE {
        let more = known.last().map(|row| row.change);
        return Ok(Part { rows: known, more });
    }
    match read(app, member, earliest).await {
        Ok((read, more)) => Ok(Part {
            rows: known
                .into_iter()
                .chain(read.into_iter().filter(|row| row.mine || !mine))
                .collect(),
            more,
        }),
        // While it cannot be heard, what is known is there all the same.
        Err(error) if error.is_passing() && !known.is_empty() => Ok(Part {
            rows: known,
            more: None,
        }),
        Err(error) => Err(refused(member, error)),
    }
}

/// The last changes are in the picture; and before which id to go on reading.
fn known(app: &App, member: &Member, before: Option<i64>, mine: bool) -> (Vec<ChangeRow>, Option<i64>) {
    member.joined.with(|picture| {
        let marker = Marker::new(app, member);
        let older = picture
            .changes()
            .filter(|change| before.is_none_or(|before| change.id.0 < before));
        let older: Vec<&Change> = older.collect();
        let earliest = older.last().map(|change| change.id.0).or(before);
        let wanted = older.into_iter().filter(|change| !mine || marker.is_me(&change.author));
        let shown: Vec<&Change> = wanted.take(PAGE).collect();
        let mut builds = builds_of(picture, &marker, &shown);
        let row = |change: &&Change| ChangeRow {
            builds: change
                .revision
                .as_deref()
                .and_then(|revision| builds.remove(revision))
                .unwrap_or_default(),
            ..row_of(member, &marker, change)
        };
        (shown.iter().map(row).collect(), earliest)
    })
}

fn row_of(member: &Member, marker: &Marker<'_>, change: &Change) -> ChangeRow {
    ChangeRow {
        master: member.key.0.clone(),
        change: change.id.0,
        author: change.author.to_string(),
        mine: marker.is_me(&change.author),
        when: change.when.map_or(0, |at| at.0),
        branch: change.branch.as_ref().map(|branch| branch.to_string()),
        revision: change.revision.as_ref().map(|revision| revision.to_string()),
        comments: change.title.to_string(),
        files: Vec::new(),
        repository: change.repository.to_string(),
        project: change.project.to_string(),
        builds: Vec::new(),
        not_built: None,
    }
}

/// The known builds of each change's revision, the newest first: asking for each change would be too much.
fn builds_of<'a>(picture: &Picture, marker: &Marker<'_>, changes: &[&'a Change]) -> HashMap<&'a str, Vec<BuildMark>> {
    let revisions = changes.iter().filter_map(|change| change.revision.as_deref());
    let mut builds: HashMap<&str, Vec<BuildMark>> = revisions.map(|revision| (revision, Vec::new())).collect();
    for build in picture.running() {
        if let Some(of) = build
            .about
            .revision
            .as_deref()
            .and_then(|revision| builds.get_mut(revision))
        {
            of.push(marker.running(&name_of(picture, build.builder), build));
        }
    }
    for builder in picture.builders().filter(|builder| builder.is_configured()) {
        for build in builder.finished() {
            if let Some(of) = build
                .about
                .revision
                .as_deref()
                .and_then(|revision| builds.get_mut(revision))
            {
                of.push(marker.finished(builder.shown_name(), build));
            }
        }
    }
    for of in builds.values_mut() {
        of.sort_by_key(|mark| std::cmp::Reverse(mark.build));
        of.truncate(BUILDS);
    }
    builds
}

async fn read(app: &App, member: &Member, before: Option<i64>) -> Result<(Vec<ChangeRow>, Option<i64>), Error> {
    let before = before.map_or(String::new(), |id| format!("&changeid__lt={id}"));
    let path = format!("changes?order=-changeid&limit={PAGE}{before}");
    let mut rows: Vec<rest::Change> = member.http().rows(&path, "changes").await?;
    // Masters give them in an order of their own.
    rows.sort_by_key(|change| std::cmp::Reverse(change.id));
    let more = rows.last().map(|change| change.id.0).filter(|_| rows.len() >= PAGE);
    let marker = Marker::new(app, member);
    let row = |change: rest::Change| ChangeRow {
        master: member.key.0.clone(),
        change: change.id.0,
        mine: marker.is_me(&change.author),
        author: change.author,
        when: change.when.map_or(0, |at| at.0),
        branch: change.branch,
        revision: change.revision,
        comments: change.comments,
        files: change.files,
        repository: change.repository,
        project: change.project,
        builds: Vec::new(),
        not_built: None,
    };
    Ok((rows.into_iter().map(row).collect(), more))
}
