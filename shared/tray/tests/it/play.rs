//! A tray under test: views and notices in a few words, and events waited for.

use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::timeout;
use tray::{NoticePresence, Options, TrayEvent, TrayHandle, TrayPresence};
use watch::*;

/// Far more than a machine under load needs; only a failing test waits so long.
pub const PATIENCE: Duration = Duration::from_secs(30);

pub struct Play {
    pub tray: TrayHandle,
    events: mpsc::Receiver<TrayEvent>,
}

impl Play {
    pub fn start() -> Play {
        let (tray, events) = tray::start(Options::default());
        Play { tray, events }
    }

    pub async fn event(&mut self) -> TrayEvent {
        timeout(PATIENCE, self.events.recv())
            .await
            .expect("an event in time")
            .expect("the tray runs")
    }

    /// The first event that `wanted` takes; those before it are dropped.
    pub async fn until<T>(&mut self, wanted: impl Fn(&TrayEvent) -> Option<T>) -> T {
        loop {
            let event = self.event().await;
            if let Some(found) = wanted(&event) {
                return found;
            }
        }
    }

    pub async fn until_presence(&mut self, presence: TrayPresence) {
        self.until(|event| (*event == TrayEvent::Presence(presence)).then_some(()))
            .await;
        assert_eq!(self.tray.presence(), presence);
    }

    pub async fn until_notices(&mut self, presence: NoticePresence) {
        self.until(|event| (*event == TrayEvent::Notices(presence)).then_some(()))
            .await;
        assert_eq!(self.tray.notices(), presence);
    }

    /// The next thing that a person did.
    pub async fn click(&mut self) -> TrayEvent {
        self.until(|event| match event {
            TrayEvent::Presence(_) | TrayEvent::Notices(_) | TrayEvent::DoNotDisturb(_) => None,
            click => Some(click.clone()),
        })
        .await
    }
}

/// Asks again and again until there is an answer.
pub async fn eventually<T, F: Future<Output = Option<T>>>(what: &str, ask: impl Fn() -> F) -> T {
    let answer = async {
        loop {
            if let Some(answer) = ask().await {
                return answer;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, answer)
        .await
        .unwrap_or_else(|_| panic!("{what} did not happen in time"))
}

pub fn builder() -> BuilderKey {
    "bundled/3".parse().expect("a key")
}

pub fn log() -> Target {
    Target::Log {
        builder: builder(),
        number: 412,
        step: 2,
        log: "stdio".to_owned(),
        line: Some(7),
    }
}

pub fn view(state: IconState) -> TrayView {
    TrayView {
        icon: TrayIcon { state, muted: false },
        attention: state == IconState::BrokenByMe,
        tooltip: Tooltip {
            title: format!("{state:?}"),
            text: "a_b <c> & d".to_owned(),
        },
        menu: vec![
            MenuItem::Text("All well".to_owned()),
            MenuItem::Separator,
            MenuItem::Action {
                label: "Open my_log".to_owned(),
                action: MenuAction::Open(log()),
            },
            MenuItem::Submenu {
                label: "Mute".to_owned(),
                items: vec![MenuItem::Action {
                    label: "Everything for 1 hour".to_owned(),
                    action: MenuAction::Mute(Scope::All, MuteLength::Minutes(60)),
                }],
            },
            MenuItem::Action {
                label: "Quit".to_owned(),
                action: MenuAction::Quit,
            },
        ],
    }
}

pub fn notice(key: &str, title: &str) -> Notice {
    Notice {
        id: NoticeKey(key.to_owned()),
        about: watch::Subject::Broken,
        title: title.to_owned(),
        body: "linux #412: compile failed: a.c:7: expected <b> & c".to_owned(),
        urgency: Urgency::Normal,
        buttons: vec![
            Button {
                label: "Open log".to_owned(),
                action: NoticeAction::Open(log()),
            },
            Button {
                label: "Mute…".to_owned(),
                action: NoticeAction::Mute(Scope::Builder(builder())),
            },
        ],
        silent: false,
        target: log(),
        why: "because".to_owned(),
    }
}
