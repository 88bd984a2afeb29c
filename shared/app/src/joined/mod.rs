//! The joined masters: which they are, who is signed in there, and what is heard of them.
//!
//! Each has its own tasks and bounded queues, so that one that is slow, lies or is away delays no other. What faces show
//! of them is made from their pictures in `service/joined`.

mod absent;
mod called;
mod ended;
mod follow;
pub(crate) mod hints;
pub(crate) mod kept;
mod member;
mod recent;
mod row;
mod secret;
mod seen;
mod sign;
mod start;
mod tell;
pub(crate) mod translate;
pub(crate) mod versions;

pub(crate) use ended::telling_log;
pub use member::Member;
pub(crate) use row::way;
pub(crate) use sign::{Signing, sign_in_refused};

use crate::api::Refusal;
use crate::news::Newsroom;
use crate::service::{Desk, read, write};
use crate::watching::Watching;
use called::Called;
use client::Http;
use kept::{Kept, List, resume_key};
use std::collections::BTreeMap;
use std::sync::{Arc, RwLock};
use store::Store;
use tokio::sync::Mutex;
use tokio::task::JoinHandle;
use tracing::warn;
use versions::Versions;
use watch::MasterKey;

/// The joined masters. Clones share them.
#[derive(Clone)]
pub struct Farm {
    around: Around,
    members: Arc<RwLock<Vec<Arc<Member>>>>,
    /// What changes the list waits for its turn.
    list: Arc<Mutex<List>>,
    /// By the masters' ids.
    followed: Arc<RwLock<BTreeMap<i64, Followed>>>,
}

/// What follows a master.
struct Followed {
    called: Called,
    tasks: [JoinHandle<()>; 2],
}

/// What the tasks of every joined master need.
#[derive(Clone)]
pub(crate) struct Around {
    pub store: Store,
    pub profile: String,
    pub newsroom: Newsroom,
    pub watching: Watching,
    pub versions: Arc<Versions>,
    pub desk: Arc<Desk>,
}

impl Around {
    /// Whether an author's text means the person.
    pub fn is_me(&self, master: &MasterKey, author: &str) -> bool {
        read(&self.desk.identity).is_me(master, author)
    }
}

impl Farm {
    /// Nobody is followed yet.
    pub(crate) fn new(around: Around) -> Farm {
        Farm {
            around,
            members: Arc::default(),
            list: Arc::default(),
            followed: Arc::default(),
        }
    }

    /// Reads which masters are joined, and begins to follow them. Nothing here waits for a master.
    pub(crate) async fn begin_all(&self) {
        let mut list = self.list.lock().await;
        *list = kept::read(&self.around.store).await;
        for kept in list.masters.clone() {
            let key = kept.key.clone();
            if let Err(refusal) = self.begin(kept, None).await {
                warn!(master = key, "it is not followed: {refusal}");
            }
        }
    }

    /// All of them, in the order of joining.
    pub fn members(&self) -> Vec<Arc<Member>> {
        read(&self.members).clone()
    }

    /// The one with this key.
    pub fn get(&self, key: &str) -> Option<Arc<Member>> {
        read(&self.members).iter().find(|member| member.key.0 == key).cloned()
    }

    /// Connects to all of them anew, now: the machine slept, and what seems to be connected is so no longer.
    pub fn connect_anew(&self) {
        self.members().iter().for_each(|member| member.joined.reconnect_now());
    }

    /// Connects to those that are away, now rather than after their back-off: there is a network.
    pub fn connect_those_away(&self) {
        for member in self.members().iter().filter(|member| member.stale_since().is_some()) {
            member.joined.reconnect_now();
        }
    }

    /// Which rows of builders changed when.
    pub(crate) fn versions(&self) -> &Versions {
        &self.around.versions
    }

    /// Keeps where to go on, and ends. To be called before the store is closed.
    pub async fn close(&self) {
        let members = std::mem::take(&mut *write(&self.members));
        for member in &members {
            member.joined.stop();
        }
        for member in members {
            self.end(&member).await;
        }
    }

