//! One joined master: its connection, what it refused, and which of its builds somebody looks at.

use super::kept::Kept;
use super::recent::Recent;
use crate::service::console::Built;
use client::reading::{BuildPage, Keep, Reading};
use client::rest::ForceScheduler;
use client::rest::log::Kind;
use client::{Http, Joined, LinkState, Watch, rest};
use model::{BuildId, LogId};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, watch as value};
use tokio::time::Instant;
use watch::MasterKey;

/// So long a build is followed closely after a page asked for it.
const LOOKED_AT: Duration = Duration::from_secs(60);

/// Builds that are followed closely at once; of more, those that were asked for first are let go.
const MOST_LOOKED_AT: usize = 8;

/// What is told of a running build is added to what was read of it; that is read again after this time.
const READ_AGAIN: Duration = Duration::from_secs(60);

/// Logs whose first error is remembered.
const ERRORS: usize = 200;

/// Characters of an error that are shown.
const LONGEST: usize = 300;

/// A joined master. What one that is renamed had under its old key goes on under the new one: values of the same master
/// share everything but the key.
#[derive(Clone)]
pub struct Member {
    /// Its key.
    pub key: MasterKey,
    /// Its live picture.
    pub joined: Joined,
    /// Reads its builds and logs.
    pub reading: Reading,
    /// Builds as the console reads them.
    pub(crate) builds_of_changes: Arc<Recent<Vec<Built>>>,
    forms_with_patch: Arc<Recent<Vec<ForceScheduler>>>,
    seen: Arc<dyn Keep>,
    /// A build is looked at that was not before.
    looks: Arc<Notify>,
    /// Something is told of the steps of a build that is watched.
    steps: value::Sender<()>,
    state: Arc<Mutex<State>>,
}

pub(super) struct State {
    pub kept: Kept,
    /// By the order's name, and why.
    pub denied: BTreeMap<String, String>,
    /// Why nobody is signed in although somebody was.
    pub signed_out: Option<String>,
    looked_at: BTreeMap<BuildId, LookedAt>,
    /// Where logs that are over have their first error, and its text.
    errors: BTreeMap<LogId, Option<(i64, String)>>,
    /// Names of builders that a force scheduler may ask; unknown at first.
    forced: Option<BTreeSet<String>>,
}

/// A running build that a page shows.
struct LookedAt {
    _watch: Watch,
    until: Instant,
    /// As it was read when that began.
    page: Option<(Arc<BuildPage>, Instant)>,
}

impl Member {
    /// A time of the master's clock, by this machine's.
    pub fn ours(&self, theirs: model::Time) -> model::Time {
        self.joined.http().ours(theirs)
    }

    pub(super) fn new(kept: Kept, joined: Joined, seen: Arc<dyn Keep>) -> Member {
        Member {
            key: MasterKey(kept.key.clone()),
            reading: Reading::new(joined.http(), Arc::clone(&seen)),
            seen,
            builds_of_changes: Arc::default(),
            forms_with_patch: Arc::default(),
            joined,
            looks: Arc::default(),
            steps: value::Sender::new(()),
            state: Arc::new(Mutex::new(State {
                kept,
                denied: BTreeMap::new(),
                signed_out: None,
                looked_at: BTreeMap::new(),
                errors: BTreeMap::new(),
                forced: None,
            })),
        }
    }

    /// The same master under another key.
    pub(super) fn under(&self, key: &str) -> Member {
        self.know(|kept| key.clone_into(&mut kept.key));
        Member {
            key: MasterKey(key.to_owned()),
            ..self.clone()
        }
    }

    /// Its HTTP, for a person who waits.
    pub fn http(&self) -> Http {
        self.joined.http().for_person()
    }

    pub(super) fn kept(&self) -> Kept {
        self.lock().kept.clone()
    }

    /// Names it for the keychain and the store.
    pub(crate) fn id(&self) -> i64 {
        self.lock().kept.id
    }

    /// What it calls itself.
    pub(crate) fn title(&self) -> String {
        self.lock().kept.title.clone()
    }

    /// It is an Outpost too.
    pub(crate) fn is_outpost(&self) -> bool {
        self.lock().kept.outpost
    }

    /// Why it refused to do this for whoever is signed in.
    pub(crate) fn denied(&self, order: &str) -> Option<String> {
        self.lock().denied.get(order).cloned()
    }

    /// Its forms that take a patch, if it tells them in time.
    pub(crate) async fn patch_forms(&self, in_time: Duration) -> Option<Arc<Vec<ForceScheduler>>> {
        let http = self.http();
        let read = self.forms_with_patch.answer("", async {
            let forms: Vec<ForceScheduler> = http.rows("forceschedulers?limit=1000", "forceschedulers").await?;
            let taking = forms.into_iter().filter(submit::form::takes_patch);
            Ok::<_, client::Error>(taking.collect())
        });
        tokio::time::timeout(in_time, read).await.ok()?.ok()
    }

