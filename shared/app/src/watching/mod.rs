//! Keeps `watch`'s state: feeds it what happens, keeps it over restarts, and hands on what is to be shown and told.
//!
//! The rules are in `watch`; here is only the IO around them. Tray and notices are reached by channels, so that this
//! crate knows neither.

pub(crate) mod translate;

use crate::api::Event as News;
use crate::api::notices::NoticeRow;
use crate::news::Newsroom;
use crate::service::clock::now;
use master::{Closed, Events, Master};
use model::Event;
use model::event::BuildVerb;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;
use store::Store;
use tokio::sync::{mpsc, oneshot, watch as value};
use tracing::warn;
use watch::{Break, Happening, MasterKey, Notice, Snapshot, State, Tell, TrayView, Verdict};

/// Under which key the store keeps the state.
const KEY: &str = "watch";

/// Notices kept for the page that lists them.
const NOTICES: usize = 100;

/// Builds of each builder that are gone through at start, in case they ended unseen.
const LOOKED_AT: u32 = 20;

/// What faces show of it.
#[derive(Clone, Debug)]
pub struct View {
    /// Builders, breaks, mutes, troubles.
    pub snapshot: Snapshot,
    /// Open breaks and the last closed ones, oldest first.
    pub breaks: Vec<Break>,
    /// Newest first.
    pub verdicts: Vec<Verdict>,
    /// Newest first.
    pub notices: Vec<NoticeRow>,
}

/// The handle. Clones share it.
#[derive(Clone, Debug)]
pub struct Watching {
    orders: mpsc::Sender<Order>,
    view: value::Receiver<Arc<View>>,
    tray: value::Receiver<TrayView>,
}

#[derive(Debug)]
enum Order {
    Apply(Happening),
    /// Keep the state and end.
    Close(oneshot::Sender<()>),
}

/// What is to be told, in order. Whoever shows notices reads it.
pub type Tells = mpsc::Receiver<Tell>;

impl Watching {
    /// Starts to watch `master`.
    pub async fn start(master: Master, newsroom: Newsroom) -> (Watching, Tells) {
        let mut state = kept(master.store()).await;
        let (orders, ordered) = mpsc::channel(64);
        let (tells, told) = mpsc::channel(64);
        let time = now();
        state.apply(
            time,
            Happening::Tick {
                utc_offset_minutes: utc_offset_minutes(),
            },
        );
        let view = Arc::new(view_of(&state, &VecDeque::new()));
        let tray = watch::tray(&view.snapshot);
        let (view_out, view) = value::channel(view);
        let (tray_out, tray) = value::channel(tray);
        let keeper = Keeper {
            events: master.subscribe(),
            master,
            state,
            notices: VecDeque::new(),
            newsroom,
            tells,
            view: view_out,
            tray: tray_out,
        };
        tokio::spawn(keeper.run(ordered));
        (Watching { orders, view, tray }, told)
    }

    /// Applies something that happened with the person or around the master.
    pub async fn apply(&self, happening: Happening) {
        // The keeper ends only with the program.
        let _ = self.orders.send(Order::Apply(happening)).await;
    }

    /// Keeps what was told and ends. To be called before the store is closed.
    pub async fn close(&self) {
        let (kept, wait) = oneshot::channel();
        if self.orders.send(Order::Close(kept)).await.is_ok() {
            // An error means that it has ended already.
            let _ = wait.await;
        }
    }

    /// What is known now.
    pub fn view(&self) -> Arc<View> {
        self.view.borrow().clone()
    }

    /// The tray, and each change of it.
    pub fn tray(&self) -> value::Receiver<TrayView> {
        self.tray.clone()
    }

    /// What is known, and each change of it.
    pub fn views(&self) -> value::Receiver<Arc<View>> {
        self.view.clone()
    }
}

struct Keeper {
    master: Master,
    events: Events,
    state: State,
    notices: VecDeque<NoticeRow>,
    newsroom: Newsroom,
    tells: mpsc::Sender<Tell>,
    view: value::Sender<Arc<View>>,
    tray: value::Sender<TrayView>,
}

