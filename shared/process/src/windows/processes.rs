//! A command's processes, in a job.

use super::console;
use super::job::Job;
use super::signal::{Kind, Signal};
use crate::Exit;
use std::time::Duration;

/// Between two looks at what is dying: the system only tells of it through a port and a thread.
const ROUND: Duration = Duration::from_millis(5);

/// The processes of one command. Dropping it kills them.
#[derive(Debug)]
pub(crate) struct Processes {
    pid: u32,
    child: tokio::process::Child,
    job: Job,
}

impl Processes {
    pub(super) fn new(pid: u32, child: tokio::process::Child, job: Job) -> Processes {
        Processes { pid, child, job }
    }

    /// The system's numbers are small, and never negative.
    pub(crate) fn pid(&self) -> i32 {
        self.pid as i32
    }

    pub(crate) fn signal(&self, signal: Signal) {
        match signal.kind() {
            Kind::Kill => self.job.kill(),
            Kind::Break => {
                if let Err(error) = console::send_break(self.pid) {
                    tracing::debug!(%error, pid = self.pid, "a command cannot be asked to end");
                }
            }
        }
    }

    /// Waits for the command's own process. Safe to cancel.
    pub(crate) async fn exited(&mut self) -> Exit {
        let status = self.child.wait().await.ok();
        status.and_then(|status| status.code()).map_or(Exit::Lost, Exit::Code)
    }

    pub(crate) fn kill_all(&self) {
        self.job.kill();
    }

    /// Waits, after the order to kill all, until nothing is left.
    pub(crate) async fn gone(&mut self) {
        while self.job.alive().is_ok_and(|alive| alive > 0) {
            tokio::time::sleep(ROUND).await;
        }
    }
}
