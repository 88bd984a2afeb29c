//! Signs of life to a worker (`worker-protocol-pb` §10): a connection that broke without a word is noticed.

use super::Connection;
use crate::clock::Clock;
use std::sync::Arc;
use std::time::Duration;

/// A worker that does not answer within this is gone.
const PATIENCE: Duration = Duration::from_secs(120);

/// Says something to the worker at each `interval`, until its link is gone. One that does not answer loses its link.
pub async fn keep_alive(connection: Connection, interval: Duration, clock: Arc<dyn Clock>) {
    loop {
        tokio::select! {
            () = clock.sleep_until(clock.uptime() + interval) => {}
            () = connection.closed().cancelled() => return,
        }
        tokio::select! {
            // What it answers is all the same, as long as it does.
            _ = connection.print("keepalive") => {}
            () = clock.sleep_until(clock.uptime() + PATIENCE) => {
                tracing::warn!(worker = connection.worker(), "a worker does not answer any more; its link is dropped");
                connection.drop_link();
                return;
            }
        }
    }
}
