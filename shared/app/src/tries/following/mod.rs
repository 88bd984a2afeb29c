//! What becomes of a try at its master: by the own master's events, by a joined master's picture, or by the connection
//! over which it was sent.

mod against;
mod asked;
mod closely;
pub(super) mod find;
mod here;
mod news;
mod patience;
mod there;

use super::carry::Carrier;
use super::record::{Record, Route};
use crate::api::Event;
use crate::api::tries::TryState;
use crate::joined::Member;
use crate::service::clock;
use here::Here;
use model::BuildSetId;
use std::time::Duration;
use submit::Submitted;
use there::There;
use tokio::sync::{broadcast, watch as value};
use tokio::time::Instant;

/// Looks at a try are at least so long apart, however much happens.
const PAUSE: Duration = Duration::from_millis(300);

/// Without any news one looks again after this time: a word may have been missed.
const ANYWAY: Duration = Duration::from_secs(60);

/// A try that is delivered, and not seen at its master yet, is looked for so long. Where its master tells of no new build
/// set, it is asked nevertheless, later each time.
const SOUGHT: Duration = Duration::from_secs(120);
const SEEK: Duration = Duration::from_secs(1);
const SEEK_LONGEST: Duration = Duration::from_secs(30);

/// Looks at the builds of a try.
trait Look {
    /// Looks, and says what to look for next.
    fn look(&mut self, carrier: &Carrier) -> impl Future<Output = Next> + Send;
}

/// What makes one look again, besides what faces are told.
#[derive(Default)]
struct Next {
    /// Words about steps.
    steps: Option<value::Receiver<()>>,
    /// A time.
    at: Option<Instant>,
}

/// Follows a try until nothing more can be told of it.
pub(super) async fn follow(carrier: &Carrier, submitted: Option<Box<Submitted>>) {
    let record = carrier.record();
    if record.state == TryState::Sent {
        return;
    }
    if record.route == Route::Desk {
        return by_events(carrier, Here).await;
    }
    let joined = !record.master.is_empty();
    if joined && record.build_set.is_some() {
        return by_events(carrier, There::default()).await;
    }
    match (submitted, joined) {
        (Some(submitted), true) => {
            // What the connection tells first is shown; the picture has more, once the set is found in it.
            let found = tokio::select! {
                found = seek(carrier) => found,
                // Also of a try that has ended by then: the picture has its builds, and how the base does.
                () = news::follow(carrier, *submitted) => seek(carrier).await,
            };
            if found && carrier.record().build_set.is_some() {
                by_events(carrier, There::default()).await;
            }
        }
        (Some(submitted), false) => news::follow(carrier, *submitted).await,
        (None, true) => {
            if seek(carrier).await {
                by_events(carrier, There::default()).await;
            }
        }
        (None, false) => cannot_follow(carrier, "it is not joined, and what followed it has ended").await,
    }
}

/// Looks for the build set at a joined master.
async fn seek(carrier: &Carrier) -> bool {
    let begin = Instant::now();
    let mut seen = carrier.record().after_set.map(BuildSetId);
    let (mut pause, mut due) = (SEEK, begin + SEEK);
    while begin.elapsed() < SOUGHT {
        let mut events = carrier.app.newsroom.subscribe();
        let record = carrier.record();
        if let Some(member) = carrier.app.farm.get(&record.master) {
            let newest = newest_set(&member, &record);
            if newest > seen || Instant::now() >= due {
                seen = newest.max(seen);
                if let super::send::Found::Set(set, requests) = find::there(&carrier.app, &member, &record).await {
                    carrier.know_set(set, &requests).await;
                    return true;
                }
                pause = (pause * 2).min(SEEK_LONGEST);
                due = Instant::now() + pause;
            }
        } else {
            due = Instant::now() + pause;
        }
        tokio::time::sleep(PAUSE).await;
        // The time is up, or there may be a set: both are a reason to look.
        let _ = tokio::time::timeout_at(due, heard(&mut events)).await;
    }
    cannot_follow(carrier, "the master shows no builds of it").await;
    false
}

/// The newest set that may be the try's, of those that the master told of.
fn newest_set(member: &Member, record: &Record) -> Option<BuildSetId> {
    let patched = record.job.level.is_some();
    member.joined.with(|picture| picture.newest_set(patched))
}

async fn cannot_follow(carrier: &Carrier, why: &str) {
    if !carrier.record().is_open() {
        return;
    }
    let now = clock::now().0;
    let words = format!("It was sent, but cannot be followed: {why}");
    carrier
        .change(|record| {
            (record.state, record.words) = (TryState::Sent, words);
            record.hint = Some("Look at the master's own pages.".to_owned());
            record.ended_at = Some(now);
        })
        .await;
}

/// Looks whenever something happens that may be about it.
async fn by_events(carrier: &Carrier, mut look: impl Look) {
    loop {
        // From before the look on, so that nothing is missed; what was told before does not count.
        let mut events = carrier.app.newsroom.subscribe();
        let next = look.look(carrier).await;
        if !carrier.record().is_open() {
            return;
        }
        tokio::time::sleep(PAUSE).await;
        let anyway = Instant::now() + ANYWAY;
        tokio::select! {
            () = heard(&mut events) => {}
            () = told(next.steps) => {}
            () = tokio::time::sleep_until(next.at.map_or(anyway, |at| at.min(anyway))) => {}
        }
    }
}

/// Resolves when faces are told something that may be about it.
async fn heard(events: &mut broadcast::Receiver<Event>) {
    loop {
        match events.recv().await {
            Ok(Event::Overview | Event::Build { .. } | Event::Masters) => return,
            Ok(_) => {}
            Err(broadcast::error::RecvError::Lagged(_)) => return,
            Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
        }
    }
}

/// Resolves when something is told of steps.
async fn told(steps: Option<value::Receiver<()>>) {
    // An error is the end of the master here, of which faces are told.
    if let Some(mut steps) = steps
        && steps.changed().await.is_ok()
    {
        return;
    }
    std::future::pending().await
}
