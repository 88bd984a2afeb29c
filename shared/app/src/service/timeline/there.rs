//! A joined master's piece of the timeline. One request, however many builders.

use super::{Piece, bar};
use crate::api::timeline::{TimelineBuild, TimelineColumn};
use crate::joined::Member;
use crate::service::App;
use crate::service::joined::marks::{Marker, PROPERTIES};
use client::rest;
use model::Time;
use std::collections::BTreeMap;
use std::time::Duration;

/// Builds that are asked for at once.
const MOST: usize = 500;
/// More builders than these are not named: the answer would be the same, and the question is bounded.
const NAMED: usize = 50;
/// The timeline of all masters waits no longer for one.
const PATIENCE: Duration = Duration::from_secs(10);

/// The piece before `until`. It may reach further back than `from`, as it is read anyway. An error is a sentence.
pub(super) async fn piece(
    app: &App,
    member: &Member,
    builders: &[i64],
    from: i64,
    until: Option<i64>,
) -> Result<Piece, String> {
    let http = member.http();
    let path = question(builders, until.map(|until| http.theirs(Time(until)).0));
    let read = http.rows::<rest::Build>(&path, "builds");
    let found = tokio::time::timeout(PATIENCE, read)
        .await
        .map_err(|_| "It does not answer.".to_owned())?
        .map_err(|error| format!("{error}."))?;
    let (reached, older, found) = cut(found, http.theirs(Time(from)).0);
    let marker = Marker::new(app, member);
    let mut columns: BTreeMap<i64, Vec<TimelineBuild>> = BTreeMap::new();
    for build in &found {
        let named = builders.is_empty() || builders.contains(&build.builder.0);
        if named && build.started_at.is_some() {
            let bar = bar(marker.read(build));
            columns.entry(build.builder.0).or_default().push(bar);
        }
    }
    let column = |(builder, builds)| TimelineColumn {
        master: member.key.0.clone(),
        builder,
        builds,
    };
    Ok(Piece {
        reached: http.ours(Time(reached)).0,
        older: older.map(|older| http.ours(Time(older)).0),
        columns: columns.into_iter().map(column).collect(),
    })
}

/// Ordered by id, which every master has an index for; times there are whole seconds.
fn question(builders: &[i64], until: Option<i64>) -> String {
    let mut path = format!("builds?order=-buildid&limit={MOST}&{PROPERTIES}");
    if let Some(until) = until {
        path.push_str(&format!("&started_at__lt={}", until.div_euclid(1000) + 1));
    }
    if builders.len() <= NAMED {
        for builder in builders {
            path.push_str(&format!("&builderid={builder}"));
        }
    }
    path
}

/// How far back these builds are complete, when the build before that began, and those that are surely all.
fn cut(mut found: Vec<rest::Build>, from: i64) -> (i64, Option<i64>, Vec<rest::Build>) {
    found.sort_by_key(|build| std::cmp::Reverse((build.started_at, build.id)));
    if found.len() < MOST {
        return (from, None, found);
    }
    let Some(last) = found.last().and_then(|build| build.started_at).map(|at| at.0) else {
        return (from, None, found);
    };
    // More may have begun in the same second.
    found.retain(|build| build.started_at.is_some_and(|at| at.0 > last));
    (last + 1, Some(last), found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn builds(starts: impl Iterator<Item = i64>) -> Vec<rest::Build> {
        let row = |at: i64| json!({"buildid": at, "builderid": 1, "number": at, "started_at": at});
        starts
            .map(|at| serde_json::from_value(row(at)).expect("a build"))
            .collect()
    }

    #[test]
    fn a_short_answer_is_everything() {
        let (reached, older, kept) = cut(builds(5..9), 6500);
        assert_eq!((reached, older, kept.len()), (6500, None, 4));
    }

    #[test]
    fn of_a_full_answer_the_last_second_is_asked_for_again() {
        let most = i64::try_from(MOST).expect("small");
        let (reached, older, kept) = cut(builds(1000..1000 + most), 0);
        assert_eq!((reached, older, kept.len()), (1_000_001, Some(1_000_000), MOST - 1));
        assert!(question(&[], Some(reached)).ends_with("&started_at__lt=1001"));
    }

    #[test]
    fn few_builders_are_named() {
        assert!(question(&[3, 4], None).ends_with("&builderid=3&builderid=4"));
        assert!(!question(&(0..99).collect::<Vec<_>>(), None).contains("builderid"));
    }
}
