//! One connection: subscribed, read, and then followed until it ends.

use super::asks::{Ask, Asks};
use super::filling::Filling;
use super::keeper::Keeper;
use super::line::{Heard, Line};
use super::outward::Outward;
use super::reading::Since;
use super::watching::Watching;
use super::wishes::Order;
use super::{Channel, now};
use crate::Error;
use crate::picture::Event;
use model::{StepId, Time};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::{Instant, sleep_until};

/// What is wanted of every master. Properties come apart from their builds; claims are told by an Outpost only.
const PATHS: [&str; 10] = [
    "builds/*/*",
    "builds/*/properties/*",
    "builders/*/*",
    "workers/*/*",
    "masters/*/*",
    "buildrequests/*/*",
    "buildsets/*/*",
    "changes/*/*",
    "projects/*/*",
    "claims/*/*",
];
/// The most that may be told while everything is read.
const MEANWHILE: usize = 100_000;
/// How many frames in a row may make no sense.
const NONSENSE: u32 = 20;

/// How a connection ended.
pub(super) enum Ended {
    /// Not as anybody wanted.
    Failed(Error),
    /// It is to be made anew at once.
    Again,
    /// Its owner wants no more.
    Stopped,
}

impl From<Error> for Ended {
    fn from(error: Error) -> Ended {
        Ended::Failed(error)
    }
}

/// How far it is.
pub(super) enum Phase {
    /// The subscriptions are not all acknowledged.
    Subscribing,
    /// Everything is being read; this was told meanwhile.
    Reading(Vec<Event>),
    /// What happens is told as it happens.
    Live,
}

/// What follows when a subscription is in force.
pub(super) enum Then {
    /// One of those that every connection has.
    Begin,
    /// The steps of a build are read.
    Steps(model::BuildId),
    /// The logs of a step are read.
    Logs(StepId),
    /// Nothing.
    Nothing,
}

pub(super) struct Connection<'a> {
    pub(super) keeper: &'a mut Keeper,
    /// None where one can only ask.
    pub(super) line: Option<Line>,
    pub(super) asks: Asks,
    pub(super) phase: Phase,
    /// Until then the phase has to be over.
    pub(super) patience: Instant,
    live_since: Option<Instant>,
    last_number: u64,
    pub(super) unanswered: BTreeMap<u64, Then>,
    pub(super) watching: Watching,
    pub(super) filling: Filling,
    /// Farewells that are held back, and until when.
    pub(super) held: Vec<Event>,
    pub(super) held_until: Option<Instant>,
    pub(super) heard_at: Instant,
    pub(super) nonsense: u32,
    pub(super) ping_at: Instant,
    pub(super) pinged_at: (Time, Instant),
    pub(super) way: Outward,
    /// When to look at what runs.
    pub(super) look_at: Instant,
    /// How long until the next look, without a line.
    pub(super) pause: Duration,
    pub(super) looks: u32,
}

