//! The machine wakes up: a master that was away is connected to at once, and not after its back-off.

use super::{join, until_it_is};
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tests::farm::{Knobs, MadeUp};
use tests::{Outpost, Wire, skip};

/// So long the next attempt must still be away for the test to say anything, in ms.
const FAR: i64 = 12_000;

/// A system bus of its own.
struct Bus {
    daemon: Child,
    address: String,
}

impl Bus {
    fn start() -> Option<Bus> {
        let daemon = Command::new("dbus-daemon")
            .args([
                "--session",
                "--nofork",
                "--print-address=1",
                "--address=unix:tmpdir=/tmp",
            ])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let Ok(mut daemon) = daemon else {
            skip("dbus-daemon is not installed");
            return None;
        };
        let mut address = String::new();
        let mut said = BufReader::new(daemon.stdout.take().expect("its output"));
        said.read_line(&mut address).expect("an address");
        Some(Bus {
            daemon,
            address: address.trim().to_owned(),
        })
    }

    /// Says as logind does that the machine is awake.
    fn wake(&self) {
        let told = Command::new("dbus-send")
            .arg(format!("--bus={}", self.address))
            .args(["--type=signal", "/org/freedesktop/login1"])
            .args(["org.freedesktop.login1.Manager.PrepareForSleep", "boolean:false"])
            .status();
        assert!(told.expect("dbus-send runs").success());
    }
}

impl Drop for Bus {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.daemon.kill();
        let _ = self.daemon.wait();
    }
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
    i64::try_from(since.as_millis()).expect("a date")
}

#[tokio::test(flavor = "multi_thread")]
async fn after_sleep_a_master_is_connected_to_at_once() {
    let Some(bus) = Bus::start() else { return };
    let farm = MadeUp::start("Team", 3, Knobs::default()).await;
    let address = farm.url();
    let port = address.trim_end_matches('/').rsplit(':').next().expect("a port");
    let wire = Wire::to(port.parse().expect("a port")).await;
    let mut outpost = Outpost::prepared().with("DBUS_SYSTEM_BUS_ADDRESS", &bus.address);
    outpost.run(&["--no-tray"]).await;
    join(&outpost, &wire.url()).await;
    wire.cut();
    until_it_is(&outpost, "team", "stale").await;
    // The waits grow, and are of chance: until one is long.
    let retry_at = |overview: &serde_json::Value| super::master(overview, "team")["retry_at"].as_i64();
    let overview = outpost
        .until("the next attempt is far away", |overview| {
            retry_at(overview).is_some_and(|at| at - now() > FAR)
        })
        .await;
    let due = retry_at(&overview).expect("it was seen");
    wire.mend();
    let woken = Instant::now();
    bus.wake();
    until_it_is(&outpost, "team", "live").await;
    assert!(now() < due, "it was connected to by itself");
    assert!(woken.elapsed() < Duration::from_millis(10_000), "{:?}", woken.elapsed());
}
