//! The task that owns the lendings.

use super::kept::{self, Kept};
use super::live::Live;
use crate::api::Refusal;
use crate::api::lending::{LendingCondition, LendingRow, LendingVerb};
use crate::news::Newsroom;
use crate::secrets::{self, SecretError};
use crate::watching::Watching;
use model::Time;
use std::path::PathBuf;
use std::sync::Arc;
use store::Store;
use tokio::sync::{mpsc, oneshot, watch as value};
use tokio::time::Instant;
use tracing::warn;
use watch::{Happening, LentState, LentView};

/// Under which key the store keeps them.
const KEY: &str = "lending";

/// What stands in the logs of builds that are taken back.
const TAKEN_BACK: &str = "the owner of this machine has taken it back; the build is made again elsewhere";

type Answer = oneshot::Sender<Result<(), Refusal>>;

#[derive(Debug)]
pub(super) enum Order {
    Begin(PathBuf),
    Put {
        kept: Box<Kept>,
        password: Option<String>,
        answer: Answer,
    },
    Remove {
        id: i64,
        answer: Answer,
    },
    Do {
        id: Option<i64>,
        verb: LendingVerb,
        answer: Answer,
    },
    /// The keychain has answered.
    Password {
        id: i64,
        password: Result<String, SecretError>,
    },
    Close {
        finish: bool,
        answer: oneshot::Sender<()>,
    },
}

/// One lending.
struct Entry {
    kept: Kept,
    password: Option<String>,
    /// The keychain is asked.
    asking: bool,
    trouble: Option<String>,
    live: Option<Live>,
}

pub(super) struct Keeper {
    store: Store,
    profile: String,
    newsroom: Newsroom,
    watching: Watching,
    show: value::Sender<Arc<Vec<LendingRow>>>,
    /// None until it begins.
    shim: Option<PathBuf>,
    entries: Vec<Entry>,
    nudge: mpsc::Sender<()>,
    nudged: mpsc::Receiver<()>,
    passwords: mpsc::Sender<Order>,
    answered: mpsc::Receiver<Order>,
    told: Vec<LentView>,
}

impl Keeper {
    pub async fn open(
        store: Store,
        profile: String,
        newsroom: Newsroom,
        watching: Watching,
        show: value::Sender<Arc<Vec<LendingRow>>>,
    ) -> Keeper {
        let entries = kept(&store).await.into_iter().map(Entry::new).collect();
        let (nudge, nudged) = mpsc::channel(1);
        let (passwords, answered) = mpsc::channel(16);
        let mut keeper = Keeper {
            store,
            profile,
            newsroom,
            watching,
            show,
            shim: None,
            entries,
            nudge,
            nudged,
            passwords,
            answered,
            told: Vec::new(),
        };
        keeper.look().await;
        keeper
    }

    pub async fn run(mut self, mut orders: mpsc::Receiver<Order>) {
        loop {
            let again = self.look().await;
            let order = tokio::select! {
                order = orders.recv() => match order {
                    Some(order) => order,
                    None => return,
                },
                Some(order) = self.answered.recv() => order,
                Some(()) = self.nudged.recv() => continue,
                () = until(again) => continue,
            };
            if let Order::Close { finish, answer } = order {
                self.close(finish).await;
                // Whoever asked may have stopped waiting.
                let _ = answer.send(());
                return;
            }
            self.obey(order).await;
        }
    }

    async fn obey(&mut self, order: Order) {
        match order {
            Order::Begin(shim) => {
                self.shim = Some(shim);
                for at in 0..self.entries.len() {
                    if self.entries[at].kept.on {
                        self.start(at);
                    }
                }
            }
            Order::Put { kept, password, answer } => drop(answer.send(self.put(*kept, password).await)),
            Order::Remove { id, answer } => drop(answer.send(self.remove(id).await)),
            Order::Do { id, verb, answer } => drop(answer.send(self.command(id, verb).await)),
            Order::Password { id, password } => self.password(id, password),
            Order::Close { .. } => {}
        }
    }

    fn at(&self, id: i64) -> Result<usize, Refusal> {
        let at = self.entries.iter().position(|entry| entry.kept.id == id);
        at.ok_or_else(|| Refusal::not_found(format!("there is no lending {id}")))
    }

