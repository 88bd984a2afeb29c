//! A worker of a team that stays away is told once, and its notice is taken away when it is back.

use super::{inside, notices, tray_status, until};
use serde_json::json;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use tests::Outpost;
use tests::farm::{Knobs, MadeUp};

/// Listens for notices that are taken away. Ended when it goes out of use.
struct TakenAway {
    listener: Child,
    heard: PathBuf,
}

impl TakenAway {
    fn listen() -> TakenAway {
        let heard = PathBuf::from(std::env::var("RIG_DIR").expect("inside the rig")).join("taken-away");
        let file = std::fs::File::create(&heard).expect("a file");
        let wanted = "interface='org.freedesktop.Notifications',member='CloseNotification'";
        let listener = Command::new("dbus-monitor")
            .args(["--session", wanted])
            .stdout(file)
            .stderr(Stdio::null())
            .spawn();
        let listener = listener.expect("it starts");
        let taken_away = TakenAway { listener, heard };
        let text = || std::fs::read_to_string(&taken_away.heard).unwrap_or_default();
        until("it listens", text, |text| text.contains("NameAcquired"));
        taken_away
    }

    fn count(&self) -> usize {
        let text = std::fs::read_to_string(&self.heard).unwrap_or_default();
        text.matches("member=CloseNotification").count()
    }
}

impl Drop for TakenAway {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.listener.kill();
        let _ = self.listener.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_worker_is_told_once_and_its_notice_goes_when_it_is_back() {
    if !inside(
        "workers::a_missing_worker_is_told_once_and_its_notice_goes_when_it_is_back",
        &[],
    ) {
        return;
    }
    let made = MadeUp::start("Team CI", 3, Knobs::default()).await;
    let mut outpost = Outpost::prepared();
    outpost.run(&[]).await;
    outpost.ok(&["join", &made.url(), "--name", "team"]);
    until("the tray is calm", tray_status, |status| status.contains("Active"));
    let taken_away = TakenAway::listen();
    let row = |there: bool, notify: bool| {
        let connected = if there { json!([{"masterid": 1}]) } else { json!([]) };
        let notify = if notify {
            json!(["ops@example.org"])
        } else {
            json!(null)
        };
        json!({"workerid": 1, "name": "worker", "workerinfo": {}, "paused": false, "pause_reason": null,
            "graceful": false, "connected_to": connected, "configured_on": [{"builderid": 1, "masterid": 1}],
            "notify": notify})
    };
    let tell = |verb: &str, body: serde_json::Value| {
        made.tell(&json!({"k": format!("workers/1/{verb}"), "m": body}).to_string());
    };
    for times in 1..=2 {
        tell("disconnected", row(false, false));
        tell("missing", row(false, true));
        tell("missing", row(false, true));
        let told = until("it is told", notices, |all| all.len() == times);
        assert_eq!(told[times - 1].1, "Worker worker is missing");
        tell("connected", row(true, false));
        until(
            "its notice is taken away",
            || taken_away.count(),
            |count| *count == times,
        );
        assert_eq!(notices().len(), times, "that it is back is no notice");
    }
}
