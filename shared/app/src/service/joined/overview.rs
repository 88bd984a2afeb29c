//! What the joined masters add to Now and Builders.

use super::super::App;
use super::breaks;
use super::rows::Rows;
use crate::api::masters::MasterRow;
use crate::api::overview::{Break, BuildMark, BuilderRow, RunningRow, WaitingRow, WorkerRow};
use crate::joined::Member;
use crate::joined::versions::{Changed, print_of};
use crate::watching::View;
use model::BuilderId;
use std::collections::HashMap;
use watch::BuilderView;

/// Builds that ended lately, of each master.
const RECENT: usize = 20;

/// What one master adds.
#[derive(Default)]
pub(in crate::service) struct Part {
    pub builders: Vec<BuilderRow>,
    pub breaks: Vec<Break>,
    pub running: Vec<RunningRow>,
    pub waiting: Vec<WaitingRow>,
    pub recent: Vec<BuildMark>,
    pub workers: Vec<WorkerRow>,
}

/// What is watched, by builder.
pub(in crate::service) type Watched<'a> = HashMap<(&'a str, i64), &'a BuilderView>;

/// Notes which rows of a master show something else than when this was asked last.
pub(in crate::service) fn compare(app: &App, member: &Member, watched: &Watched<'_>) {
    let key = member.key.0.as_str();
    let ids: Vec<i64> = member.joined.with(|picture| {
        let shown = picture.builders().filter(|builder| builder.is_configured());
        shown.map(|builder| builder.id.0).collect()
    });
    let prints = ids.into_iter().map(|id| {
        let print = watched.get(&(key, id)).map_or(0, |view| print(view));
        (id, print)
    });
    app.farm.versions().compare(key, prints);
}

/// Of what a row shows besides the master's own words.
fn print(view: &BuilderView) -> u64 {
    let blame = view.blame.as_ref().map(|blame| (blame.mine, &blame.others));
    let claimed = super::super::overview::claimed_by(view);
    print_of(&(
        view.since.map(|at| at.0),
        blame,
        view.muted.is_some(),
        super::super::overview::is_flaky(view),
        claimed,
    ))
}

/// What a master adds; of its builders only those that changed.
pub(in crate::service) fn part(
    app: &App,
    member: &Member,
    view: &View,
    watched: &Watched<'_>,
    changed: &Changed,
) -> Part {
    let key = member.key.0.as_str();
    let wanted = changed.rows.get(key);
    member.joined.with(|picture| {
        let rows = Rows::of(app, member, picture);
        let builders = wanted.into_iter().flatten().filter_map(|id| {
            let builder = picture
                .builder_of(BuilderId(*id))
                .filter(|builder| builder.is_configured())?;
            Some(rows.builder(builder, watched.get(&(key, *id)).copied()))
        });
        let mut waiting: Vec<WaitingRow> = picture.requests().map(|request| rows.waiting(request)).collect();
        waiting.sort_by_key(|row| (std::cmp::Reverse(row.priority), row.submitted_at, row.request));
        Part {
            builders: builders.collect(),
            breaks: breaks::of(app, member, view, &rows, picture),
            running: picture.running().map(|build| rows.running(build)).collect(),
            waiting,
            recent: recent(picture, &rows),
            workers: rows.workers(),
        }
    })
}

fn recent(picture: &client::Picture, rows: &Rows<'_>) -> Vec<BuildMark> {
    let mut last: Vec<_> = picture
        .builders()
        .filter(|builder| builder.is_configured())
        .flat_map(|builder| builder.finished().map(move |build| (builder, build)))
        .collect();
    let newest = |(_, build): &(_, &client::picture::Finished)| std::cmp::Reverse((build.complete_at, build.build));
    if last.len() > RECENT {
        last.select_nth_unstable_by_key(RECENT, newest);
        last.truncate(RECENT);
    }
    last.sort_by_key(newest);
    let mark = |(builder, build): (&client::picture::Builder, _)| rows.marker().finished(builder.shown_name(), build);
    last.into_iter().map(mark).collect()
}

/// The master's row, with how many of its builders are red.
pub(in crate::service) fn master_row(member: &Member, view: &View) -> MasterRow {
    let mut row = member.row();
    let red = |builder: &&BuilderView| builder.key.master == member.key && builder.colour == watch::Colour::Red;
    row.broken = u32::try_from(view.snapshot.builders.iter().filter(red).count()).unwrap_or(u32::MAX);
    row
}
