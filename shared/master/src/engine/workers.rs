//! Workers come, build, rest and leave.

use super::Engine;
use super::message::{Arrival, Message, Reply, WorkerOrder};
use crate::error::{AttachError, ControlError};
use crate::worker::{Connection, Notice, keep_alive};
use model::event::{Control, ControlTarget, WorkerVerb};
use model::{Event, Time, Worker, WorkerId};
use std::time::Duration;
use store::rusqlite::{Result, Transaction};
use store::{StoreError, workers};
use tokio::sync::oneshot;
use wire::worker::MasterCall;

/// A worker, attached or not.
pub struct Slot {
    /// Its id.
    pub id: WorkerId,
    /// The link, while it is attached.
    pub connection: Option<Connection>,
    /// Takes no new builds.
    pub paused: bool,
    /// Why.
    pub pause_reason: Option<String>,
    /// Leaves after its builds.
    pub graceful: bool,
    /// It was its own wish to leave.
    pub wants_to_leave: bool,
    /// Since when it is attached, or away; `None` when it has not come since the master started.
    pub since: Option<Time>,
    /// The uptime at which it was seen last, or at which one began to wait for it.
    pub seen_at: Duration,
    /// Away for too long; that was told.
    pub missing: bool,
}

impl Slot {
    /// Without a link, waited for since `uptime`.
    pub fn new(id: WorkerId, uptime: Duration) -> Slot {
        Slot {
            id,
            connection: None,
            paused: false,
            pause_reason: None,
            graceful: false,
            wants_to_leave: false,
            since: None,
            seen_at: uptime,
            missing: false,
        }
    }

    /// As stored, without a link.
    pub fn of_row(row: &Worker, uptime: Duration) -> Slot {
        Slot {
            paused: row.paused,
            pause_reason: row.pause_reason.clone(),
            graceful: row.graceful,
            ..Slot::new(row.id, uptime)
        }
    }
}

impl Engine {
    /// Somebody would like to attach as `name`.
    pub(super) fn arrives(&mut self, name: String, reply: oneshot::Sender<std::result::Result<Arrival, AttachError>>) {
        let answer = if self.shutdown.is_some() {
            Err(AttachError::Stopped)
        } else if self.catalog.worker(&name).is_none() {
            Err(AttachError::Unknown(name))
        } else {
            let present = self.workers.get(&name).and_then(|slot| slot.connection.clone());
            Ok(Arrival {
                builders: self.catalog.builders_of(&name),
                present,
            })
        };
        let _ = reply.send(answer);
    }

    /// A worker has told of itself and may build.
    pub(super) fn attached(
        &mut self,
        row: Worker,
        connection: Connection,
        reply: oneshot::Sender<std::result::Result<(), AttachError>>,
    ) {
        let now = self.moment();
        let slot = self
            .workers
            .entry(row.name.clone())
            .or_insert_with(|| Slot::of_row(&row, now.uptime));
        let alive = slot.connection.as_ref().is_some_and(Connection::is_open);
        if self.shutdown.is_some() || alive {
            connection.drop_link();
            let refusal = if alive {
                AttachError::Duplicate(row.name)
            } else {
                AttachError::Stopped
            };
            let _ = reply.send(Err(refusal));
            return;
        }
        slot.connection = Some(connection.clone());
        (slot.graceful, slot.wants_to_leave, slot.missing) = (false, false, false);
        slot.since = Some(now.wall);
        self.keep_alive(&connection);
        self.env
            .publisher
            .publish(Event::Worker(WorkerVerb::Connected, row.clone()));
        let _ = reply.send(Ok(()));
        if !connection.is_open() {
            // It left while its arrival was being stored; its notice came too early to be understood.
            self.notice(&connection, Notice::Lost);
        }
        self.tell_builders(&row.name);
        self.start_builds();
    }

    /// News of a link.
    pub(super) fn notice(&mut self, connection: &Connection, notice: Notice) {
        let name = connection.worker().to_owned();
        let now = self.moment();
        let Some(slot) = self.workers.get_mut(&name) else {
            return;
        };
        let is_this = slot.connection.as_ref().is_some_and(|known| known.is(connection));
        match notice {
            _ if !is_this => {}
            Notice::WantsToLeave => {
                (slot.graceful, slot.wants_to_leave) = (true, true);
                let id = slot.id;
                self.store_worker(id, None, move |c| workers::set_graceful(c, id, true));
                self.worker_may_leave(&name);
            }
            Notice::Lost => {
                slot.connection = None;
                slot.wants_to_leave = false;
                (slot.since, slot.seen_at) = (Some(now.wall), now.uptime);
                let id = slot.id;
                if self.catalog.worker(&name).is_none() {
                    self.workers.remove(&name);
                }
                let (store, publisher) = (self.env.store.clone(), self.env.publisher.clone());
                tokio::spawn(async move {
                    let written = store.write(move |c| {
                        workers::disconnect(c, id)?;
                        workers::get(c, id)
                    });
                    match written.await {
                        Ok(Some(row)) => publisher.publish(Event::Worker(WorkerVerb::Disconnected, row)),
                        Ok(None) => {}
                        Err(error) => tracing::error!(%error, "a worker's leave could not be written"),
                    }
                });
                self.start_builds();
                self.end_if_idle();
            }
        }
    }