    /// Follows one more master. `http` may have signed in already.
    pub(crate) async fn add(&self, mut kept: Kept, http: Http) -> Result<Arc<Member>, Refusal> {
        let mut list = self.list.lock().await;
        self.check_free(&list, &kept)?;
        let mut longer = list.clone();
        longer.next += 1;
        kept.id = longer.next;
        longer.masters.push(kept.clone());
        kept::write(&self.around.store, &longer).await?;
        *list = longer;
        let member = self.begin(kept, Some(http)).await?;
        self.tell_faces();
        Ok(member)
    }

    fn check_free(&self, list: &List, kept: &Kept) -> Result<(), Refusal> {
        kept::check_key(&kept.key)?;
        if let Some(other) = list.masters.iter().find(|other| other.url == kept.url) {
            return Err(Refusal::conflict(format!(
                "{} is joined already, as '{}'",
                kept.url, other.key
            )));
        }
        check_unused(list, &kept.key)
    }

    /// Follows a master no more, and forgets its secret and what was kept of it.
    pub(crate) async fn remove(&self, key: &str) -> Result<(), Refusal> {
        let mut list = self.list.lock().await;
        let member = self.get(key).ok_or_else(|| not_joined(key))?;
        let kept = member.kept();
        let mut shorter = list.clone();
        shorter.masters.retain(|other| other.id != kept.id);
        kept::write(&self.around.store, &shorter).await?;
        *list = shorter;
        self.stop(&member).await;
        self.forget(&kept).await;
        self.tell_faces();
        Ok(())
    }

    async fn forget(&self, kept: &Kept) {
        if kept.signed_in
            && !kept.session_only
            && let Err(error) = secret::forget(&self.around.profile, kept.id).await
        {
            warn!(master = kept.key, "its secret stays in the keychain: {error}");
        }
        let (resume, seen) = (resume_key(kept.id), kept.id.to_string());
        let forgotten = self.around.store.write(move |c| {
            store::settings::remove(c, &resume)?;
            store::seen::forget(c, &seen)
        });
        if let Err(error) = forgotten.await {
            warn!(master = kept.key, "what was seen of it stays: {error}");
        }
    }

    /// Gives a master another key. It is followed on by the same connection, and what was told, muted and claimed of it by
    /// the old one goes with it.
    pub(crate) async fn rename(&self, key: &str, name: &str) -> Result<Arc<Member>, Refusal> {
        let mut list = self.list.lock().await;
        let member = self.get(key).ok_or_else(|| not_joined(key))?;
        kept::check_key(name)?;
        if key == name {
            return Ok(member);
        }
        check_unused(&list, name)?;
        let mut kept = member.kept();
        kept.key = name.to_owned();
        let id = kept.id;
        let mut renamed = list.clone();
        if let Some(row) = renamed.masters.iter_mut().find(|row| row.id == id) {
            *row = kept;
        }
        kept::write(&self.around.store, &renamed).await?;
        *list = renamed;
        let member = self.call(id, name).await.ok_or_else(|| not_joined(key))?;
        self.tell_faces();
        Ok(member)
    }

    /// What is remembered of a master changed.
    pub(crate) async fn keep(&self, member: &Member) -> Result<(), Refusal> {
        let kept = member.kept();
        let mut list = self.list.lock().await;
        let mut changed = list.clone();
        if let Some(row) = changed.masters.iter_mut().find(|row| row.id == kept.id) {
            *row = kept;
        }
        kept::write(&self.around.store, &changed).await?;
        *list = changed;
        self.tell_faces();
        Ok(())
    }

    pub(crate) fn is_free(&self, key: &str) -> bool {
        self.get(key).is_none()
    }

    pub(crate) fn tell_faces(&self) {
        self.around.newsroom.masters();
        self.around.newsroom.overview();
    }
}

/// There is no such master.
pub(crate) fn not_joined(key: &str) -> Refusal {
    Refusal::not_found(format!("'{key}' is not joined")).hint("See the page Masters, or:  outpost masters")
}

fn check_unused(list: &List, key: &str) -> Result<(), Refusal> {
    if list.masters.iter().all(|other| other.key != key) {
        return Ok(());
    }
    let taken = format!("'{key}' is another master's name");
    let mut refusal = Refusal::conflict(taken.clone());
    refusal.fields.insert("name".to_owned(), taken);
    Err(refusal)
}
