//! The orderly end (`live-events` §1.7).

use super::Engine;
use super::message::Shutdown;
use crate::build::stop::Why;
use model::Event;
use model::event::{BuilderVerb, MasterVerb, WorkerVerb};
use store::{builders, masters, workers};
use tokio::sync::oneshot;

/// An end that was asked for.
pub struct Ending {
    waiting: Vec<oneshot::Sender<()>>,
    /// Everything has ended that was to end first.
    done: bool,
}

impl Engine {
    /// Starts no new builds, ends or awaits those under way, then ends.
    pub(super) fn shut_down(&mut self, how: Shutdown, reply: oneshot::Sender<()>) {
        self.shutdown
            .get_or_insert_with(|| Ending {
                waiting: Vec::new(),
                done: false,
            })
            .waiting
            .push(reply);
        if how == Shutdown::Stop {
            for running in self.running.values() {
                running.stop.order(Why::Shutdown);
            }
        }
        self.sources.stop();
        self.end_if_idle();
    }

    /// Notes that nothing is under way any more, when that is so.
    pub(super) fn end_if_idle(&mut self) {
        let idle = self.running.is_empty() && self.ledger.may_end() && self.cancelling.is_empty();
        if let Some(ending) = &mut self.shutdown
            && idle
        {
            ending.done = true;
        }
    }

    /// Whether the engine's task is to end.
    pub(super) fn has_ended(&self) -> bool {
        self.shutdown.as_ref().is_some_and(|ending| ending.done)
    }

    /// The last words: who is stopped and gone, stored and told.
    pub(super) async fn say_goodbye(&mut self) {
        let Some(ending) = self.shutdown.take() else { return };
        let (master, now) = (self.catalog.master, self.env.clock.now());
        let written = self.env.store.write(move |c| {
            masters::set_active(c, master, false, now)?;
            let connected: Vec<_> = workers::list(c)?
                .into_iter()
                .filter(|worker| worker.connected)
                .collect();
            workers::disconnect_all(c)?;
            let configured: Vec<_> = builders::list(c)?
                .into_iter()
                .filter(|builder| builder.configured)
                .collect();
            let mut events: Vec<Event> = configured
                .into_iter()
                .map(|builder| Event::Builder(BuilderVerb::Stopped, builder))
                .collect();
            events.extend(masters::get(c, master)?.map(|row| Event::Master(MasterVerb::Stopped, row)));
            for mut worker in connected {
                worker.connected = false;
                events.push(Event::Worker(WorkerVerb::Disconnected, worker));
            }
            Ok(events)
        });
        match written.await {
            Ok(events) => self.env.publisher.publish_all(events),
            Err(error) => tracing::error!(%error, "the master's end could not be written"),
        }
        self.drop_links();
        for waiting in ending.waiting {
            let _ = waiting.send(());
        }
    }
}
