//! Changes that were taken and may be submitted: ten at most, for an hour.

use crate::api::Refusal;
use crate::api::tries::{TryFrom, TryLook};
use crate::service::write;
use bytes::Bytes;
use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::{Arc, RwLock};
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

/// Those that are held.
#[derive(Default)]
pub(super) struct Held(RwLock<VecDeque<(Instant, Arc<Change>)>>);

impl Held {
    pub fn put(&self, change: Arc<Change>) {
        let mut held = write(&self.0);
        held.retain(|(at, _)| at.elapsed() < LONGEST);
        if held.len() >= MOST {
            held.pop_front();
        }
        held.push_back((Instant::now(), change));
    }

    pub fn get(&self, id: &str) -> Result<Arc<Change>, Refusal> {
        let mut held = write(&self.0);
        held.retain(|(at, _)| at.elapsed() < LONGEST);
        let found = held.iter().find(|(_, change)| change.id == id);
        found
            .map(|(_, change)| Arc::clone(change))
            .ok_or_else(|| Refusal::not_found("this change is no longer held").hint("Look at the working copy again."))
    }
}

/// A name that nothing else has.
pub(super) fn fresh_id() -> String {
    format!("{:016x}", rand::random::<u64>())
}