impl Keeper {
    async fn run(mut self, mut orders: mpsc::Receiver<Order>) {
        let mut troubles = self.master.troubles();
        self.catch_up().await;
        loop {
            let due = self.state.next_tick(now());
            tokio::select! {
                event = self.events.next() => match event {
                    Ok(event) => self.hear(&event).await,
                    Err(Closed::TooSlow { .. }) => {
                        self.events = self.master.subscribe();
                        self.catch_up().await;
                    }
                    Err(Closed::Stopped) => break,
                },
                Ok(()) = troubles.changed() => self.hear_of_trouble().await,
                order = orders.recv() => match order {
                    Some(Order::Close(kept)) => {
                        self.keep().await;
                        // Whoever asked may have stopped waiting.
                        let _ = kept.send(());
                        return;
                    }
                    Some(Order::Apply(happening)) => {
                        self.apply(happening).await;
                        self.keep().await;
                    }
                    None => break,
                },
                () = until(due) => {
                    self.apply(Happening::Tick { utc_offset_minutes: utc_offset_minutes() }).await;
                    self.keep().await;
                }
            }
        }
        self.keep().await;
    }

    /// Tells the state what is, and what ended while nobody listened.
    async fn catch_up(&mut self) {
        for happening in translate::present(&self.master).await {
            self.apply(happening).await;
        }
        self.hear_of_trouble().await;
        match translate::finished_lately(&self.master, LOOKED_AT).await {
            Ok(builds) => {
                for build in builds {
                    self.apply(Happening::Finished(Box::new(build))).await;
                }
            }
            Err(error) => warn!("builds that ended before cannot be read: {error}"),
        }
        self.keep().await;
    }

    async fn hear(&mut self, event: &Event) {
        let over = matches!(event, Event::Build(BuildVerb::Finished, _));
        for happening in translate::event(&self.master, event).await {
            self.apply(happening).await;
        }
        if over {
            self.keep().await;
        }
    }

    async fn hear_of_trouble(&mut self) {
        let known = self.state.snapshot(now()).troubles;
        for happening in translate::troubles(&self.master, &known).await {
            self.apply(happening).await;
        }
    }

    async fn apply(&mut self, happening: Happening) {
        for tell in self.state.apply(now(), happening) {
            if let Tell::Show(notice) = &tell {
                self.note(notice);
            }
            // Nobody shows notices on a machine without a desktop.
            let _ = self.tells.try_send(tell);
        }
        let view = view_of(&self.state, &self.notices);
        let tray = watch::tray(&view.snapshot);
        self.tray.send_if_modified(|old| {
            let changed = *old != tray;
            *old = tray;
            changed
        });
        self.view.send_replace(Arc::new(view));
        self.newsroom.overview();
    }

    fn note(&mut self, notice: &Notice) {
        let row = NoticeRow {
            key: notice.id.0.clone(),
            at: now().0,
            title: notice.title.clone(),
            body: notice.body.clone(),
            about: if notice.urgency == watch::Urgency::Normal {
                "broken"
            } else {
                "other"
            }
            .to_owned(),
            path: notice.target.path(),
        };
        self.notices.retain(|old| old.key != row.key);
        self.notices.push_front(row.clone());
        self.notices.truncate(NOTICES);
        self.newsroom.tell(News::Notice(row));
    }

    async fn keep(&self) {
        let state = match serde_json::to_value(&self.state) {
            Ok(state) => state,
            Err(error) => return warn!("what was told cannot be kept: {error}"),
        };
        if let Err(error) = self
            .master
            .store()
            .write(move |c| store::settings::set(c, KEY, &state))
            .await
        {
            warn!("what was told cannot be kept, so it may be told again after a restart: {error}");
        }
    }
}

async fn kept(store: &Store) -> State {
    match store.read(|c| store::settings::get(c, KEY)).await {
        Ok(Some(state)) => serde_json::from_value(state).unwrap_or_else(|error| {
            warn!("what was told before cannot be read and is forgotten: {error}");
            State::default()
        }),
        Ok(None) => State::default(),
        Err(error) => {
            warn!("what was told before cannot be read: {error}");
            State::default()
        }
    }
}

fn view_of(state: &State, notices: &VecDeque<NoticeRow>) -> View {
    View {
        snapshot: state.snapshot(now()),
        breaks: state.breaks().to_vec(),
        verdicts: state.verdicts().cloned().collect(),
        notices: notices.iter().cloned().collect(),
    }
}

async fn until(due: Option<model::Time>) {
    match due {
        Some(due) => tokio::time::sleep(Duration::from_millis(due.since(now()).max(1).unsigned_abs())).await,
        None => std::future::pending().await,
    }
}

/// The key under which `watch` knows the master that this program carries.
pub fn bundled() -> MasterKey {
    MasterKey::bundled()
}

/// Minutes that local time is ahead of UTC now.
fn utc_offset_minutes() -> i32 {
    jiff::Zoned::now().offset().seconds() / 60
}
