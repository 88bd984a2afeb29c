//! Orders about builds, requests and schedulers.

use super::Engine;
use super::message::{Message, Reply};
use crate::build::end::complete;
use crate::build::stop::Why;
use crate::error::ControlError;
use crate::queue::Waiting;
use model::event::{Control, ControlTarget, RequestVerb};
use model::{BuildId, BuildRequest, Event, RequestId, Results, Scheduler, SchedulerId};
use store::{StoreError, build_requests, schedulers};

/// What stands in the text of a build that was stopped without a reason.
const NO_REASON: &str = "no reason";

impl Engine {
    fn tell_order(&self, target: ControlTarget, verb: &str, reason: Option<&String>) {
        let control = Control {
            target,
            verb: verb.to_owned(),
            reason: reason.cloned(),
        };
        self.env.publisher.publish(Event::Control(control));
    }

    /// Stops a build under way.
    pub(super) fn stop_build(&mut self, build: BuildId, reason: Option<String>, reply: Reply<()>) {
        self.tell_order(ControlTarget::Build(build), "stop", reason.as_ref());
        let answer = match self.running.values().find(|running| running.build == Some(build)) {
            Some(running) => {
                running
                    .stop
                    .order(Why::Asked(reason.unwrap_or_else(|| NO_REASON.to_owned())));
                Ok(())
            }
            None => Err(ControlError::Over {
                what: format!("build {build}"),
            }),
        };
        let _ = reply.send(answer);
    }

    /// Cancels a request: one that waits is complete, the build of another is stopped.
    pub(super) fn cancel_request(&mut self, request: RequestId, reason: Option<String>, reply: Reply<()>) {
        self.tell_order(ControlTarget::Request(request), "cancel", reason.as_ref());
        let serves = |running: &&super::builds::Running| running.request.id == request;
        if let Some(running) = self.running.values().find(serves) {
            running
                .stop
                .order(Why::Asked(reason.unwrap_or_else(|| NO_REASON.to_owned())));
            return drop(reply.send(Ok(())));
        }
        let Some(waiting) = self.queue.remove(request) else {
            return drop(reply.send(Err(ControlError::Over {
                what: format!("request {request}"),
            })));
        };
        let (env, sender) = (self.env.clone(), self.sender.clone());
        let (master, set, now) = (self.catalog.master, waiting.set, env.clock.now());
        self.cancelling.insert(request, waiting);
        tokio::spawn(async move {
            let written = env.store.write(move |c| {
                let mut events = Vec::new();
                let row = build_requests::get(c, request)?;
                build_requests::claim(c, &[request], master, now)?;
                complete(c, &[request], Results::Cancelled, set, now, &mut events)?;
                events.extend(row.map(Event::RequestCancel));
                Ok(events)
            });
            let written = written.await.map(|events| env.publisher.publish_all(events));
            let _ = sender.send(Message::Cancelled(request, written, reply));
        });
    }

    /// A cancelled request is stored as such.
    pub(super) fn cancelled(&mut self, request: RequestId, written: Result<(), StoreError>, reply: Reply<()>) {
        let waiting = self.cancelling.remove(&request);
        match written {
            Ok(()) => {
                self.orders.remove(&request);
                let _ = reply.send(Ok(()));
            }
            Err(error) => {
                if let Some(waiting) = waiting {
                    self.queue.push(waiting);
                }
                let _ = reply.send(Err(ControlError::Store(error)));
            }
        }
        self.end_if_idle();
    }

    /// Lets a request that waits be built sooner or later.
    pub(super) fn set_priority(&mut self, request: RequestId, priority: i64, reply: Reply<()>) {
        if self.queue.get(request).is_none() {
            return drop(reply.send(Err(ControlError::Over {
                what: format!("request {request}"),
            })));
        }
        let (store, sender) = (self.env.store.clone(), self.sender.clone());
        tokio::spawn(async move {
            let written = store.write(move |c| {
                build_requests::set_priority(c, request, priority)?;
                build_requests::get(c, request)
            });
            let _ = sender.send(Message::Prioritised(written.await, reply));
        });
    }

    /// A request's priority is stored. It may have been taken meanwhile.
    pub(super) fn prioritised(&mut self, written: Result<Option<BuildRequest>, StoreError>, reply: Reply<()>) {
        let answer = match written {
            Err(error) => Err(ControlError::Store(error)),
            Ok(None) => Ok(()),
            Ok(Some(row)) => {
                if let Some(waiting) = self.queue.get(row.id).cloned() {
                    let priority = row.priority;
                    self.queue.push(Waiting { priority, ..waiting });
                    // The protocol has no verb of its own for this; it is back in the queue, at another place.
                    self.env.publisher.publish(Event::Request(RequestVerb::Unclaimed, row));
                }
                Ok(())
            }
        };
        let _ = reply.send(answer);
    }

    /// Switches a scheduler on or off. Off, its countdowns stand still and it sees no changes.
    pub(super) fn enable_scheduler(&mut self, id: SchedulerId, enabled: bool, reply: Reply<()>) {
        let (store, sender) = (self.env.store.clone(), self.sender.clone());
        tokio::spawn(async move {
            let written = store.write(move |c| {
                schedulers::set_enabled(c, id, enabled)?;
                schedulers::get(c, id)
            });
            let _ = sender.send(Message::SchedulerStored(written.await, reply));
        });
    }

    /// A scheduler's switch is stored.
    pub(super) fn scheduler_stored(&mut self, written: Result<Option<Scheduler>, StoreError>, reply: Reply<()>) {
        let answer = match written {
            Ok(None) => Err(ControlError::Unknown {
                what: "scheduler",
                name: "of that id".to_owned(),
            }),
            Err(error) => Err(ControlError::Store(error)),
            Ok(Some(row)) => {
                self.switch(&row);
                self.env.publisher.publish(Event::SchedulerUpdated(row));
                Ok(())
            }
        };
        let _ = reply.send(answer);
    }

    fn switch(&mut self, row: &Scheduler) {
        let now = self.moment();
        let entry = self.catalog.schedulers.iter().find(|entry| entry.id == row.id);
        let (Some(entry), Some(scheduled)) = (entry, self.schedulers.get_mut(&row.id)) else {
            return;
        };
        scheduled.enabled = row.enabled;
        match row.enabled {
            true => scheduled.state.resume(&entry.config.kind, now),
            false => scheduled.state.pause(),
        }
    }
}
