//! Workers that stay away for longer than their configuration allows (B-149).

use super::Engine;
use super::workers::Slot;
use model::Event;
use model::config::WorkerConfig;
use std::time::Duration;
use store::workers;

/// The uptime at which the worker counts as missing: when it is away, somebody wants to know, and nobody knows yet.
fn due(slot: &Slot, config: &WorkerConfig) -> Option<Duration> {
    let waited_for = slot.connection.is_none() && !slot.missing && !config.notify_on_missing.is_empty();
    waited_for.then(|| slot.seen_at + config.missing_timeout)
}

impl Engine {
    /// When the next worker counts as missing.
    pub(super) fn next_missing(&self) -> Option<Duration> {
        let configured = self.catalog.workers.iter().map(|(_, config)| config);
        configured
            .filter_map(|config| due(self.workers.get(&config.name)?, config))
            .min()
    }

    /// Tells of those whose time has come, each once until it has been here again.
    pub(super) fn tell_missing(&mut self, uptime: Duration) {
        let catalog = self.catalog.clone();
        for (id, config) in &catalog.workers {
            let Some(slot) = self.workers.get_mut(&config.name) else {
                continue;
            };
            if due(slot, config).is_none_or(|due| due > uptime) {
                continue;
            }
            slot.missing = true;
            let away = i64::try_from((uptime - slot.seen_at).as_millis()).unwrap_or(i64::MAX);
            let last_connection = self.env.clock.now().plus_millis(-away);
            let (id, notify) = (*id, config.notify_on_missing.clone());
            let (store, publisher) = (self.env.store.clone(), self.env.publisher.clone());
            tokio::spawn(async move {
                match store.read(move |c| workers::get(c, id)).await {
                    Ok(Some(worker)) => publisher.publish(Event::WorkerMissing {
                        worker,
                        last_connection,
                        notify,
                    }),
                    Ok(None) => {}
                    Err(error) => tracing::error!(%error, "a worker is missing, and cannot be read"),
                }
            });
        }
    }
}