    async fn put(&mut self, kept: Kept, password: Option<String>) -> Result<(), Refusal> {
        let same = |other: &Kept| other.id != kept.id && other.master == kept.master && other.name == kept.name;
        if self.entries.iter().any(|entry| same(&entry.kept)) {
            let why = format!("this machine is lent to {} as '{}' already", kept.master, kept.name);
            let mut refusal = Refusal::invalid(why.clone());
            refusal.fields.insert("name".to_owned(), why);
            return Err(refusal);
        }
        let at = match self.at(kept.id) {
            Ok(at) => {
                if let Some(live) = self.entries[at].live.take() {
                    live.stop().await;
                }
                self.entries[at].kept = kept;
                at
            }
            Err(_) => {
                self.entries.push(Entry::new(kept));
                self.entries.len() - 1
            }
        };
        if password.is_some() {
            self.entries[at].password = password;
        }
        self.start(at);
        self.keep().await
    }

    async fn remove(&mut self, id: i64) -> Result<(), Refusal> {
        let entry = self.entries.remove(self.at(id)?);
        if let Some(live) = entry.live {
            live.stop().await;
        }
        self.keep().await
    }

    async fn command(&mut self, id: Option<i64>, verb: LendingVerb) -> Result<(), Refusal> {
        let meant: Vec<usize> = match id {
            Some(id) => vec![self.at(id)?],
            None => (0..self.entries.len())
                .filter(|at| verb == LendingVerb::On || self.entries[*at].kept.on)
                .collect(),
        };
        if meant.is_empty() {
            let refusal = Refusal::not_found("this machine is lent to nobody");
            return Err(refusal.hint("Lend it with:  outpost lend add MASTER NAME"));
        }
        for at in meant {
            self.one(at, verb);
        }
        self.keep().await
    }

    fn one(&mut self, at: usize, verb: LendingVerb) {
        let entry = &mut self.entries[at];
        let paused = matches!(verb, LendingVerb::Pause | LendingVerb::TakeBack);
        match (verb, &entry.live) {
            (LendingVerb::On, _) => {
                (entry.kept.on, entry.kept.paused) = (true, false);
                return self.start(at);
            }
            (LendingVerb::Off, live) => {
                entry.kept.on = false;
                if let Some(live) = live {
                    live.lender.leave();
                }
                return;
            }
            (_, None) => {}
            (LendingVerb::Pause, Some(live)) => live.lender.pause(),
            (LendingVerb::Resume, Some(live)) => live.lender.resume(),
            (LendingVerb::TakeBack, Some(live)) => live.lender.take_back(TAKEN_BACK),
        }
        entry.kept.paused = paused;
    }

    /// Lends, once the password is there.
    fn start(&mut self, at: usize) {
        let Some(shim) = &self.shim else { return };
        let entry = &mut self.entries[at];
        match &entry.live {
            // An order to leave stands only while it is followed.
            Some(live) if !live.is_over() => return live.lender.resume(),
            _ => entry.live = None,
        }
        entry.trouble = None;
        match &entry.password {
            Some(password) => match Live::start(&entry.kept, password.clone(), shim, self.nudge.clone()) {
                Ok(live) => entry.live = Some(live),
                Err(trouble) => entry.trouble = Some(trouble),
            },
            None if entry.kept.session_only => {
                entry.trouble = Some("its password was for the last session only; give it again".to_owned());
            }
            None => self.ask_keychain(at),
        }
    }

    fn ask_keychain(&mut self, at: usize) {
        let entry = &mut self.entries[at];
        if std::mem::replace(&mut entry.asking, true) {
            return;
        }
        let (id, name, profile) = (entry.kept.id, entry.kept.secret(), self.profile.clone());
        let answers = self.passwords.clone();
        tokio::task::spawn_blocking(move || {
            let password = secrets::read(&profile, &name);
            // The keeper may have ended meanwhile.
            let _ = answers.blocking_send(Order::Password { id, password });
        });
    }

    fn password(&mut self, id: i64, password: Result<String, SecretError>) {
        let Ok(at) = self.at(id) else { return };
        let entry = &mut self.entries[at];
        entry.asking = false;
        match password {
            Ok(password) => entry.password = Some(password),
            Err(SecretError::NotSet(_)) => {
                entry.trouble = Some("the keychain has no password for it; give it again".to_owned());
                return;
            }
            Err(error) => {
                entry.trouble = Some(error.to_string());
                return;
            }
        }
        if entry.kept.on {
            self.start(at);
        }
    }

    async fn keep(&self) -> Result<(), Refusal> {
        let all: Vec<&Kept> = self.entries.iter().map(|entry| &entry.kept).collect();
        let value = serde_json::to_value(all).map_err(|error| Refusal::failed(error.to_string()))?;
        self.store.write(move |c| store::settings::set(c, KEY, &value)).await?;
        Ok(())
    }

