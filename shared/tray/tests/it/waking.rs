//! The system says that it woke up, or that it has a network.

use std::time::Duration;
use tokio::time::timeout;
use tray::Waking;
use zbus::Connection;
use zbus::connection::Builder;

const LOGIN: &str = "org.freedesktop.login1";
const NETWORK: &str = "org.freedesktop.NetworkManager";

async fn named(name: &'static str) -> Connection {
    let bus = Builder::system().expect("an address").name(name).expect("a name");
    bus.build().await.expect("the bus")
}

async fn sleeps(login: &Connection, before: bool) {
    let interface = "org.freedesktop.login1.Manager";
    let told = login.emit_signal(
        None::<&str>,
        "/org/freedesktop/login1",
        interface,
        "PrepareForSleep",
        &before,
    );
    told.await.expect("the bus");
}

async fn state(network: &Connection, state: u32) {
    let told = network.emit_signal(
        None::<&str>,
        "/org/freedesktop/NetworkManager",
        NETWORK,
        "StateChanged",
        &state,
    );
    told.await.expect("the bus");
}

/// Until something listens for these signals.
async fn until_heard(bus: &Connection) {
    let deadline = std::time::Instant::now() + Duration::from_secs(20);
    loop {
        let names = bus
            .call_method(
                Some("org.freedesktop.DBus"),
                "/",
                Some("org.freedesktop.DBus"),
                "ListNames",
                &(),
            )
            .await;
        let names: Vec<String> = names.expect("the bus").body().deserialize().expect("names");
        // The bus, logind, NetworkManager, their names, and who listens.
        if names.len() >= 6 {
            return;
        }
        assert!(std::time::Instant::now() < deadline, "nobody came: {names:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
#[ignore = "runs on a bus of its own"]
async fn after_sleep_and_with_a_network_it_is_told_and_otherwise_not() {
    let (login, network) = (named(LOGIN).await, named(NETWORK).await);
    let mut wakings = tray::wakings();
    until_heard(&login).await;
    // What is said before somebody listens is lost, so it is said until it is heard.
    let woke = loop {
        sleeps(&login, true).await;
        sleeps(&login, false).await;
        if let Ok(waking) = timeout(Duration::from_millis(200), wakings.recv()).await {
            break waking;
        }
    };
    assert_eq!(woke, Some(Waking::Woke));
    // Again at once: that is known. Of another type than it must be; a network that is going is no news; one that is
    // there is.
    sleeps(&login, false).await;
    let interface = "org.freedesktop.login1.Manager";
    let told = login.emit_signal(
        None::<&str>,
        "/org/freedesktop/login1",
        interface,
        "PrepareForSleep",
        &"no",
    );
    told.await.expect("the bus");
    state(&network, 20).await;
    state(&network, 70).await;
    let next = timeout(Duration::from_secs(20), wakings.recv()).await;
    assert_eq!(next, Ok(Some(Waking::Network)), "and nothing in between");
}
