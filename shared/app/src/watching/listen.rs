//! Listens to this program's own master and tells `watch` what happens there.

use super::known::Known;
use super::translate;
use master::{Closed, Master};
use std::sync::Arc;
use tracing::warn;
use watch::Happening;

/// Builds of each builder that are gone through at start, in case they ended unseen.
const LOOKED_AT: u32 = 20;

/// Listens until the master stops.
pub(super) async fn run(known: Arc<Known>, master: Master) {
    let mut events = master.subscribe();
    let mut troubles = master.troubles();
    catch_up(&known, &master).await;
    loop {
        tokio::select! {
            event = events.next() => match event {
                Ok(event) => {
                    for happening in translate::event(&master, &event).await {
                        hear(&known, &master, happening).await;
                    }
                }
                Err(Closed::TooSlow { .. }) => {
                    events = master.subscribe();
                    catch_up(&known, &master).await;
                }
                Err(Closed::Stopped) => return,
            },
            Ok(()) = troubles.changed() => hear_of_trouble(&known, &master).await,
        }
    }
}

/// Applies it; a claim that it ended is given back for everybody who follows this master.
async fn hear(known: &Known, master: &Master, happening: Happening) {
    let over = match &happening {
        Happening::Finished(build) => Some(build.builder.clone()).filter(|builder| known.is_claimed(builder)),
        _ => None,
    };
    known.apply(happening);
    if let Some(builder) = over.filter(|builder| !known.is_claimed(builder))
        && let Err(error) = master.unclaim(builder.id).await
    {
        warn!(
            "the claim on builder {} goes on until its time is over: {error}",
            builder.id
        );
    }
}

/// Tells the state what is, and what ended while nobody listened.
async fn catch_up(known: &Known, master: &Master) {
    for happening in translate::present(master).await {
        known.apply(happening);
    }
    hear_of_trouble(known, master).await;
    match translate::finished_lately(master, LOOKED_AT).await {
        Ok(builds) => {
            for build in builds {
                known.apply(Happening::Finished(Box::new(build)));
            }
        }
        Err(error) => warn!("builds that ended before cannot be read: {error}"),
    }
}

async fn hear_of_trouble(known: &Known, master: &Master) {
    for happening in translate::troubles(master, &known.troubles()).await {
        known.apply(happening);
    }
}
