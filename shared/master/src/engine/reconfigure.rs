//! Another configuration takes over: all of it or nothing, and no running build notices.

use super::ledger::Entry;
use super::message::{Message, Reply};
use super::start::newest_change;
use super::{Engine, Scheduled};
use crate::catalog::{Catalog, Diff, enter};
use crate::error::ControlError;
use crate::scheduler::tree::TreeState;
use crate::source::FirstLooks;
use model::config::MasterConfig;
use model::{ChangeId, Event, SchedulerId};
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use store::StoreError;

/// A configuration that was stored, what it changed, what is to be told of it, and the newest change there was.
pub type Stored = (Catalog, Diff, Vec<Event>, Option<ChangeId>);

/// Reconfigurations happen one after another.
#[derive(Default)]
pub struct Reconfiguring {
    under_way: bool,
    waiting: VecDeque<(MasterConfig, Reply<Diff>)>,
}

impl Engine {
    /// Has a new configuration stored, after those before it.
    pub(super) fn reconfigure(&mut self, config: MasterConfig, reply: Reply<Diff>) {
        if self.shutdown.is_some() {
            return drop(reply.send(Err(ControlError::Stopped)));
        }
        if self.reconfiguring.under_way {
            return self.reconfiguring.waiting.push_back((config, reply));
        }
        self.reconfiguring.under_way = true;
        let (env, sender, old) = (self.env.clone(), self.sender.clone(), self.catalog.clone());
        let (name, now) = (self.name.clone(), env.clock.now());
        tokio::spawn(async move {
            let config = Arc::new(config);
            let write = env.store.write(move |c| {
                let entered = enter(c, config, Some(&old), &name, now)?;
                Ok((entered, newest_change(c)?))
            });
            let written = write
                .await
                .map(|(entered, newest)| Box::new((entered.catalog, entered.diff, entered.events, newest)));
            let _ = sender.send(Message::Reconfigured(written, reply));
        });
    }

    /// The new configuration is stored: from now on it is in force.
    pub(super) fn reconfigured(&mut self, written: Result<Box<Stored>, StoreError>, reply: Reply<Diff>) {
        self.reconfiguring.under_way = false;
        match written {
            Ok(entered) => {
                let (catalog, diff, events, newest) = *entered;
                let first_looks = self.take_over(Arc::new(catalog), newest);
                // Not before: who hears of a builder looks into the configuration.
                self.env.publisher.publish_all(events);
                // Who adds a repository and then commits to it means the commit to be built.
                tokio::spawn(async move {
                    first_looks.taken().await;
                    let _ = reply.send(Ok(diff));
                });
            }
            Err(error) => drop(reply.send(Err(ControlError::Store(error)))),
        }
        if let Some((config, reply)) = self.reconfiguring.waiting.pop_front() {
            self.reconfigure(config, reply);
        }
        self.start_builds();
    }

    fn take_over(&mut self, catalog: Arc<Catalog>, newest: Option<ChangeId>) -> FirstLooks {
        let now = self.moment();
        let mut before: HashMap<SchedulerId, Scheduled> = std::mem::take(&mut self.schedulers);
        let known: Vec<SchedulerId> = before.keys().copied().collect();
        for entry in &catalog.schedulers {
            let known = before.remove(&entry.id);
            let mut scheduled = known.unwrap_or_else(|| Scheduled {
                enabled: entry.row.enabled,
                state: TreeState {
                    seen: newest.or(Some(ChangeId(0))),
                    ..TreeState::default()
                },
            });
            scheduled.enabled = entry.row.enabled;
            if scheduled.enabled {
                scheduled.state.resume(&entry.config.kind, now);
            }
            self.schedulers.insert(entry.id, scheduled);
        }
        let new = catalog
            .schedulers
            .iter()
            .map(|entry| entry.id)
            .filter(|id| !known.contains(id));
        let memory = new.filter_map(|id| self.memory_of(id)).collect();
        self.record(Entry {
            memory,
            ..Entry::default()
        });
        self.catalog = catalog;
        self.current.send_replace(self.catalog.clone());
        for (id, config) in &self.catalog.workers {
            self.workers
                .entry(config.name.clone())
                .or_insert_with(|| super::workers::Slot::new(*id, now.uptime));
        }
        let names: Vec<String> = self.workers.keys().cloned().collect();
        for name in names {
            self.keep_or_dismiss(&name);
        }
        let first_looks = self.sources.follow(&self.catalog);
        self.forget_changes();
        first_looks
    }

    /// A worker of the configuration learns its builders; another leaves after its builds.
    fn keep_or_dismiss(&mut self, name: &str) {
        if self.catalog.worker(name).is_some() {
            return self.tell_builders(name);
        }
        let attached = self.workers.get(name).is_some_and(|slot| slot.connection.is_some());
        if !attached {
            self.workers.remove(name);
        } else {
            self.worker_may_leave(name);
        }
    }
}
