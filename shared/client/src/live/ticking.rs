//! What a connection does when nothing happens: a sign of life, and little else.

use super::asks::Ask;
use super::connection::{Connection, Ended, Phase};
use super::outward::Outward;
use super::{Channel, now};
use crate::Error;
use model::Time;
use std::time::Duration;
use tokio::time::Instant;

/// The wall clock may be set so much without meaning that this machine slept.
const SLEPT: i64 = 20_000;
/// A connection without a line ends after so many looks, to see whether there is a better way now.
const POLLS: u32 = 20;

impl Connection<'_> {
    /// When there is something to do though nothing happens.
    pub(super) fn due(&self) -> Instant {
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

    pub(super) async fn tick(&mut self) -> Result<(), Ended> {
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
        let slept = has_slept(wall, now(), time.duration_since(before));
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
                self.ask(Ask::BuildSets);
            }
        }
        self.ask(Ask::CatchUp);
        self.look_at = Instant::now() + self.look_pause();
        Ok(())
    }
}

/// Whether this machine slept: the clock on the wall went on, and the one that counts while it is awake did not.
fn has_slept(before: Time, now: Time, awake: Duration) -> bool {
    let awake = i64::try_from(awake.as_millis()).unwrap_or(i64::MAX);
    now.0.saturating_sub(before.0).saturating_sub(awake) > SLEPT
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sleep_is_what_only_one_clock_saw() {
        for (before, now, awake, slept) in [
            (0, 30_000, 30_000, false),
            (0, 45_000, 30_000, false),
            (0, 3_600_000, 30_000, true),
            (3_600_000, 0, 30_000, false),
            (0, 600_000, 600_000, false),
        ] {
            let awake = Duration::from_millis(awake);
            assert_eq!(
                has_slept(Time(before), Time(now), awake),
                slept,
                "{before} {now} {awake:?}"
            );
        }
    }
}
