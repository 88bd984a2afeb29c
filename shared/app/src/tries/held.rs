//! Changes that were taken and may be submitted: ten at most, for an hour.

use crate::api::Refusal;
use crate::api::tries::{TryFrom, TryLook};
use crate::service::{read, write};
use bytes::Bytes;
use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::{Arc, RwLock, Weak};
use std::time::Duration;
use tokio::time::Instant;
use vcs::working_copy::{System, Taken};

/// Changes that are held at once.
const MOST: usize = 10;

/// For how long.
const LONGEST: Duration = Duration::from_secs(3600);

/// What a patch is made from.
#[derive(Clone, Debug)]
pub(super) enum Content {
    /// A working copy's change.
    Taken(Box<Taken>),
    /// A patch that was given, or sent before.
    Given(Arc<Given>),
}

/// A patch with where it starts from.
#[derive(Clone, Debug, Default)]
pub(super) struct Given {
    pub level: u32,
    pub body: Bytes,
    pub branch: Option<String>,
    pub base: Option<String>,
    pub repository: String,
    pub tree: Option<String>,
}

/// A change at one moment.
#[derive(Clone, Debug)]
pub(super) struct Change {
    pub id: String,
    /// None when it is of no system that is known.
    pub system: Option<System>,
    pub root: PathBuf,
    pub project: String,
    pub who: String,
    pub look: TryLook,
    pub from: Option<TryFrom>,
    /// The commit that was checked out, where the system is git.
    pub head: Option<String>,
    pub content: Content,
}

impl Change {
    pub fn branch(&self) -> Option<&str> {
        match &self.content {
            Content::Taken(taken) => taken.branch.as_deref(),
            Content::Given(given) => given.branch.as_deref(),
        }
    }

    pub fn base(&self) -> Option<&str> {
        match &self.content {
            Content::Taken(taken) => taken.base.revision.as_deref(),
            Content::Given(given) => given.base.as_deref(),
        }
    }

    pub fn repository(&self) -> &str {
        match &self.content {
            Content::Taken(taken) => &taken.repository,
            Content::Given(given) => &given.repository,
        }
    }
}

/// Those that are held, the oldest first.
#[derive(Default)]
pub(super) struct Held(Arc<Changes>);

type Changes = RwLock<VecDeque<(Instant, Arc<Change>)>>;

impl Held {
    pub fn put(&self, change: Arc<Change>) {
        let mut held = write(&self.0);
        if held.is_empty() {
            tokio::spawn(let_go(Arc::downgrade(&self.0)));
        }
        if held.len() >= MOST {
            held.pop_front();
        }
        held.push_back((Instant::now(), change));
    }

    pub fn get(&self, id: &str) -> Result<Arc<Change>, Refusal> {
        let held = read(&self.0);
        let found = held
            .iter()
            .find(|(at, change)| change.id == id && at.elapsed() < LONGEST);
        found
            .map(|(_, change)| Arc::clone(change))
            .ok_or_else(|| Refusal::not_found("this change is no longer held").hint("Look at the working copy again."))
    }
}

/// Lets go of each when its time is over, since a change can be large; ends when none is left.
async fn let_go(changes: Weak<Changes>) {
    loop {
        let due = {
            let Some(changes) = changes.upgrade() else { return };
            let mut held = write(&changes);
            held.retain(|(at, _)| at.elapsed() < LONGEST);
            match held.front() {
                Some((at, _)) => *at + LONGEST,
                None => return,
            }
        };
        tokio::time::sleep_until(due).await;
    }
}

/// A name that nothing else has.
pub(super) fn fresh_id() -> String {
    format!("{:016x}", rand::random::<u64>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change() -> Arc<Change> {
        Arc::new(Change {
            id: fresh_id(),
            system: None,
            root: PathBuf::new(),
            project: String::new(),
            who: String::new(),
            look: TryLook::default(),
            from: None,
            head: None,
            content: Content::Given(Arc::default()),
        })
    }

    #[tokio::test(start_paused = true)]
    async fn a_change_is_let_go_after_an_hour_though_nobody_asks() {
        let held = Held::default();
        let first = change();
        let (id, alive) = (first.id.clone(), Arc::downgrade(&first));
        held.put(first);
        tokio::time::sleep(LONGEST / 2).await;
        let later = change();
        let later_id = later.id.clone();
        held.put(later);
        assert!(held.get(&id).is_ok());
        tokio::time::sleep(LONGEST / 2 + Duration::from_secs(1)).await;
        assert!(alive.upgrade().is_none());
        assert!(held.get(&id).is_err() && held.get(&later_id).is_ok());
        tokio::time::sleep(LONGEST).await;
        let again = change();
        let alive = Arc::downgrade(&again);
        held.put(again);
        tokio::time::sleep(LONGEST + Duration::from_secs(1)).await;
        assert!(alive.upgrade().is_none(), "also after none was left");
    }

    #[tokio::test]
    async fn the_last_ten_are_held() {
        let held = Held::default();
        let all: Vec<Arc<Change>> = (0..=MOST).map(|_| change()).collect();
        all.iter().for_each(|one| held.put(Arc::clone(one)));
        assert!(held.get(&all[0].id).is_err());
        assert!(all[1..].iter().all(|one| held.get(&one.id).is_ok()));
    }
}
