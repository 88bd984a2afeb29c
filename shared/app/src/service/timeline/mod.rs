//! The timeline's history.

mod here;
mod there;

use super::App;
use super::clock;
use crate::api::Refusal;
use crate::api::overview::{BuildMark, BuilderRef};
use crate::api::timeline::{SilentMaster, Timeline, TimelineBuild, TimelineColumn, TimelineQuery};
use futures_util::future::join_all;

/// What one master gives to a piece.
#[derive(Debug, Default)]
struct Piece {
    /// As in [`Timeline`].
    reached: i64,
    /// As in [`Timeline`].
    older: Option<i64>,
    /// As in [`Timeline`].
    columns: Vec<TimelineColumn>,
}

pub(super) async fn timeline(app: &App, query: TimelineQuery) -> Result<Timeline, Refusal> {
    let now = clock::now().0;
    if query.until.is_some_and(|until| until < query.from) {
        return Err(Refusal::invalid("the timeline's piece ends before it begins"));
    }
    let members = app.farm.members();
    let asked = members.iter().filter_map(|member| {
        let builders = of_master(&query.builders, &member.key.0)?;
        Some(async move {
            let piece = there::piece(app, member, &builders, query.from, query.until).await;
            piece.map_err(|reason| SilentMaster {
                master: member.key.0.clone(),
                reason,
            })
        })
    });
    let own = async {
        match of_master(&query.builders, &crate::api::bundled()) {
            Some(builders) => here::piece(app, &builders, query.from, query.until).await.map(Some),
            None => Ok(None),
        }
    };
    let (own, answers) = tokio::join!(own, join_all(asked));
    let mut pieces: Vec<Piece> = own?.into_iter().collect();
    let mut silent = Vec::new();
    for answer in answers {
        match answer {
            Ok(piece) => pieces.push(piece),
            Err(master) => silent.push(master),
        }
    }
    Ok(Timeline {
        silent,
        ..together(now, query.from, pieces)
    })
}

/// The wanted builders of a master: empty for all; nothing when only others are wanted.
fn of_master(wanted: &[BuilderRef], master: &str) -> Option<Vec<i64>> {
    let of_it: Vec<i64> = wanted
        .iter()
        .filter(|r| r.master == master)
        .map(|r| r.builder)
        .collect();
    (wanted.is_empty() || !of_it.is_empty()).then_some(of_it)
}

/// The whole is complete only as far as every master's piece is.
fn together(now: i64, from: i64, pieces: Vec<Piece>) -> Timeline {
    let reached = pieces.iter().map(|piece| piece.reached).max().unwrap_or(from);
    let mut older = None;
    let mut columns = Vec::new();
    for piece in pieces {
        let left_out = piece
            .columns
            .iter()
            .flat_map(|column| &column.builds)
            .filter(|build| build.started_at < reached && build.complete_at.is_some())
            .map(|build| build.started_at)
            .max();
        older = older.max(piece.older).max(left_out);
        columns.extend(piece.columns);
    }
    Timeline {
        now,
        reached,
        older,
        columns,
        silent: Vec::new(),
    }
}

/// What a bar takes of a build. A green one's words say nothing that its mark does not.
fn bar(mark: BuildMark) -> TimelineBuild {
    TimelineBuild {
        build: mark.build,
        number: mark.number,
        results: mark.results,
        started_at: mark.started_at,
        complete_at: mark.complete_at,
        mine: mark.mine,
        state: (mark.results != Some(0)).then_some(mark.state),
        revision: mark.revision,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_reaches_as_far_as_every_part() {
        let piece = |reached, older, starts: &[i64]| Piece {
            reached,
            older,
            columns: vec![TimelineColumn {
                master: "m".to_owned(),
                builder: 1,
                builds: starts
                    .iter()
                    .map(|at| TimelineBuild {
                        build: *at,
                        number: *at,
                        results: Some(0),
                        started_at: *at,
                        complete_at: Some(at + 1),
                        mine: false,
                        state: None,
                        revision: None,
                    })
                    .collect(),
            }],
        };
        let whole = together(100, 10, vec![piece(10, None, &[60, 30]), piece(50, Some(20), &[70])]);
        assert_eq!((whole.reached, whole.older, whole.columns.len()), (50, Some(30), 2));
        let none = together(100, 10, Vec::new());
        assert_eq!((none.reached, none.older), (10, None));
    }
}
