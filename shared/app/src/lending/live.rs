//! A lending that is on: its worker, and what it shows of it.

use super::kept::Kept;
use crate::api::lending::{LendingCondition, LendingRow, LentRow};
use lend::{Lender, State};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, SystemTime};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::Instant;

/// Between two commands of a build nothing runs; so long it still counts as running.
const BETWEEN: Duration = Duration::from_secs(2);

/// A worker that is kept on its master.
pub(super) struct Live {
    pub lender: Lender,
    follows: JoinHandle<()>,
    /// Since when each builder is built for, and when that was seen last.
    builds: BTreeMap<String, (SystemTime, Instant)>,
}

impl Live {
    /// Starts it. `nudge` hears of every change.
    pub fn start(kept: &Kept, password: String, shim: &Path, nudge: mpsc::Sender<()>) -> Result<Live, String> {
        let settings = kept.settings(password);
        let target = settings.target().map_err(|error| error.to_string())?;
        let mut lending = settings.lending(&kept.folder);
        lending.options.shim = Some(shim.to_owned());
        lending.options.nice = kept.nice;
        lending.options.at_once = kept.builds;
        let lender = Lender::start(lend::to_master(target, settings.login()), lending);
        if kept.paused {
            lender.pause();
        }
        let (mut state, mut runs) = (lender.state(), lender.runs());
        let follow = async move {
            loop {
                let changed = tokio::select! {
                    changed = state.changed() => changed,
                    changed = runs.changed() => changed,
                };
                // One nudge that waits is enough: it is about all that changed until it is heard.
                if changed.is_err() || matches!(nudge.try_send(()), Err(mpsc::error::TrySendError::Closed(()))) {
                    let _ = nudge.send(()).await;
                    return;
                }
            }
        };
        Ok(Live {
            lender,
            follows: tokio::spawn(follow),
            builds: BTreeMap::new(),
        })
    }

    /// Ends it at once.
    pub async fn stop(self) {
        self.lender.stop().await;
        self.follows.abort();
    }

    /// Looks at what runs; when to look again although nothing was told.
    pub fn look(&mut self) -> Option<Instant> {
        let now = Instant::now();
        for run in self.lender.runs().borrow().iter() {
            let seen = self.builds.entry(run.builder.clone()).or_insert((run.since, now));
            seen.1 = now;
        }
        let running: Vec<String> = self
            .lender
            .runs()
            .borrow()
            .iter()
            .map(|run| run.builder.clone())
            .collect();
        let stays = matches!(*self.lender.state().borrow(), State::Attached { .. });
        self.builds
            .retain(|builder, (_, seen)| running.contains(builder) || (stays && *seen + BETWEEN > now));
        let lingering = self.builds.iter().filter(|(builder, _)| !running.contains(builder));
        lingering.map(|(_, (_, seen))| *seen + BETWEEN).min()
    }

    /// What it shows, into a row that has everything else.
    pub fn show(&self, row: &mut LendingRow) {
        row.building = self
            .builds
            .iter()
            .map(|(builder, (since, _))| LentRow {
                builder: builder.clone(),
                since: millis(*since),
            })
            .collect();
        let building = building(&row.building);
        match &*self.lender.state().borrow() {
            State::Connecting => say(row, LendingCondition::Connecting, "connecting".to_owned()),
            State::Attached { since } => {
                row.since = Some(millis(*since));
                match &building {
                    Some(building) => say(row, LendingCondition::Building, building.clone()),
                    None => say(row, LendingCondition::Free, "waiting for builds".to_owned()),
                }
            }
            State::Waiting { until, why } => {
                row.until = Some(millis(*until));
                row.trouble = Some(why.to_string());
                say(row, LendingCondition::Away, "not connected".to_owned());
            }
            State::Leaving => {
                let finishing = building.map_or("leaving".to_owned(), |building| format!("finishing: {building}"));
                say(row, LendingCondition::Leaving, finishing);
            }
            State::Paused => say(row, LendingCondition::Paused, "paused".to_owned()),
            State::Ended(why) => {
                row.trouble = Some(why.to_string());
                say(row, LendingCondition::Ended, "ended".to_owned());
            }
        }
    }

    /// Whether it is over.
    pub fn is_over(&self) -> bool {
        matches!(*self.lender.state().borrow(), State::Ended(_))
    }
}

fn building(rows: &[LentRow]) -> Option<String> {
    match rows {
        [] => None,
        [one] if !one.builder.is_empty() => Some(format!("building {}", one.builder)),
        [_] => Some("building".to_owned()),
        several => Some(format!("building for {} builders", several.len())),
    }
}

fn say(row: &mut LendingRow, condition: LendingCondition, words: String) {
    row.condition = condition;
    row.words = words;
}

fn millis(time: SystemTime) -> i64 {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
