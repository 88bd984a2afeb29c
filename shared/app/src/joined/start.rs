//! Beginning to follow a joined master, and ending it.

use super::absent::Absent;
use super::called::Called;
use super::follow::Follower;
use super::kept::{Kept, resume_key};
use super::member::Member;
use super::tell::{Teller, WAITING};
use super::{Farm, Followed, seen, sign};
use crate::api::Refusal;
use crate::service::{read, write};
use client::{Base, Http, Joined, Rhythm, Trust};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use watch::Happening;

/// How long what is under way at a master has to end.
const ENDING: Duration = Duration::from_secs(2);

impl Farm {
    /// Starts to follow a master, with the session that `http` has, or else with the one in the keychain.
    pub(super) async fn begin(&self, kept: Kept, http: Option<Http>) -> Result<Arc<Member>, Refusal> {
        let signed_in = http.is_some();
        let http = match http {
            Some(http) => http,
            None => http_of(&kept)?,
        };
        let resume = self.resume(kept.id).await;
        let id = kept.id;
        let sign_in = kept.signed_in && !signed_in;
        let seen = Arc::new(seen::Seen::of(&self.around.store, id));
        let (joined, news) = Joined::start(http, resume, Rhythm::default());
        let member = Arc::new(Member::new(kept, joined, seen));
        let called = Called::new(Arc::clone(&member));
        let (tellings, told) = mpsc::channel(WAITING);
        let teller = Teller {
            member: Arc::clone(&member),
            called: called.clone(),
            around: self.around.clone(),
            running: BTreeMap::new(),
            over: VecDeque::new(),
            absent: Absent::default(),
        };
        let follower = Follower {
            member: Arc::clone(&member),
            called: called.clone(),
            around: self.around.clone(),
            tellings,
            waited_for: BTreeSet::new(),
            keep_at: None,
        };
        let tasks = [tokio::spawn(follower.run(news)), tokio::spawn(teller.run(told))];
        write(&self.followed).insert(id, Followed { called, tasks });
        let mut members = write(&self.members);
        members.push(Arc::clone(&member));
        members.sort_by_key(|member| member.kept().id);
        drop(members);
        if sign_in {
            tokio::spawn(sign::again(Arc::clone(&member), self.around.clone()));
        }
        Ok(member)
    }

    async fn resume(&self, id: i64) -> Option<client::picture::Kept> {
        let key = resume_key(id);
        let kept = self.around.store.read(move |c| store::settings::get(c, &key)).await;
        // Without it, what was missed is not summed up; nothing else is lost.
        kept.ok().flatten().and_then(|kept| serde_json::from_value(kept).ok())
    }

    /// Ends what follows a master, and forgets what was told of it.
    pub(super) async fn stop(&self, member: &Member) {
        member.joined.stop();
        write(&self.members).retain(|other| other.key != member.key);
        self.end(member).await;
        self.around.versions.forget(&member.key.0);
        self.around
            .watching
            .apply(Happening::MasterGone(member.key.clone()))
            .await;
    }

    /// Calls a master otherwise while it is followed on: the same connection and picture, under another key. Nothing when
    /// it is followed no more.
    pub(super) async fn call(&self, id: i64, key: &str) -> Option<Arc<Member>> {
        let called = read(&self.followed).get(&id)?.called.clone();
        let mut member = called.renaming().await;
        let (from, renamed) = (member.key.clone(), Arc::new(member.under(key)));
        *member = Arc::clone(&renamed);
        let to = renamed.key.clone();
        self.around
            .watching
            .apply(Happening::Renamed { from: from.clone(), to })
            .await;
        if let Some(known) = write(&self.members).iter_mut().find(|known| known.key == from) {
            *known = Arc::clone(&renamed);
        }
        self.around.versions.forget(&from.0);
        Some(renamed)
    }

    pub(super) async fn end(&self, member: &Member) {
        let Some(followed) = write(&self.followed).remove(&member.kept().id) else {
            return;
        };
        for mut task in followed.tasks {
            if tokio::time::timeout(ENDING, &mut task).await.is_err() {
                task.abort();
            }
        }
    }
}

/// HTTP with a master as it was joined.
fn http_of(kept: &Kept) -> Result<Http, Refusal> {
    let base = Base::parse(&kept.url).map_err(|error| Refusal::failed(error.to_string()))?;
    Http::new(base, &Trust::default()).map_err(|error| Refusal::failed(error.to_string()))
}
