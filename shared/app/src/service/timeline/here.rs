//! The own master's piece of the timeline, from the store.

use super::{Piece, bar};
use crate::api::Refusal;
use crate::api::timeline::{TimelineBuild, TimelineColumn};
use crate::service::App;
use crate::service::marks::Marks;
use model::{Build, BuilderId, Time};
use std::collections::BTreeMap;
use store::builds;
use store::rusqlite::{Connection, Result as SqlResult};

/// Builds that a piece has at most.
const MOST: usize = 4000;

/// What is read for the own master's piece, all of one moment.
struct Found {
    /// One build more than there may be, when there are so many; the one that began last first.
    begun: Vec<Build>,
    /// Those that run and began before.
    running: Vec<Build>,
    /// When the build before all `begun` began.
    older: Option<i64>,
    marks: Marks,
}

/// The piece from `from` to before `until`.
pub(super) async fn piece(app: &App, builders: &[i64], from: i64, until: Option<i64>) -> Result<Piece, Refusal> {
    let wanted: Vec<BuilderId> = builders.iter().map(|id| BuilderId(*id)).collect();
    let found = app.store().read(move |c| read(c, &wanted, from, until)).await?;
    let (reached, older, begun) = cut(found.begun, from, found.older);
    let mut columns: BTreeMap<i64, Vec<TimelineBuild>> = BTreeMap::new();
    for build in begun.iter().chain(&found.running) {
        let bar = bar(found.marks.mark(app, build));
        columns.entry(build.builder.0).or_default().push(bar);
    }
    let column = |(builder, builds)| TimelineColumn {
        master: crate::api::bundled(),
        builder,
        builds,
    };
    Ok(Piece {
        reached,
        older,
        columns: columns.into_iter().map(column).collect(),
    })
}

fn read(c: &Connection, wanted: &[BuilderId], from: i64, until: Option<i64>) -> SqlResult<Found> {
    let (from, until) = (Time(from), until.map(Time));
    let of: Vec<Option<BuilderId>> = match wanted {
        [] => vec![None],
        some => some.iter().copied().map(Some).collect(),
    };
    let mut begun = Vec::new();
    let mut older = None;
    for builder in of {
        let most = u32::try_from(MOST + 1).unwrap_or(u32::MAX);
        begun.extend(builds::begun_between(
            c,
            builder,
            from,
            until.unwrap_or(Time(i64::MAX)),
            most,
        )?);
        let before = builds::begun_between(c, builder, Time(i64::MIN), from, 1)?;
        older = older.max(before.first().map(|build| build.started_at.0));
    }
    begun.sort_by_key(|build| std::cmp::Reverse((build.started_at, build.id)));
    begun.truncate(MOST + 1);
    let mut running = Vec::new();
    if until.is_none() {
        running = builds::unfinished(c)?;
        running.retain(|build| build.started_at < from && (wanted.is_empty() || wanted.contains(&build.builder)));
    }
    let all: Vec<Build> = begun.iter().chain(&running).cloned().collect();
    Ok(Found {
        marks: Marks::read(c, &all)?,
        begun,
        running,
        older,
    })
}

/// Cuts what is too much: how far back the rest is complete, when the build before that began, and the rest.
fn cut(mut begun: Vec<Build>, from: i64, older: Option<i64>) -> (i64, Option<i64>, Vec<Build>) {
    let Some(left_out) = begun.get(MOST).map(|build| build.started_at) else {
        return (from, older, begun);
    };
    // Of builds that began in the same millisecond either all are there or none is.
    begun.retain(|build| build.started_at > left_out);
    (left_out.0 + 1, Some(left_out.0), begun)
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{BuildId, MasterId, RequestId};

    fn began(id: i64, at: i64) -> Build {
        Build {
            id: BuildId(id),
            number: id,
            builder: BuilderId(1),
            request: RequestId(1),
            worker: None,
            master: MasterId(1),
            started_at: Time(at),
            complete_at: None,
            locks_duration_ms: 0,
            results: None,
            state_string: String::new(),
        }
    }

    #[test]
    fn what_is_cut_can_be_asked_for_again() {
        let few: Vec<Build> = (0..3).map(|id| began(id, 100 - id)).collect();
        assert_eq!(cut(few.clone(), 7, Some(5)), (7, Some(5), few));
        let end = 10_000 - i64::try_from(MOST).expect("a few thousand");
        let mut many: Vec<Build> = (end..=10_000).rev().map(|at| began(at, at)).collect();
        many[MOST - 1].started_at = Time(end);
        let (reached, older, kept) = cut(many, 0, None);
        assert_eq!((reached, older, kept.len()), (end + 1, Some(end), MOST - 1));
    }
}
