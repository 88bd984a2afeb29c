//! The state behind its lock, and what is made of it when it is asked for.

use super::shown::Shown;
use crate::api::Event as News;
use crate::api::notices::NoticeRow;
use crate::news::Newsroom;
use crate::service::clock::now;
use model::{BuildSetId, WorkerId};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, mpsc, watch as value};
use watch::{
    Away, Break, BreakView, BuilderKey, ClaimAbout, Happening, MasterKey, MasterView, MuteView, Notice, Row, State,
    Subject, Tell, TrayView, TroubleView, Verdict,
};

/// Notices kept for the page that lists them.
const NOTICES: usize = 100;

/// The tray is drawn at most so often: faster than the eye, slower than a busy farm.
const PAUSE: Duration = Duration::from_millis(50);

/// What faces show of it.
#[derive(Clone, Debug)]
pub struct View {
    /// All builders.
    pub builders: Shown,
    /// The masters that are followed.
    pub masters: Vec<MasterView>,
    /// Open breaks in words, the newest first.
    pub open: Vec<BreakView>,
    /// The mutes in force.
    pub mutes: Vec<MuteView>,
    /// What is in trouble besides builds.
    pub troubles: Vec<TroubleView>,
    /// Why nothing at all is told now, if so.
    pub hush: Option<String>,
    /// Open breaks and the last closed ones, oldest first.
    pub breaks: Vec<Break>,
    /// What happened while masters were not heard, oldest first.
    pub away: Vec<Away>,
    /// Newest first.
    pub verdicts: Vec<Verdict>,
    /// Newest first.
    pub notices: Vec<NoticeRow>,
}

/// The state, and who wants to hear of its changes.
#[derive(Debug)]
pub(super) struct Known {
    inner: Mutex<Inner>,
    tells: mpsc::Sender<Tell>,
    newsroom: Newsroom,
    /// Something changed that the tray may show.
    redraw: Notify,
    /// Something changed that is to be kept, or the next tick is at another time.
    pub changed: Notify,
}

#[derive(Debug)]
struct Inner {
    state: State,
    notices: VecDeque<NoticeRow>,
    view: Option<Arc<View>>,
    shown: Shown,
    /// A face asked for it since this was looked at.
    is_looked_at: bool,
    urgent: bool,
}

/// What is to be kept, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keep {
    Nothing,
    Soon,
    Now,
}

impl Known {
    pub fn new(state: State, tells: mpsc::Sender<Tell>, newsroom: Newsroom) -> Known {
        Known {
            inner: Mutex::new(Inner {
                state,
                notices: VecDeque::new(),
                view: None,
                shown: Shown::default(),
                is_looked_at: false,
                urgent: false,
            }),
            tells,
            newsroom,
            redraw: Notify::new(),
            changed: Notify::new(),
        }
    }

    /// A panic elsewhere does not make the state unusable: each happening is taken in as a whole or not at all.
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn apply(&self, happening: Happening) {
        let order = matches!(
            happening,
            Happening::Settings(_)
                | Happening::Renamed { .. }
                | Happening::Mute { .. }
                | Happening::Unmute(_)
                | Happening::PutAway(_)
                | Happening::Claim { .. }
                | Happening::Unclaim(_)
        );
        {
            let mut inner = self.lock();
            if let Happening::Renamed { from, to } = &happening {
                inner.rename(from, to);
            }
            let tells = inner.state.apply(now(), happening);
            inner.view = None;
            inner.urgent |= order || !tells.is_empty();
            for tell in tells {
                if let Tell::Show(notice) = &tell {
                    let row = inner.note(notice);
                    self.newsroom.tell(News::Notice(row));
                }
                // Nobody shows notices on a machine without a desktop.
                let _ = self.tells.try_send(tell);
            }
        }
        self.redraw.notify_one();
        self.changed.notify_one();
        self.newsroom.overview();
    }

    pub fn view(&self) -> Arc<View> {
        let mut inner = self.lock();
        inner.is_looked_at = true;
        if let Some(view) = &inner.view {
            return view.clone();
        }
        let now = now();
        let Inner { state, shown, .. } = &mut *inner;
        shown.refresh(state, now);
        let view = Arc::new(View {
            builders: shown.clone(),
            masters: inner.state.master_views(),
            open: inner.state.open_breaks(),
            mutes: inner.state.mute_views(now),
            troubles: inner.state.troubles(),
            hush: inner.state.hush_words(now),
            breaks: inner.state.breaks().to_vec(),
            away: inner.state.away().to_vec(),
            verdicts: inner.state.verdicts().cloned().collect(),
            notices: inner.notices.iter().cloned().collect(),
        });
        inner.view = Some(view.clone());
        view
    }

