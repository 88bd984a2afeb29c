//! Keeps the state in the store, and lets time pass in it.
//!
//! What was told or ordered is kept at once, so that nothing is told twice after a crash. The rest is kept after a
//! while: builds that are counted again from the master's own records do no harm.

use super::known::{Keep, Known};
use crate::service::clock::now;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::Time;
use std::sync::Arc;
use std::time::Duration;
use store::{Store, StoreError};
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;
use tracing::warn;
use watch::State;

/// So long a change may wait to be kept.
const SOON: Duration = Duration::from_secs(10);

/// Where earlier versions kept the state as one value.
const BEFORE: &str = "watch";

/// Keeps what changes until it is told to close.
pub(super) async fn run(known: Arc<Known>, store: Store, mut closing: mpsc::Receiver<oneshot::Sender<()>>) {
    let mut since: Option<Instant> = None;
    loop {
        let (due, what) = known.due();
        let due = earlier(due, next_shift(&TimeZone::system(), now()));
        since = match what {
            Keep::Nothing => None,
            Keep::Soon => since.or_else(|| Some(Instant::now())),
            Keep::Now => {
                keep(&known, &store).await;
                continue;
            }
        };
        tokio::select! {
            () = known.changed.notified() => {}
            () = until(due) => known.apply(super::tick()),
            () = soon(since) => {
                since = None;
                keep(&known, &store).await;
            }
            kept = closing.recv() => {
                keep(&known, &store).await;
                // Whoever asked may have stopped waiting.
                let _ = kept.map(|kept| kept.send(()));
                return;
            }
        }
    }
}

async fn keep(known: &Known, store: &Store) {
    let rows = known.changes();
    if rows.is_empty() {
        return;
    }
    if let Err(error) = store.write(move |c| store::watched::put(c, &rows)).await {
        warn!("what was told cannot be kept, so it may be told again after a restart: {error}");
        known.keep_again();
        // A full disk is not emptied by trying at once.
        tokio::time::sleep(SOON).await;
    }
}

/// What was kept; nothing where it cannot be read.
pub(super) async fn kept(store: &Store) -> State {
    match read(store).await {
        Ok(state) => state,
        Err(error) => {
            warn!("what was told before cannot be read: {error}");
            State::default()
        }
    }
}

async fn read(store: &Store) -> Result<State, StoreError> {
    let rows = store.read(store::watched::all).await?;
    if rows.is_empty() {
        return before(store).await;
    }
    let (state, bad) = State::restore(rows);
    bad.iter().for_each(|row| warn!("{row}"));
    Ok(state)
}

/// The state as earlier versions kept it.
async fn before(store: &Store) -> Result<State, StoreError> {
    let Some(mut value) = store.read(|c| store::settings::get(c, BEFORE)).await? else {
        return Ok(State::default());
    };
    if let Some(fields) = value.as_object_mut() {
        // They were one list then; why something was told long ago is worth no effort.
        fields.remove("verdicts");
    }
    let mut state = serde_json::from_value(value).unwrap_or_else(|error| {
        warn!("what was told before cannot be read and is forgotten: {error}");
        State::default()
    });
    state.keep_again();
    store.write(|c| store::settings::remove(c, BEFORE)).await?;
    Ok(state)
}

/// When local time is set forward or back next: quiet hours and times in words go by it.
fn next_shift(zone: &TimeZone, now: Time) -> Option<Time> {
    let now = Timestamp::from_millisecond(now.0).ok()?;
    let shift = zone.following(now).next()?;
    Some(Time(shift.timestamp().as_millisecond()))
}

fn earlier(one: Option<Time>, other: Option<Time>) -> Option<Time> {
    one.into_iter().chain(other).min()
}

async fn until(due: Option<Time>) {
    match due {
        Some(due) => tokio::time::sleep(Duration::from_millis(due.since(now()).max(1).unsigned_abs())).await,
        None => std::future::pending().await,
    }
}

async fn soon(since: Option<Instant>) {
    match since {
        Some(since) => tokio::time::sleep_until(since + SOON).await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_is_looked_at_when_it_is_set() {
        let zone = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").expect("a zone");
        let at = |text: &str| Time(text.parse::<Timestamp>().expect("a time").as_millisecond());
        let (spring, autumn) = (at("2026-03-29T01:00:00Z"), at("2026-10-25T01:00:00Z"));
        assert_eq!(next_shift(&zone, at("2026-02-01T00:00:00Z")), Some(spring));
        assert_eq!(next_shift(&zone, spring), Some(autumn), "it comes once");
        assert_eq!(next_shift(&TimeZone::UTC, spring), None);
        assert_eq!(earlier(Some(autumn), Some(spring)), Some(spring));
        assert_eq!(earlier(None, Some(spring)), Some(spring));
    }
}
