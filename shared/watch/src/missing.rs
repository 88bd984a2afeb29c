//! Workers that stay away for longer than their configuration allows: one notice each, taken away when they are back.
//!
//! Whoever named somebody to tell in the configuration asked for it, so that no setting is needed; quiet hours,
//! do-not-disturb and a mute of everything keep it until they are over.

use crate::MasterKey;
use crate::mute::Scope;
use crate::notice::{Button, Notice, NoticeAction, NoticeKey, Subject, Target, Tell, Urgency};
use crate::state::State;
use crate::words;
use model::{Time, WorkerId};

/// A worker that is away for too long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Missing {
    pub master: MasterKey,
    pub worker: WorkerId,
    pub name: String,
    pub since: Option<Time>,
    pub told: bool,
}

impl Missing {
    pub(crate) fn notice(&self) -> NoticeKey {
        NoticeKey(format!("worker/{}/{}", self.master, self.worker))
    }
}

impl State {
    pub(crate) fn worker_missing(&mut self, master: MasterKey, worker: WorkerId, name: String, since: Option<Time>) {
        if self.missing_of(&master).contains(&worker) {
            return;
        }
        self.missing.push(Missing {
            master,
            worker,
            name,
            since,
            told: false,
        });
    }

    /// The workers of a master that were told to be missing, and not to be back.
    pub fn missing_of(&self, master: &MasterKey) -> Vec<WorkerId> {
        let missing = self.missing.iter().filter(|one| one.master == *master);
        missing.map(|one| one.worker).collect()
    }

    /// Forgets the missing workers of a master that `back` names, and takes their notices away.
    pub(crate) fn worker_back(&mut self, master: &MasterKey, back: impl Fn(WorkerId) -> bool) -> Vec<Tell> {
        let is_back = |one: &Missing| one.master == *master && back(one.worker);
        let told = self.missing.iter().filter(|one| one.told && is_back(one));
        let withdrawn = told.map(|one| Tell::Withdraw(one.notice())).collect();
        self.missing.retain(|one| !is_back(one));
        withdrawn
    }

    /// Tells of those that nobody was told of, once nothing asks for silence.
    pub(crate) fn tell_missing(&mut self, now: Time) -> Vec<Tell> {
        if self.hush(now).is_some() {
            return Vec::new();
        }
        let muted = |master: &MasterKey| {
            let covers = |scope: &Scope| *scope == Scope::All || *scope == Scope::Master(master.clone());
            self.mutes.iter().any(|mute| covers(&mute.scope))
        };
        let due: Vec<usize> = (0..self.missing.len())
            .filter(|&at| !self.missing[at].told && !muted(&self.missing[at].master))
            .collect();
        let mut tells = Vec::new();
        for at in due {
            self.missing[at].told = true;
            tells.push(Tell::Show(Box::new(self.missing_notice(&self.missing[at], now))));
        }
        tells
    }

    fn missing_notice(&self, missing: &Missing, now: Time) -> Notice {
        let target = Target::Worker {
            master: missing.master.clone(),
            worker: missing.worker,
        };
        let away = match missing.since {
            Some(since) => format!("It is away since {}", words::clock(since, now, self.utc_offset_minutes)),
            None => "It is away for longer than its master allows".to_owned(),
        };
        Notice {
            id: missing.notice(),
            about: Subject::Other,
            title: format!("Worker {} is missing", words::cut(&missing.name)),
            body: format!("{away}. Builds that need it wait."),
            urgency: Urgency::Normal,
            buttons: vec![Button {
                label: "Open worker".to_owned(),
                action: NoticeAction::Open(target.clone()),
            }],
            silent: false,
            target,
            why: "The configuration says who is to be told when this worker is missing (notify_on_missing).".to_owned(),
        }
    }
}
