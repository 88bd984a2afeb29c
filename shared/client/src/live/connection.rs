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

/// What is wanted of every master. Properties come apart from their builds.
const PATHS: [&str; 8] = [
    "builds/*/*",
    "builds/*/properties/*",
    "builders/*/*",
    "workers/*/*",
    "masters/*/*",
    "buildrequests/*/*",
    "changes/*/*",
    "projects/*/*",
];
/// The most that may be told while everything is read.
const MEANWHILE: usize = 100_000;
/// How many frames in a row may make no sense.
const NONSENSE: u32 = 20;
/// The wall clock may be set so much without meaning that this machine slept.
const SLEPT: i64 = 20_000;
/// A connection without a line ends after so many looks, to see whether there is a better way now.
const POLLS: u32 = 20;

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
    patience: Instant,
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
    ping_at: Instant,
    pinged_at: (Time, Instant),
    way: Outward,
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

    /// When there is something to do though nothing happens.
    fn due(&self) -> Instant {
        let rhythm = &self.keeper.rhythm;
        let mut due = self.ping_at;
        if !self.is_live() {
            due = due.min(self.patience);
        }
        if self.channel() == Channel::Ws {
            due = due.min(self.heard_at + rhythm.silence);
        }
        if self.looks() {
            due = due.min(self.look_at);
        }
        let others = [self.held_until, self.filling.due(), self.watching.due()];
        others.into_iter().flatten().fold(due, Instant::min)
    }

    /// Whether it is looked at what runs. A stream has no pings, so that is also how one that is dead is known.
    fn looks(&self) -> bool {
        self.is_live() && (self.channel() != Channel::Ws || self.keeper.shared.picture().running().len() > 0)
    }

    async fn tick(&mut self) -> Result<(), Ended> {
        let time = Instant::now();
        let rhythm = self.keeper.rhythm.clone();
        if !self.is_live() && time >= self.patience {
            let what = match self.phase {
                Phase::Subscribing => "it does not acknowledge that events are wanted",
                _ => "it cannot be read in time",
            };
            return Err(Error::Unreachable(what.to_owned()).into());
        }
        if self.channel() == Channel::Ws && time >= self.heard_at + rhythm.silence {
            let seconds = rhythm.silence.as_secs();
            return Err(Error::Unreachable(format!("nothing was heard of it for {seconds} seconds")).into());
        }
        if time >= self.ping_at {
            self.ping(time).await?;
        }
        if self.held_until.is_some_and(|until| time >= until) {
            self.let_go();
        }
        if self.looks() && time >= self.look_at {
            self.look()?;
        }
        if self.is_live() {
            self.fill();
            self.look_at_watched();
        }
        Ok(())
    }

    /// A sign of life, and a look whether this machine slept or is in another network.
    async fn ping(&mut self, time: Instant) -> Result<(), Ended> {
        self.ping_at = time + self.keeper.rhythm.ping;
        let (wall, before) = std::mem::replace(&mut self.pinged_at, (now(), time));
        let passed = i64::try_from(time.duration_since(before).as_millis()).unwrap_or(i64::MAX);
        let slept = now().0.saturating_sub(wall.0).saturating_sub(passed) > SLEPT;
        let way = Outward::now();
        let moved = way.is_news_to(std::mem::replace(&mut self.way, way));
        if slept || moved {
            tracing::info!(master = %self.keeper.http.base(), slept, moved, "connecting anew");
            return Err(Ended::Again);
        }
        if let Some(line) = &mut self.line {
            line.ping().await?;
        }
        Ok(())
    }

    /// A look at what runs, in case that a last word was missed; without a line, all that is known of what happens.
    fn look(&mut self) -> Result<(), Ended> {
        self.looks += 1;
        if self.channel() == Channel::Poll {
            if self.looks > POLLS {
                return Err(Ended::Again);
            }
            self.ask(Ask::Requests);
            if self.looks % 4 == 1 {
                self.ask(Ask::Changes);
            }
        }
        self.ask(Ask::CatchUp);
        self.look_at = Instant::now() + self.look_pause();
        Ok(())
    }
}

/// What comes next, if there is a line.
async fn next(line: &mut Option<Line>) -> Result<Heard, Error> {
    match line {
        Some(line) => line.next().await,
        None => std::future::pending().await,
    }
}
