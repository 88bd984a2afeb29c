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
use std::cmp::Reverse;
use std::collections::BinaryHeap;
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

/// Notes which rows of a master show something else than when this was asked last.
///
/// That is looked at only where the master's builders were described anew, or something that is watched of them changed.
pub(in crate::service) fn compare(app: &App, member: &Member, view: &View) {
    let watched = view.builders.of(&member.key).cloned().unwrap_or_default();
    let prints = || {
        let ids: Vec<BuilderId> = member.joined.with(|picture| {
            let shown = picture.builders().filter(|builder| builder.is_configured());
            shown.map(|builder| builder.id).collect()
        });
        let print = |id: BuilderId| (id.0, watched.get(&id).map_or(0, |view| print(view)));
        ids.into_iter().map(print).collect()
    };
    app.farm.versions().compare_if_other(&member.key.0, &watched, prints);
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
pub(in crate::service) fn part(app: &App, member: &Member, view: &View, changed: &Changed) -> Part {
    let key = member.key.0.as_str();
    let wanted = changed.rows.get(key);
    let watched = view.builders.of(&member.key);
    let watched = |id: BuilderId| watched.and_then(|watched| watched.get(&id)).map(|view| &**view);
    member.joined.with(|picture| {
        let rows = Rows::of(app, member, picture);
        let builders = wanted.into_iter().flatten().filter_map(|id| {
            let builder = picture
                .builder_of(BuilderId(*id))
                .filter(|builder| builder.is_configured())?;
            Some(rows.builder(builder, watched(builder.id)))
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
    // The oldest of the newest is on top.
    let mut last = BinaryHeap::new();
    for builder in picture.builders().filter(|builder| builder.is_configured()) {
        for build in builder.finished() {
            let when = Reverse((build.complete_at, build.build));
            if last.len() >= RECENT && last.peek().is_some_and(|(oldest, _)| *oldest <= when) {
                continue;
            }
            last.push((when, builder.id));
            if last.len() > RECENT {
                last.pop();
            }
        }
    }
    let newest_first = last.into_sorted_vec();
    let marks = newest_first.into_iter().filter_map(|(Reverse((_, id)), builder)| {
        let builder = picture.builder_of(builder)?;
        let build = builder.finished().find(|build| build.build == id)?;
        Some(rows.marker().finished(builder.shown_name(), build))
    });
    marks.collect()
}

/// The master's row, with how many of its builders are red.
pub(in crate::service) fn master_row(member: &Member, view: &View) -> MasterRow {
    let mut row = member.row();
    row.broken = view.builders.red(&member.key);
    row
}
