//! Whether the machine woke up or has a network again, as logind and NetworkManager say on the system bus.
//!
//! Where there is no such bus, or nobody on it says so, nothing is told. Nobody is believed much: whoever says so
//! wrongly costs one attempt to connect, and that not more often than [`PAUSE`] allows.

use super::back_off;
use crate::Waking;
use futures_util::StreamExt;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::Instant;
use zbus::message::Type;
use zbus::{Connection, MatchRule, MessageStream};

/// Between two tellings of the same.
const PAUSE: Duration = Duration::from_secs(5);
/// When the system bus is lost a new try is made after this time, and then ever later.
const FIRST_RETRY: Duration = Duration::from_secs(30);
/// NetworkManager's word for a network from which more than this machine can be reached, and all above it.
const CONNECTED_SITE: u32 = 60;

/// Listens until nobody wants to know any more. A machine that has no system bus gets none while it runs: to look for one
/// would only wake it.
pub(super) async fn listen(to: mpsc::Sender<Waking>) {
    let mut wait = FIRST_RETRY;
    let mut is_there = false;
    loop {
        tokio::select! {
            () = to.closed() => return,
            heard = hear(&to, &mut is_there) => match heard {
                Ok(()) => wait = FIRST_RETRY,
                Err(error) => tracing::debug!(%error, "the system bus cannot be heard"),
            },
        }
        if !is_there {
            return;
        }
        tokio::select! {
            () = to.closed() => return,
            () = back_off(&mut wait) => {}
        }
    }
}

/// Until the bus is gone; whether there is one.
async fn hear(to: &mpsc::Sender<Waking>, is_there: &mut bool) -> zbus::Result<()> {
    let bus = Connection::system().await?;
    *is_there = true;
    let mut sleeps = signals(
        &bus,
        "/org/freedesktop/login1",
        "org.freedesktop.login1.Manager",
        "PrepareForSleep",
    )
    .await?;
    let manager = "org.freedesktop.NetworkManager";
    let mut networks = signals(&bus, "/org/freedesktop/NetworkManager", manager, "StateChanged").await?;
    let mut told = Told::default();
    loop {
        let waking = tokio::select! {
            signal = sleeps.next() => match signal {
                // True is said before it sleeps.
                Some(signal) => matches!(signal?.body().deserialize(), Ok(false)).then_some(Waking::Woke),
                None => return Ok(()),
            },
            signal = networks.next() => match signal {
                Some(signal) => {
                    let state = signal?.body().deserialize::<u32>();
                    state.is_ok_and(|state| state >= CONNECTED_SITE).then_some(Waking::Network)
                }
                None => return Ok(()),
            },
        };
        if let Some(waking) = waking.filter(|waking| told.is_new(*waking, Instant::now())) {
            // Whoever does not listen has been told already.
            let _ = to.try_send(waking);
        }
    }
}

async fn signals(bus: &Connection, path: &str, interface: &str, member: &str) -> zbus::Result<MessageStream> {
    let rule = MatchRule::builder()
        .msg_type(Type::Signal)
        .path(path)?
        .interface(interface)?
        .member(member)?
        .build();
    MessageStream::for_match_rule(rule, bus, None).await
}

/// When each was told last.
#[derive(Default)]
struct Told {
    woke: Option<Instant>,
    network: Option<Instant>,
}

impl Told {
    fn is_new(&mut self, waking: Waking, now: Instant) -> bool {
        let last = match waking {
            Waking::Woke => &mut self.woke,
            Waking::Network => &mut self.network,
        };
        let is_new = last.is_none_or(|last| now.duration_since(last) >= PAUSE);
        if is_new {
            *last = Some(now);
        }
        is_new
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_told_again_only_after_a_while() {
        let (mut told, now) = (Told::default(), Instant::now());
        let mut is_new = |waking, seconds| told.is_new(waking, now + Duration::from_secs(seconds));
        assert!(is_new(Waking::Woke, 0) && !is_new(Waking::Woke, 4) && is_new(Waking::Network, 4));
        assert!(is_new(Waking::Woke, 5) && !is_new(Waking::Woke, 9) && is_new(Waking::Network, 9));
    }
}