    async fn close(&mut self, finish: bool) {
        let lives: Vec<Live> = self.entries.iter_mut().filter_map(|entry| entry.live.take()).collect();
        if finish {
            lives.iter().for_each(|live| live.lender.leave());
            for live in &lives {
                let mut state = live.lender.state();
                // An error means that it has ended.
                let _ = state.wait_for(|state| matches!(state, lend::State::Ended(_))).await;
            }
        }
        for live in lives {
            live.stop().await;
        }
    }

    /// Shows and tells what there is now; when to look again.
    async fn look(&mut self) -> Option<Instant> {
        let mut again = None;
        for entry in &mut self.entries {
            if !entry.kept.on && entry.live.as_ref().is_some_and(Live::is_over) {
                entry.live = None;
            }
            if let Some(live) = &mut entry.live {
                again = live.look().into_iter().chain(again).min();
            }
        }
        let rows: Vec<LendingRow> = self.entries.iter().map(Entry::row).collect();
        let told: Vec<LentView> = rows.iter().map(view).collect();
        let changed = self.show.send_if_modified(|shown| {
            let new = **shown != rows;
            *shown = Arc::new(rows);
            new
        });
        if changed {
            self.newsroom.lending();
        }
        if told != self.told {
            self.told.clone_from(&told);
            self.watching.apply(Happening::Lending(told)).await;
        }
        again
    }
}

impl Entry {
    fn new(kept: Kept) -> Entry {
        Entry {
            kept,
            password: None,
            asking: false,
            trouble: None,
            live: None,
        }
    }

    fn row(&self) -> LendingRow {
        let (condition, words) = match (self.kept.on, self.asking, &self.trouble) {
            (false, ..) => (LendingCondition::Off, "off"),
            (true, false, Some(_)) if self.password.is_none() => (LendingCondition::NoPassword, "no password"),
            (true, false, Some(_)) => (LendingCondition::Ended, "cannot be lent"),
            (true, ..) => (LendingCondition::Connecting, "connecting"),
        };
        let kept = &self.kept;
        let mut row = LendingRow {
            lending: kept.id,
            master: kept.master.clone(),
            name: kept.name.clone(),
            protocol: kept.protocol.clone(),
            tls: kept.tls,
            folder: kept.folder.display().to_string(),
            builds: kept.builds,
            nice: kept.nice,
            condition,
            words: words.to_owned(),
            since: None,
            until: None,
            building: Vec::new(),
            trouble: self.trouble.clone(),
            session_only: kept.session_only,
        };
        if let Some(live) = &self.live {
            live.show(&mut row);
        }
        row
    }
}

/// What the tray is told of it.
fn view(row: &LendingRow) -> LentView {
    let builds = row
        .building
        .iter()
        .map(|lent| (lent.builder.clone(), Time(lent.since)))
        .collect();
    LentView {
        master: row.master.clone(),
        state: match row.condition {
            LendingCondition::Off => LentState::Off,
            LendingCondition::Connecting => LentState::Connecting,
            LendingCondition::Free | LendingCondition::Building => LentState::Lent,
            LendingCondition::Leaving => LentState::Leaving,
            LendingCondition::Paused => LentState::Paused,
            LendingCondition::Away | LendingCondition::Ended | LendingCondition::NoPassword => {
                LentState::Away(row.trouble.clone().unwrap_or_else(|| row.words.clone()))
            }
        },
        builds,
    }
}

async fn kept(store: &Store) -> Vec<Kept> {
    match store.read(|c| store::settings::get(c, KEY)).await {
        Ok(Some(kept)) => serde_json::from_value(kept).unwrap_or_else(|error| {
            warn!("what was lent before cannot be understood and is forgotten: {error}");
            Vec::new()
        }),
        Ok(None) => Vec::new(),
        Err(error) => {
            warn!("what was lent before cannot be read: {error}");
            Vec::new()
        }
    }
}

async fn until(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}

/// Takes the password of a lending out of the keychain; that it is not there is fine.
pub(crate) fn forget_password(profile: &str, id: i64) {
    match secrets::remove(profile, &kept::secret(id)) {
        Ok(()) | Err(SecretError::NotSet(_) | SecretError::NoKeychain(_)) => {}
        Err(error) => warn!("the password of a lending that was removed is still in the keychain: {error}"),
    }
}