impl<'a> Connection<'a> {
    pub(super) fn new(keeper: &'a mut Keeper, line: Option<Line>) -> Connection<'a> {
        let start = Instant::now();
        let rhythm = keeper.rhythm.clone();
        Connection {
            asks: Asks::new(keeper.http.clone()),
            phase: Phase::Subscribing,
            patience: start + rhythm.subscribing,
            live_since: None,
            last_number: 0,
            unanswered: BTreeMap::new(),
            watching: Watching::default(),
            filling: Filling::default(),
            held: Vec::new(),
            held_until: None,
            heard_at: start,
            nonsense: 0,
            ping_at: start + rhythm.ping,
            pinged_at: (now(), start),
            way: Outward::now(),
            look_at: start + rhythm.safety,
            pause: rhythm.poll,
            looks: 0,
            keeper,
            line,
        }
    }

    /// Until it ends.
    pub(super) async fn run(mut self) -> Ended {
        let ended = self.follow().await;
        let was_well = self
            .live_since
            .is_some_and(|since| since.elapsed() >= self.keeper.rhythm.health);
        if was_well {
            self.keeper.failures = 0;
        }
        ended
    }

    async fn follow(&mut self) -> Ended {
        if let Err(error) = self.begin().await {
            return error.into();
        }
        loop {
            let due = self.due();
            let keeper = &mut *self.keeper;
            let done = tokio::select! {
                heard = next(&mut self.line) => match heard {
                    Ok(heard) => self.hear(heard).await,
                    Err(error) => Err(error.into()),
                },
                answer = self.asks.next() => self.answer(answer).await,
                order = keeper.orders.recv() => self.obey(order.unwrap_or(Order::Stop)).await,
                given = keeper.outbox.give(&keeper.news), if !keeper.outbox.is_empty() => match given {
                    true => Ok(()),
                    false => Err(Ended::Stopped),
                },
                () = sleep_until(due) => self.tick().await,
            };
            if let Err(ended) = done {
                return ended;
            }
        }
    }

    async fn begin(&mut self) -> Result<(), Error> {
        for path in PATHS {
            self.subscribe(path, Then::Begin).await?;
        }
        if self.unanswered.is_empty() {
            self.read();
        }
        Ok(())
    }

    /// Wants events of this path; afterwards what follows.
    pub(super) async fn subscribe(&mut self, path: &str, then: Then) -> Result<(), Error> {
        let Some(line) = &mut self.line else {
            return Ok(());
        };
        self.last_number += 1;
        self.unanswered.insert(self.last_number, then);
        line.start(path, self.last_number).await
    }

    /// Wants them no more.
    pub(super) async fn unsubscribe(&mut self, path: &str) -> Result<(), Error> {
        let Some(line) = &mut self.line else {
            return Ok(());
        };
        self.last_number += 1;
        self.unanswered.insert(self.last_number, Then::Nothing);
        line.stop(path, self.last_number).await
    }

    /// Reads everything, now that nothing more is missed.
    pub(super) fn read(&mut self) {
        self.phase = Phase::Reading(Vec::new());
        self.patience = Instant::now() + self.keeper.rhythm.reading;
        self.ask(Ask::Snapshot);
    }

    pub(super) fn ask(&mut self, ask: Ask) {
        let since = match ask {
            Ask::Snapshot | Ask::CatchUp => Since::of(&self.keeper.shared.picture()),
            _ => Since::default(),
        };
        self.asks.ask(ask, since);
    }

    /// What was told while it was read is kept until then.
    pub(super) fn put_by(meanwhile: &mut Vec<Event>, event: Event) -> Result<(), Error> {
        if meanwhile.len() >= MEANWHILE {
            return Err(Error::TooBig("more happens than can be read".to_owned()));
        }
        meanwhile.push(event);
        Ok(())
    }

    pub(super) fn count_nonsense(&mut self, what: &dyn std::fmt::Display) -> Result<(), Error> {
        self.nonsense += 1;
        tracing::debug!(master = %self.keeper.http.base(), "{what}");
        if self.nonsense >= NONSENSE {
            return Err(Error::Lies(format!(
                "{NONSENSE} events in a row make no sense; the last: {what}"
            )));
        }
        Ok(())
    }

    pub(super) fn channel(&self) -> Channel {
        self.line.as_ref().map_or(Channel::Poll, Line::channel)
    }

    pub(super) fn is_live(&self) -> bool {
        matches!(self.phase, Phase::Live)
    }

    /// From now on the picture is what is.
    pub(super) fn lives(&mut self) {
        let start = Instant::now();
        self.phase = Phase::Live;
        self.live_since = Some(start);
        self.look_at = start + self.look_pause();
    }

    /// Between two looks at what runs.
    pub(super) fn look_pause(&self) -> Duration {
        match self.channel() {
            Channel::Poll => self.pause,
            Channel::Ws | Channel::Sse => self.keeper.rhythm.safety,
        }
    }
}

/// What comes next, if there is a line.
async fn next(line: &mut Option<Line>) -> Result<Heard, Error> {
    match line {
        Some(line) => line.next().await,
        None => std::future::pending().await,
    }
}
