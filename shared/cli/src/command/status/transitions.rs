//! What happened between two looks: builds that ended, and masters that came or went. One line each.

use crate::command::board::Changed;
use crate::show::{mark, name, plain::plain};
use app::api::masters::{MasterCondition, MasterRow};
use app::api::overview::{BuildMark, BuilderRow};
use serde::Serialize;

/// Something that happened.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Transition {
    /// A build ended.
    Build {
        /// The build.
        #[serde(flatten)]
        mark: BuildMark,
        /// The result that its builder had before.
        before: Option<u8>,
    },
    /// A master is followed in another way.
    Master {
        /// Its key.
        master: String,
        /// How.
        condition: MasterCondition,
        /// The same in words, with the reason.
        words: String,
    },
}

/// Builds of these builders that ended, oldest first.
pub fn of_builders(changed: &[Changed]) -> Vec<Transition> {
    let mut ended: Vec<Transition> = Vec::new();
    for one in changed {
        // What a new builder was built before is no news.
        let Some(before) = &one.before else { continue };
        let is_new = |mark: &&BuildMark| mark.complete_at.is_some() && !had_ended(before, mark.build);
        ended.extend(one.after.last.iter().filter(is_new).map(|mark| Transition::Build {
            mark: mark.clone(),
            before: before.results,
        }));
    }
    ended.sort_by_key(|transition| match transition {
        Transition::Build { mark, .. } => mark.complete_at,
        Transition::Master { .. } => None,
    });
    ended
}

/// Whether a build was over at that look: it was seen so, or is older than all that were.
fn had_ended(row: &BuilderRow, build: i64) -> bool {
    let running = row.running.iter().any(|run| run.mark.build == build);
    let seen = row
        .last
        .iter()
        .any(|mark| mark.build == build && mark.complete_at.is_some());
    let oldest = row.last.iter().map(|mark| mark.build).min();
    seen || (!running && oldest.is_some_and(|oldest| build < oldest))
}

/// Masters that are followed in another way than before.
pub fn of_masters(before: &[MasterRow], after: &[MasterRow]) -> Vec<Transition> {
    let was = |row: &MasterRow| {
        before
            .iter()
            .find(|other| other.master == row.master)
            .map(|other| other.condition)
    };
    let changed = after.iter().filter(|row| was(row) != Some(row.condition));
    changed
        .map(|row| Transition::Master {
            master: row.master.clone(),
            condition: row.condition,
            words: row.words.clone(),
        })
        .collect()
}

impl Transition {
    /// One line.
    pub fn line(&self) -> String {
        match self {
            Transition::Master { master, words, .. } => format!("{}  {}", plain(master), plain(words)),
            Transition::Build { mark, before } => {
                let turned = match (before, mark.results) {
                    (Some(0 | 1), Some(2)) => "  broken",
                    (Some(2), Some(0 | 1)) => "  fixed",
                    _ => "",
                };
                let mine = if mark.mine { "  mine" } else { "" };
                let state = mark::of_results(mark.results).coloured();
                format!(
                    "{state}  {}  {}{turned}{mine}",
                    name::of_build(mark),
                    plain(&mark.state)
                )
            }
        }
    }
}