    /// Sends a worker away that is to leave and has nothing to build. One that the configuration has no more only loses
    /// its link: it is not the master's to end, and may be wanted again.
    pub(super) fn worker_may_leave(&mut self, name: &str) {
        let Some(slot) = self.workers.get(name) else { return };
        let Some(connection) = slot.connection.clone() else {
            return;
        };
        if self.running.values().any(|running| running.worker == name) {
            return;
        }
        if self.catalog.worker(name).is_none() {
            connection.drop_link();
        } else if slot.graceful {
            tokio::spawn(async move { connection.call(MasterCall::Shutdown).await });
        }
    }

    /// Has signs of life sent to a worker of another machine, as often as its configuration says now.
    fn keep_alive(&self, connection: &Connection) {
        let interval = self
            .catalog
            .worker(connection.worker())
            .and_then(|(_, config)| config.keepalive_interval.filter(|_| !config.local));
        if let Some(interval) = interval {
            tokio::spawn(keep_alive(connection.clone(), interval, self.env.clock.clone()));
        }
    }

    /// Tells a worker its builders again, if they have changed since it arrived.
    pub(super) fn tell_builders(&mut self, name: &str) {
        let builders = self.catalog.builders_of(name);
        let Some(connection) = self.workers.get(name).and_then(|slot| slot.connection.clone()) else {
            return;
        };
        if connection.was_told(&builders) {
            return;
        }
        tokio::spawn(async move {
            if let Err(error) = connection.call(MasterCall::SetBuilderList { builders }).await {
                tracing::warn!(worker = connection.worker(), %error, "a worker did not take its new builders");
            }
        });
    }

    /// Does what a person asks of a worker.
    pub(super) fn order_worker(&mut self, name: &str, order: WorkerOrder, reason: Option<String>, reply: Reply<()>) {
        let unknown = || ControlError::Unknown {
            what: "worker",
            name: name.to_owned(),
        };
        let Some(slot) = self.workers.get_mut(name) else {
            return drop(reply.send(Err(unknown())));
        };
        let id = slot.id;
        let verb = match order {
            WorkerOrder::Pause => "pause",
            WorkerOrder::Unpause => "unpause",
            WorkerOrder::Stop => "stop",
            WorkerOrder::Kill => "kill",
            WorkerOrder::Stay => "stay",
        };
        let control = Control {
            target: ControlTarget::Worker(id),
            verb: verb.to_owned(),
            reason: reason.clone(),
        };
        self.env.publisher.publish(Event::Control(control));
        match order {
            WorkerOrder::Pause | WorkerOrder::Unpause => {
                let paused = order == WorkerOrder::Pause;
                let reason = if paused { reason } else { None };
                (slot.paused, slot.pause_reason) = (paused, reason.clone());
                self.store_worker(id, Some(reply), move |c| {
                    workers::set_paused(c, id, paused, reason.as_deref())
                });
            }
            WorkerOrder::Stop => {
                slot.graceful = true;
                self.store_worker(id, Some(reply), move |c| workers::set_graceful(c, id, true));
                self.worker_may_leave(name);
            }
            WorkerOrder::Stay => {
                // What the worker asked for itself is not taken back over its head.
                slot.graceful = slot.wants_to_leave;
                let graceful = slot.graceful;
                self.store_worker(id, Some(reply), move |c| workers::set_graceful(c, id, graceful));
            }
            WorkerOrder::Kill => {
                if let Some(connection) = slot.connection.clone() {
                    tokio::spawn(async move {
                        let asked = connection.call(MasterCall::Shutdown);
                        // One that does not even answer is dropped all the same.
                        let _ = tokio::time::timeout(std::time::Duration::from_secs(5), asked).await;
                        connection.drop_link();
                    });
                }
                let _ = reply.send(Ok(()));
            }
        }
        self.start_builds();
    }

    fn store_worker(
        &self,
        id: WorkerId,
        reply: Option<Reply<()>>,
        change: impl FnOnce(&Transaction<'_>) -> Result<()> + Send + 'static,
    ) {
        let (store, sender) = (self.env.store.clone(), self.sender.clone());
        tokio::spawn(async move {
            let written = store.write(move |c| {
                change(c)?;
                workers::get(c, id)
            });
            let _ = sender.send(Message::WorkerStored(written.await, reply));
        });
    }

    /// A worker's row has changed.
    pub(super) fn worker_stored(
        &mut self,
        written: std::result::Result<Option<Worker>, StoreError>,
        reply: Option<Reply<()>>,
    ) {
        let answer = match written {
            Ok(row) => {
                if let Some(row) = row {
                    self.env.publisher.publish(Event::Worker(WorkerVerb::StateUpdated, row));
                }
                Ok(())
            }
            Err(error) => Err(ControlError::Store(error)),
        };
        if let Some(reply) = reply {
            let _ = reply.send(answer);
        }
    }

    /// Drops all links.
    pub(super) fn drop_links(&mut self) {
        for slot in self.workers.values_mut() {
            if let Some(connection) = slot.connection.take() {
                connection.drop_link();
            }
        }
    }
}
