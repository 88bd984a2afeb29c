//! Hears a joined master's news: what faces show is told to them at once, and what `watch` is to know to its teller.

use super::Around;
use super::called::Called;
use super::kept::resume_key;
use super::member::Member;
use super::tell::Telling;
use client::picture::News;
use client::{Http, Session, rest};
use model::{BuildId, BuilderId};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::Instant;
use tracing::{debug, warn};

/// Where to go on is kept at most this often.
const KEEPING: Duration = Duration::from_secs(60);

pub(super) struct Follower {
    /// As it was called when something was heard last.
    pub member: Arc<Member>,
    pub called: Called,
    pub around: Around,
    pub tellings: mpsc::Sender<Telling>,
    /// Builders that requests wait for.
    pub waited_for: BTreeSet<BuilderId>,
    /// When to keep where to go on; nothing changed otherwise.
    pub keep_at: Option<Instant>,
}

impl Follower {
    pub async fn run(mut self, mut news: mpsc::Receiver<News>) {
        let mut link = self.member.joined.link();
        let mut sessions = self.member.joined.http().sessions();
        self.tell(Telling::Link).await;
        loop {
            let look_away = self.member.look_away();
            tokio::select! {
                one = news.recv() => match one {
                    Some(one) => self.hear(one).await,
                    None => break,
                },
                Ok(()) = link.changed() => {
                    self.member = self.called.now().await;
                    self.around.versions.touch_all(&self.member.key.0);
                    self.around.newsroom.masters();
                    self.around.newsroom.overview();
                    self.tell(Telling::Link).await;
                }
                Ok(()) = sessions.changed() => {
                    let session = sessions.borrow_and_update().clone();
                    self.signed(&session);
                }
                () = until(self.keep_at) => self.keep().await,
                () = until(look_away) => {}
                () = self.member.looked_at() => {}
            }
        }
        self.keep().await;
    }

    /// Somebody else is signed in now, or nobody.
    fn signed(&self, session: &Session) {
        self.member.forget_denied();
        self.member.set_signed_out(match session {
            Session::RanOut(_) => Some("the session ended; sign in again".to_owned()),
            Session::SignedIn(_) | Session::SignedOut => None,
        });
        self.around.newsroom.masters();
    }

    async fn hear(&mut self, news: News) {
        self.member = self.called.now().await;
        let newsroom = self.around.newsroom.clone();
        match news {
            News::Reset(reset) => {
                self.around.versions.touch_all(&self.member.key.0);
                newsroom.overview();
                newsroom.changes();
                newsroom.masters();
                if reset.renewed {
                    self.member.renew();
                }
                self.learn();
                self.tell(Telling::Reset(reset)).await;
            }
            News::BuildStarted(build) => {
                self.touch(build.builder);
                self.show_build(build.build);
                self.tell(Telling::Started(build)).await;
            }
            News::BuildFinished(build) => {
                self.touch(build.builder);
                self.show_build(build.build);
                newsroom.changes();
                self.tell(Telling::Finished(build)).await;
            }
            News::BuildChanged(build) => {
                let builder = |picture: &client::Picture| picture.running_build(build).map(|running| running.builder);
                if let Some(builder) = self.member.joined.with(builder) {
                    self.touch(builder);
                }
                self.show_build(build);
            }
            News::BuildGone(build) => {
                self.around.versions.touch_all(&self.member.key.0);
                newsroom.overview();
                self.show_build(build);
                self.tell(Telling::Gone(build)).await;
            }
            News::StepChanged(step) => {
                self.member.tell_steps();
                step.build.into_iter().for_each(|build| self.show_build(build));
            }
            News::LogGrew(build, log) => {
                if log.complete {
                    self.member.tell_steps();
                }
                if self.member.is_looked_at(build) {
                    newsroom.log(&self.member.key.0, log.id.0, log.num_lines, log.complete);
                    newsroom.build(&self.member.key.0, build.0);
                }
            }
            News::RequestsChanged => {
                self.touch_waited_for();
                self.tell(Telling::Waiting).await;
            }
            News::BuildersChanged => {
                self.around.versions.touch_all(&self.member.key.0);
                newsroom.overview();
                self.tell(Telling::Builders).await;
            }
            News::HistoryRead(builder) => {
                self.touch(builder);
                self.tell(Telling::History(builder)).await;
            }
            News::BuildSetOver(set) => self.tell(Telling::SetOver(set)).await,
            News::WorkersChanged => {
                self.touch_waited_for();
                self.tell(Telling::Workers).await;
            }
            News::WorkerMissing(worker) => self.tell(Telling::Missing(worker)).await,
            News::ClaimsChanged => self.read_claims(),
            News::ChangeArrived(_) => newsroom.changes(),
        }
        self.keep_at.get_or_insert_with(|| Instant::now() + KEEPING);
    }