    /// Lets go of what faces show unless one asked for it since this was called last; says whether one did.
    pub fn forget_view(&self) -> bool {
        let mut inner = self.lock();
        if !inner.is_looked_at {
            inner.view = None;
            inner.shown = Shown::default();
        }
        std::mem::take(&mut inner.is_looked_at)
    }

    pub fn tray(&self) -> TrayView {
        self.lock().state.tray(now())
    }

    pub fn troubles(&self) -> Vec<TroubleView> {
        self.lock().state.troubles()
    }

    pub fn claimed(&self, about: &ClaimAbout) -> Vec<BuilderKey> {
        self.lock().state.claimed(about)
    }

    pub fn awaits_end_of(&self, master: &MasterKey, set: BuildSetId) -> bool {
        self.lock().state.awaits_end_of(master, set)
    }

    pub fn missing_of(&self, master: &MasterKey) -> Vec<WorkerId> {
        self.lock().state.missing_of(master)
    }

    /// Whether somebody has the builder.
    pub fn is_claimed(&self, builder: &BuilderKey) -> bool {
        self.lock().state.claims().iter().any(|claim| claim.builder == *builder)
    }

    /// When the next tick is due, and whether something is to be kept.
    pub fn due(&self) -> (Option<model::Time>, Keep) {
        let inner = self.lock();
        let keep = match (inner.urgent, inner.state.has_changes()) {
            (_, false) => Keep::Nothing,
            (false, true) => Keep::Soon,
            (true, true) => Keep::Now,
        };
        (inner.state.next_tick(now()), keep)
    }

    /// What is to be kept since this was asked last.
    pub fn changes(&self) -> Vec<Row> {
        let mut inner = self.lock();
        inner.urgent = false;
        inner.state.changes()
    }

    /// What was given could not be kept: everything is to be kept again.
    pub fn keep_again(&self) {
        self.lock().state.keep_again();
    }
}

impl Inner {
    /// The notices that are listed lead to where things are now.
    fn rename(&mut self, from: &MasterKey, to: &MasterKey) {
        let (from, to) = (format!("/masters/{from}/"), format!("/masters/{to}/"));
        for row in &mut self.notices {
            if let Some(rest) = row.path.strip_prefix(&from) {
                row.path = format!("{to}{rest}");
            }
        }
    }

    fn note(&mut self, notice: &Notice) -> NoticeRow {
        let row = NoticeRow {
            key: notice.id.0.clone(),
            at: now().0,
            title: notice.title.clone(),
            body: notice.body.clone(),
            about: match notice.about {
                Subject::Broken => "broken",
                Subject::Fixed => "fixed",
                Subject::Other => "other",
            }
            .to_owned(),
            path: notice.target.path(),
        };
        self.notices.retain(|old| old.key != row.key);
        self.notices.push_front(row.clone());
        self.notices.truncate(NOTICES);
        row
    }
}

/// Draws the tray at once when something changed, and then not again for a moment.
pub(super) async fn draw(known: Arc<Known>, tray: value::Sender<TrayView>) {
    loop {
        tokio::select! {
            () = known.redraw.notified() => {}
            () = tray.closed() => return,
        }
        let view = known.tray();
        tray.send_if_modified(|old| {
            let changed = *old != view;
            *old = view;
            changed
        });
        tokio::time::sleep(PAUSE).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::BuilderId;
    use watch::{BuilderInfo, Link};

    #[tokio::test]
    async fn what_nobody_looks_at_goes_and_is_the_same_when_somebody_does() {
        let known = Known::new(State::default(), mpsc::channel(1).0, Newsroom::open());
        let master = MasterKey::bundled();
        let builder = BuilderInfo {
            key: BuilderKey::new(&master, BuilderId(1)),
            name: "all".to_owned(),
            tags: Vec::new(),
            project: None,
            can_force: true,
        };
        known.apply(Happening::Master {
            master: master.clone(),
            title: "Here".to_owned(),
            link: Link::Live,
        });
        known.apply(Happening::Builders {
            master: master.clone(),
            builders: vec![builder],
        });
        let names = |view: &View| -> Vec<String> { view.builders.iter().map(|view| view.name.clone()).collect() };
        let seen = known.view();
        assert!(known.forget_view(), "a face looked");
        assert!(Arc::ptr_eq(&seen, &known.view()), "it is still there");
        assert!(known.forget_view());
        assert!(!known.forget_view(), "nobody looked any more");
        let again = known.view();
        assert!(!Arc::ptr_eq(&seen, &again));
        assert_eq!(
            (names(&again), names(&seen)),
            (vec!["all".to_owned()], vec!["all".to_owned()])
        );
    }
}
