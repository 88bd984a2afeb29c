//! Carries one try on, from the queue to its end.

use super::following::{self, find};
use super::record::{Record, Route};
use super::send::{Found, Sent, builds_of, look_for, send};
use super::{Open, push};
use crate::api::tries::TryState;
use crate::service::{App, clock, write};
use client::LinkState;
use std::collections::BTreeMap;
use std::time::Duration;
use submit::{Arrived, SubmitError, Submitted};
use tokio::sync::watch as value;
use tokio_util::sync::CancellationToken;
use watch::{Happening, TryOver};

/// Between two attempts to send, growing.
const FIRST_PAUSE: Duration = Duration::from_secs(5);
const LONGEST_PAUSE: Duration = Duration::from_secs(300);

/// A master may need a moment to show what it has taken.
const LOOKS: u32 = 6;
const LOOK: Duration = Duration::from_secs(3);

/// So often a try is sent of which no answer comes, and which its master does not have afterwards.
const SENT_AT_MOST: u32 = 3;

/// Under which name the password of one try is remembered.
pub(super) fn password_of(id: i64) -> String {
    format!("of try {id}")
}

/// Begins to carry a try on; its record, and each change of it.
pub(super) fn begin(app: &App, id: i64, record: Record) -> value::Receiver<Record> {
    let (tell, known) = value::channel(record);
    let cancel = app.tries.inner.end.child_token();
    let open = Open {
        record: known.clone(),
        cancel: cancel.clone(),
    };
    write(&app.tries.inner.open).insert(id, open);
    let carrier = Carrier {
        app: app.clone(),
        id,
        tell,
        cancel,
    };
    app.tries.inner.tasks.spawn(Box::pin(carrier.run()));
    app.newsroom.tries();
    known
}

/// Waits until nobody carries a try on.
pub(super) async fn left_alone(mut record: value::Receiver<Record>) {
    // Its task drops what it tells with, and then nothing changes it any more.
    while record.changed().await.is_ok() {}
}

/// The task's own.
pub(super) struct Carrier {
    pub app: App,
    pub id: i64,
    tell: value::Sender<Record>,
    pub cancel: CancellationToken,
}

impl Carrier {
    async fn run(self) {
        let cancel = self.cancel.clone();
        tokio::select! {
            () = cancel.cancelled() => {}
            () = self.carry() => {}
        }
        write(&self.app.tries.inner.open).remove(&self.id);
        write(&self.app.tries.inner.passwords).remove(&password_of(self.id));
    }

    async fn carry(&self) {
        if self.record().is_open() {
            let news = match self.record().is_there() {
                true => None,
                false => match self.arrive().await {
                    Some(news) => news,
                    None => return,
                },
            };
            following::follow(self, news).await;
        }
        let record = self.record();
        if record.state == TryState::Ended && !record.done {
            self.over(&record).await;
        }
    }

    pub fn record(&self) -> Record {
        self.tell.borrow().clone()
    }

    /// Changes what is known, keeps it and tells it. What cannot be kept is known until the program ends.
    pub async fn change(&self, change: impl FnOnce(&mut Record)) {
        let mut record = self.record();
        change(&mut record);
        if record == *self.tell.borrow() {
            return;
        }
        let (id, open) = (self.id, record.is_carried());
        if let Ok(value) = serde_json::to_value(&record) {
            let kept = self
                .app
                .store()
                .write(move |c| store::tries::update(c, id, open, &value))
                .await;
            if let Err(error) = kept {
                tracing::warn!("try {id}: what became of it is not kept: {error}");
            }
        }
        self.tell.send_replace(record);
        self.app.newsroom.tries();
    }

