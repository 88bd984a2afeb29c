//! What becomes of a try at its master: by the own master's events, by a joined master's picture, or by the connection
//! over which it was sent.

mod against;
pub(super) mod find;
mod here;
mod news;
mod there;

use super::carry::Carrier;
use super::record::Route;
use crate::api::Event;
use crate::api::tries::TryState;
use crate::service::clock;
use std::time::Duration;
use submit::Submitted;
use tokio::sync::broadcast;

/// Looks at a try are at least so long apart, however much happens.
const PAUSE: Duration = Duration::from_millis(300);

/// Without any news one looks again after this time: a word may have been missed.
const ANYWAY: Duration = Duration::from_secs(60);

/// A try that is delivered, and not seen at its master yet, is looked for so often and so long.
const SEEK: Duration = Duration::from_secs(3);
const SOUGHT: Duration = Duration::from_secs(120);

/// Follows a try until nothing more can be told of it.
pub(super) async fn follow(carrier: &Carrier, submitted: Option<Box<Submitted>>) {
    let record = carrier.record();
    if record.state == TryState::Sent {
        return;
    }
    if record.route == Route::Desk {
        return by_events(carrier, here::look).await;
    }
    let joined = !record.master.is_empty();
    if joined && record.build_set.is_some() {
        return by_events(carrier, there::look).await;
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
                by_events(carrier, there::look).await;
            }
        }
        (Some(submitted), false) => news::follow(carrier, *submitted).await,
        (None, true) => {
            if seek(carrier).await {
                by_events(carrier, there::look).await;
            }
        }
        (None, false) => cannot_follow(carrier, "it is not joined, and what followed it has ended").await,
    }
}

/// Looks for the build set at a joined master.
async fn seek(carrier: &Carrier) -> bool {
    let begin = tokio::time::Instant::now();
    while begin.elapsed() < SOUGHT {
        let record = carrier.record();
        if let Some(member) = carrier.app.farm.get(&record.master)
            && let super::send::Found::Set(set, requests) = find::there(&carrier.app, &member, &record).await
        {
            carrier.know_set(set, &requests).await;
            return true;
        }
        tokio::time::sleep(SEEK).await;
    }
    cannot_follow(carrier, "the master shows no builds of it").await;
    false
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
async fn by_events(carrier: &Carrier, look: impl AsyncFn(&Carrier)) {
    let mut events = carrier.app.newsroom.subscribe();
    loop {
        look(carrier).await;
        if !carrier.record().is_open() {
            return;
        }
        tokio::time::sleep(PAUSE).await;
        let heard = async {
            loop {
                match events.recv().await {
                    Ok(Event::Overview | Event::Build { .. } | Event::Masters) => return,
                    Ok(_) => {}
                    Err(broadcast::error::RecvError::Lagged(_)) => return,
                    Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
                }
            }
        };
        // The time is up, or something happened: both are a reason to look.
        let _ = tokio::time::timeout(ANYWAY, heard).await;
    }
}