    pub(super) fn know(&self, change: impl FnOnce(&mut Kept)) {
        change(&mut self.lock().kept);
    }

    /// Its ids mean other things than before: what was seen is of others.
    pub(super) fn renew(&self) {
        self.seen.forget();
        let mut state = self.lock();
        state.errors.clear();
        state.looked_at.clear();
    }

    /// Since when it cannot be heard, if so.
    pub(crate) fn stale_since(&self) -> Option<i64> {
        match &*self.joined.link().borrow() {
            LinkState::Stale { since, .. } => Some(since.0),
            _ => None,
        }
    }

    /// It refused to do this for whoever is signed in.
    pub(crate) fn deny(&self, order: &str, reason: &str) {
        self.lock().denied.insert(order.to_owned(), reason.to_owned());
    }

    /// Somebody else is signed in, or nobody: what was refused may be allowed now.
    pub(super) fn forget_denied(&self) {
        self.lock().denied.clear();
    }

    /// Why nobody is signed in any more; nothing when somebody is, or nobody wants to be.
    pub(super) fn set_signed_out(&self, reason: Option<String>) {
        self.lock().signed_out = reason;
    }

    pub(super) fn set_forced(&self, builders: BTreeSet<String>) {
        self.lock().forced = Some(builders);
    }

    /// Whether a force scheduler names this builder, as far as that is known.
    pub(crate) fn can_force(&self, builder: &str) -> bool {
        self.lock()
            .forced
            .as_ref()
            .is_none_or(|forced| forced.contains(builder))
    }

    /// Whether somebody looks at this build.
    pub(super) fn is_looked_at(&self, build: BuildId) -> bool {
        self.lock().looked_at.contains_key(&build)
    }

    /// A page shows this running build: its steps and logs are followed for a while. Gives it as it was read lately.
    pub(crate) fn look_at(&self, build: BuildId) -> Option<Arc<BuildPage>> {
        let until = Instant::now() + LOOKED_AT;
        let mut state = self.lock();
        if let Some(looked_at) = state.looked_at.get_mut(&build) {
            looked_at.until = until;
            let (page, read_at) = looked_at.page.as_ref()?;
            return (read_at.elapsed() < READ_AGAIN).then(|| Arc::clone(page));
        }
        if state.looked_at.len() >= MOST_LOOKED_AT {
            let first = state.looked_at.iter().min_by_key(|(_, looked_at)| looked_at.until);
            let first = first.map(|(build, _)| *build);
            first.map(|first| state.looked_at.remove(&first));
        }
        let looked_at = LookedAt {
            _watch: self.joined.watch_build(build),
            until,
            page: None,
        };
        state.looked_at.insert(build, looked_at);
        drop(state);
        self.looks.notify_one();
        None
    }

    /// A running build that a page shows was read.
    pub(crate) fn looked(&self, page: Arc<BuildPage>) {
        if let Some(looked_at) = self.lock().looked_at.get_mut(&page.build.id) {
            looked_at.page = Some((page, Instant::now()));
        }
    }

    /// Lets go of builds that nobody asked for lately; when to look again.
    pub(super) fn look_away(&self) -> Option<Instant> {
        let now = Instant::now();
        let mut state = self.lock();
        state.looked_at.retain(|_, looked_at| looked_at.until > now);
        state.looked_at.values().map(|looked_at| looked_at.until).min()
    }

    /// Resolves when a build is looked at that was not before.
    pub(super) async fn looked_at(&self) {
        self.looks.notified().await;
    }

    /// Changes with what is told of the steps of builds that somebody watches by [`Joined::watch_build`].
    pub(crate) fn steps(&self) -> value::Receiver<()> {
        self.steps.subscribe()
    }

    /// Something was told of such a step.
    pub(super) fn tell_steps(&self) {
        self.steps.send_replace(());
    }

    /// The first error of a log and its text. Of a log that is over it is found once.
    pub(crate) async fn first_error(&self, log: &rest::Log) -> Result<Option<(i64, String)>, client::Error> {
        if let Some(found) = self.lock().errors.get(&log.id) {
            return Ok(found.clone());
        }
        let found = match self.reading.first_error(log).await? {
            Some(line) => {
                let lines = self.reading.lines(log, line, 1).await?;
                Some((line, text_of(&lines.content, log.kind)))
            }
            None => None,
        };
        if log.complete {
            let mut state = self.lock();
            if state.errors.len() >= ERRORS {
                state.errors.clear();
            }
            state.errors.insert(log.id, found.clone());
        }
        Ok(found)
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A line without the letter of its stream and its end, as long as a person reads it.
fn text_of(line: &str, kind: Kind) -> String {
    let line = line.trim_end_matches(['\r', '\n']);
    let text = if kind == Kind::Stdio {
        line.get(1..).unwrap_or("")
    } else {
        line
    };
    text.trim().chars().take(LONGEST).collect()
}