    /// Gets it to its master; nothing when it was not taken.
    async fn arrive(&self) -> Option<Option<Box<Submitted>>> {
        let mut pause = FIRST_PAUSE;
        let mut unanswered = 0;
        loop {
            if self.record().sent_at.is_some() && !self.is_missing_there().await {
                return self.record().is_there().then_some(None);
            }
            if unanswered == SENT_AT_MOST {
                self.never_arrives(unanswered).await;
                return None;
            }
            match self.send_once().await {
                Ok(sent) => return Some(self.arrived(sent).await),
                Err(error) if error.arrived == Arrived::Maybe => {
                    unanswered += 1;
                    self.change(|record| record.words = error.message.clone()).await;
                }
                Err(error) if error.passing => {
                    self.wait_for_master(&error, pause).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
                Err(error) => {
                    self.refuse(error.message, error.hint).await;
                    return None;
                }
            }
        }
    }

    async fn refuse(&self, message: String, hint: Option<String>) {
        let now = clock::now().0;
        let refuse = |record: &mut Record| {
            (record.state, record.words, record.hint) = (TryState::Refused, message, hint);
            record.ended_at = Some(now);
        };
        self.change(refuse).await;
    }

    async fn never_arrives(&self, times: u32) {
        let words = format!("It was sent {times} times and did not arrive: {}", self.record().words);
        let hint = "See the master's log for why it breaks off, or choose another way.";
        self.refuse(words, Some(hint.to_owned())).await;
    }

    async fn send_once(&self) -> Result<Sent, SubmitError> {
        let id = self.id;
        let lost = |why: String| SubmitError {
            message: format!("the patch cannot be read: {why}"),
            hint: None,
            arrived: Arrived::No,
            passing: false,
        };
        let body = self.app.store().read(move |c| store::tries::patch(c, id)).await;
        let body = body.map_err(|error| lost(error.to_string()))?;
        let body = body.ok_or_else(|| lost("it is not kept any more".to_owned()))?;
        let before = find::newest_set(&self.app, &self.record()).await;
        let now = clock::now().0;
        let going = |record: &mut Record| {
            record.after_set = before;
            (record.state, record.words, record.hint) = (TryState::Sending, "Being sent".to_owned(), None);
            record.sent_at = Some(now);
        };
        self.change(going).await;
        let sent = Box::pin(send(&self.app, id, &self.record(), body)).await;
        if let Err(error) = &sent
            && error.arrived == Arrived::No
        {
            self.change(|record| record.sent_at = None).await;
        }
        sent
    }

    async fn arrived(&self, sent: Sent) -> Option<Box<Submitted>> {
        match sent {
            Sent::Set(set, requests) => {
                self.know_set(set, &requests).await;
                None
            }
            Sent::Followed(news) => {
                let words = "Taken; its builds are not known yet";
                self.change(|record| (record.state, record.words) = (TryState::Waiting, words.to_owned()))
                    .await;
                Some(news)
            }
            Sent::Delivered => {
                let followed = self.app.farm.get(&self.record().master).is_some();
                let (state, words) = match followed {
                    true => (
                        TryState::Waiting,
                        "Delivered; the master looks into its folder now and then",
                    ),
                    false => (TryState::Sent, "Delivered; its builds are on the master's own pages"),
                };
                let now = clock::now().0;
                self.change(|record| {
                    (record.state, record.words) = (state, words.to_owned());
                    record.ended_at = (!followed).then_some(now);
                })
                .await;
                None
            }
        }
    }

    pub async fn know_set(&self, set: i64, requests: &BTreeMap<i64, i64>) {
        let names = find::names(&self.app, &self.record().master, requests.keys().copied()).await;
        let name = |builder: i64| {
            names
                .get(&builder)
                .cloned()
                .unwrap_or_else(|| format!("builder {builder}"))
        };
        let now = clock::now().0;
        self.change(|record| {
            builds_of(record, set, requests, name);
            record.settle(now);
        })
        .await;
    }

    /// Whether a try that was sent, and not answered, has to be sent again. One of which nobody knows is given up.
    async fn is_missing_there(&self) -> bool {
        for look in 0..LOOKS {
            match look_for(&self.app, &self.record()).await {
                Found::Set(set, requests) => {
                    self.know_set(set, &requests).await;
                    return false;
                }
                Found::NotThere if look + 1 == LOOKS || self.record().route == Route::Desk => return true,
                Found::NotThere => {}
                Found::Unknown if look + 1 == LOOKS => break,
                Found::Unknown => {}
            }
            tokio::time::sleep(LOOK).await;
        }
        let words = "It was sent, but no answer came, and whether it arrived cannot be asked";
        let hint = "Look whether the master builds it before you send it again.";
        self.refuse(words.to_owned(), Some(hint.to_owned())).await;
        false
    }

    /// Waits until the master may be there again.
    async fn wait_for_master(&self, error: &SubmitError, pause: Duration) {
        let words = format!("{}; it is sent when the master is back", error.message);
        self.change(|record| (record.state, record.words) = (TryState::Queued, words))
            .await;
        let back = async {
            let Some(member) = self.app.farm.get(&self.record().master) else {
                return std::future::pending().await;
            };
            let mut link = member.joined.link();
            let live = |state: &LinkState| matches!(state, LinkState::Live { .. });
            if live(&link.borrow_and_update()) {
                // It is heard: what is missing is its other port.
                return std::future::pending().await;
            }
            // An error is the end of the master here.
            let _ = link.wait_for(live).await;
        };
        tokio::select! {
            () = back => {}
            () = tokio::time::sleep(pause) => {}
        }
    }

    /// Tells the person, and pushes where that was asked for.
    async fn over(&self, record: &Record) {
        let over = TryOver {
            id: self.id,
            project: record.project.clone(),
            master: record.title.clone(),
            green: record.is_green(),
            words: record.words.clone(),
            failed: record
                .builds
                .iter()
                .filter(|one| !one.is_green())
                .map(|one| one.builder.clone())
                .collect(),
        };
        self.app.watching.apply(Happening::TryOver(over)).await;
        let pushed = push::when_green(&self.app, self.id, record).await;
        self.change(|record| {
            record.push = pushed.unwrap_or_else(|| record.push.clone());
            record.done = true;
        })
        .await;
    }
}
