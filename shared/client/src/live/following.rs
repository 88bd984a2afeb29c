//! What a connection does with what it hears, what it is answered, and what it is told to do.

use super::asks::{Answer, Ask};
use super::connection::{Connection, Ended, Phase, Then};
use super::line::Heard;
use super::wishes::Order;
use super::{LinkState, Rhythm};
use crate::Error;
use crate::picture::{Event, News, Snapshot};
use std::mem::take;
use tokio::time::Instant;

impl Connection<'_> {
    pub(super) async fn hear(&mut self, heard: Heard) -> Result<(), Ended> {
        self.heard_at = Instant::now();
        match heard {
            Heard::Event(event) => {
                self.nonsense = 0;
                match &mut self.phase {
                    // What was told before the last subscription is in force is in the snapshot.
                    Phase::Subscribing => Ok(()),
                    Phase::Reading(meanwhile) => Ok(Self::put_by(meanwhile, event)?),
                    Phase::Live => Ok(self.happened(event).await?),
                }
            }
            Heard::Answer { number, error } => Ok(self.acknowledged(number, error).await?),
            Heard::Life => Ok(()),
            Heard::Unreadable(unreadable) => Ok(self.count_nonsense(&unreadable)?),
        }
    }

    async fn acknowledged(&mut self, number: u64, error: Option<String>) -> Result<(), Error> {
        let Some(then) = self.unanswered.remove(&number) else {
            return Ok(());
        };
        if let Some(error) = error
            && !matches!(then, Then::Nothing)
        {
            return Err(Error::Lies(format!("it does not tell what happens: {error}")));
        }
        match then {
            Then::Begin if matches!(self.phase, Phase::Subscribing) && self.unanswered.is_empty() => self.read(),
            Then::Steps(build) => self.ask(Ask::Steps(build)),
            Then::Logs(step) => self.ask(Ask::Logs(step)),
            Then::Begin | Then::Nothing => {}
        }
        Ok(())
    }

    /// Takes in an event. Farewells wait a moment, for a master that is stopped says farewell of everything before it
    /// closes the connection.
    pub(super) async fn happened(&mut self, event: Event) -> Result<(), Error> {
        if event.is_farewell() {
            let until = Instant::now() + self.keeper.rhythm.farewell;
            self.held_until.get_or_insert(until);
            self.held.push(event);
            return Ok(());
        }
        if event.is_of_farm() {
            self.let_go();
        }
        let step = match &event {
            Event::Step(step) => Some((**step).clone()),
            _ => None,
        };
        self.take_in([event]);
        if let Some(step) = step {
            self.watch_logs(&step).await?;
        }
        Ok(())
    }

    /// Applies the farewells that were held back.
    pub(super) fn let_go(&mut self) {
        self.held_until = None;
        let held = take(&mut self.held);
        if !held.is_empty() {
            self.take_in(held);
        }
    }

    pub(super) fn take_in(&mut self, events: impl IntoIterator<Item = Event>) {
        let mut news = Vec::new();
        let asks = {
            let mut picture = self.keeper.shared.picture();
            for event in events {
                picture.apply(event, &mut news);
            }
            picture.take_asks()
        };
        for builder in asks {
            self.ask(Ask::Builder(builder));
        }
        self.tell(news);
    }

    pub(super) fn tell(&mut self, news: Vec<News>) {
        for news in news {
            self.keeper.outbox.add(news);
        }
        self.keeper.outbox.give_now(&self.keeper.news);
    }

    pub(super) async fn answer(&mut self, answer: Answer) -> Result<(), Ended> {
        match answer {
            Answer::Snapshot(snapshot) => Ok(Box::pin(self.begin_to_live(*snapshot)).await?),
            Answer::CaughtUp(rows, gone) => {
                self.caught_up(rows, &gone);
                Ok(())
            }
            Answer::Requests(rows) => {
                let changed = self.keeper.shared.picture().replace_requests(&rows);
                self.tell(changed.then_some(News::RequestsChanged).into_iter().collect());
                Ok(())
            }
            Answer::BuildSets(rows, more, claimed) => {
                self.take_in(claimed.into_iter().map(|row| Event::Request {
                    row: Box::new(row),
                    again: false,
                }));
                let news = self.keeper.shared.picture().replace_sets(&rows, !more);
                self.tell(news);
                Ok(())
            }
            Answer::Changes(mut rows) => {
                rows.sort_by_key(|row| row.id);
                self.take_in(rows.into_iter().map(|row| Event::Change(Box::new(row))));
                Ok(())
            }
            Answer::Builder(row) => {
                self.take_in([Event::Builder(row)]);
                Ok(())
            }
            Answer::History(builder, rows) => {
                let mut news = Vec::new();
                self.keeper.shared.picture().history(builder, &rows, &mut news);
                self.tell(news);
                Ok(())
            }
            Answer::Older(rows, more) => {
                self.filled(&rows, more);
                Ok(())
            }
            Answer::Steps(build, rows) => Ok(self.read_steps(build, rows).await?),
            Answer::Logs(rows) => {
                self.take_in(rows.into_iter().map(|row| Event::Log(Box::new(row))));
                Ok(())
            }
            Answer::Failed(ask, error) => self.unanswered(&ask, error),
        }
    }

    /// A question had no answer. Without a line that is all there is of a connection; otherwise what is not essential
    /// can be missing.
    fn unanswered(&mut self, ask: &Ask, error: Error) -> Result<(), Ended> {
        let is_essential = matches!(ask, Ask::Snapshot) || (self.line.is_none() && matches!(ask, Ask::CatchUp));
        if is_essential || matches!((ask, &error), (Ask::CatchUp, Error::Unreachable(_))) {
            return Err(error.into());
        }
        tracing::debug!(master = %self.keeper.http.base(), ?ask, %error, "not read");
        if let Ask::History(builder) = ask
            && !error.is_passing()
        {
            let mut news = Vec::new();
            self.keeper.shared.picture().history(*builder, &[], &mut news);
            self.tell(news);
        }
        Ok(())
    }

    /// Everything was read: the picture is what is, with what was told meanwhile.
    async fn begin_to_live(&mut self, snapshot: Snapshot) -> Result<(), Error> {
        let Phase::Reading(meanwhile) = std::mem::replace(&mut self.phase, Phase::Live) else {
            return Ok(());
        };
        let back_to = snapshot.back_to;
        let reset = self.keeper.shared.picture().replace(snapshot);
        self.tell(vec![reset]);
        self.lives();
        for event in meanwhile {
            self.happened(event).await?;
        }
        let channel = self.channel();
        self.keeper.shared.show(LinkState::Live { channel });
        self.begin_to_fill(back_to);
        self.watch_again().await
    }

    fn caught_up(&mut self, rows: Vec<crate::rest::Build>, gone: &[model::BuildId]) {
        self.take_in(rows.into_iter().map(|row| Event::Build(Box::new(row))));
        let mut news = Vec::new();
        for build in gone {
            self.keeper.shared.picture().gone(*build, &mut news);
        }
        self.tell(news);
        let Rhythm { poll, poll_idle, .. } = self.keeper.rhythm;
        let runs = self.keeper.shared.picture().running().len() > 0;
        self.pause = if runs { poll } else { (self.pause * 2).min(poll_idle) };
        self.look_at = Instant::now() + self.look_pause();
    }

    pub(super) async fn obey(&mut self, order: Order) -> Result<(), Ended> {
        match order {
            Order::Stop => return Err(Ended::Stopped),
            Order::Reconnect => {
                // On the way already.
                return if self.is_live() { Err(Ended::Again) } else { Ok(()) };
            }
            Order::Watch(_) | Order::Unwatch(_) | Order::Want(_) => {}
        }
        let changed = self.keeper.wishes.note(order, &self.keeper.shared);
        if !self.is_live() {
            return Ok(());
        }
        match order {
            Order::Watch(build) if changed => self.watch(build).await?,
            Order::Unwatch(build) if changed => self.unwatch(build).await?,
            _ => self.fill_wanted(),
        }
        Ok(())
    }
}