    fn touch(&self, builder: BuilderId) {
        self.around.versions.touch(&self.member.key.0, [builder.0]);
        self.around.newsroom.overview();
    }

    /// The rows of builders that requests wait for, or waited for until now.
    fn touch_waited_for(&mut self) {
        let now: BTreeSet<BuilderId> = self
            .member
            .joined
            .with(|picture| picture.requests().map(|request| request.builder).collect());
        let both = now.union(&self.waited_for).map(|builder| builder.0);
        self.around.versions.touch(&self.member.key.0, both);
        self.waited_for = now;
        self.around.newsroom.overview();
    }

    fn show_build(&self, build: BuildId) {
        if self.member.is_looked_at(build) {
            self.around.newsroom.build(&self.member.key.0, build.0);
        }
    }

    async fn tell(&self, telling: Telling) {
        // The teller ends only after this.
        let _ = self.tellings.send(telling).await;
    }

    /// What seldom changes is read once after each time that everything was: which builders can be forced, and what
    /// version it is.
    fn learn(&self) {
        let (member, around) = (Arc::clone(&self.member), self.around.clone());
        let called = self.called.clone();
        let tellings = self.tellings.clone();
        tokio::spawn(async move {
            let http = member.joined.http();
            if let Ok(capabilities) = http.capabilities().await {
                if capabilities.is_outpost {
                    claims(&called, &around).await;
                }
                member.know(|kept| {
                    kept.outpost = capabilities.is_outpost;
                    kept.version = capabilities.version.or(kept.version.take());
                });
                around.newsroom.masters();
            }
            match forced(http).await {
                Ok(builders) => {
                    member.set_forced(builders);
                    around.versions.touch_all(&called.now().await.key.0);
                    around.newsroom.overview();
                    // The teller ends with the master.
                    let _ = tellings.send(Telling::Builders).await;
                }
                Err(error) => debug!(master = %member.key, %error, "which builders can be forced is not known"),
            }
        });
    }

    fn read_claims(&self) {
        let (called, around) = (self.called.clone(), self.around.clone());
        tokio::spawn(async move { claims(&called, &around).await });
    }

    /// Keeps where to go on after a restart of this program.
    async fn keep(&mut self) {
        self.keep_at = None;
        // Before anything is known, what an earlier run kept still holds.
        let Some(kept) = self.member.joined.kept() else { return };
        let kept = match serde_json::to_value(kept) {
            Ok(kept) => kept,
            Err(error) => return warn!(master = %self.member.key, "where to go on cannot be kept: {error}"),
        };
        let key = resume_key(self.member.kept().id);
        let written = self
            .around
            .store
            .write(move |c| store::settings::set(c, &key, &kept))
            .await;
        if let Err(error) = written {
            warn!(master = %self.member.key, "where to go on cannot be kept: {error}");
        }
    }
}

/// The names of the builders that force schedulers may ask.
async fn forced(http: &Http) -> Result<BTreeSet<String>, client::Error> {
    let schedulers: Vec<rest::ForceScheduler> = http.rows("forceschedulers?limit=1000", "forceschedulers").await?;
    let enabled = schedulers.into_iter().filter(|scheduler| scheduler.enabled);
    Ok(enabled.flat_map(|scheduler| scheduler.builders).collect())
}

async fn until(due: Option<Instant>) {
    match due {
        Some(due) => tokio::time::sleep_until(due).await,
        None => std::future::pending().await,
    }
}

/// Who has what, at an Outpost.
async fn claims(called: &Called, around: &Around) {
    let asked = called.now().await;
    match asked.joined.http().claims().await {
        Ok(claims) => {
            let member = called.held().await;
            let told = crate::service::claims::told(&member.key, claims);
            around.watching.apply(told).await;
        }
        Err(error) => debug!(master = %asked.key, %error, "who has what there is not known"),
    }
}
