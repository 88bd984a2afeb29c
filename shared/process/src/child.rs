//! A command that was started: its output, and the tree of processes below it.

use crate::Signal;
use crate::system::{Output, Processes};
use std::time::Duration;
use tokio::task::JoinHandle;

/// How long a tree may take to die once it is killed: longer only when the system holds a process in a call.
const DEATH: Duration = Duration::from_secs(5);

/// A running command. Dropping it kills all of it.
#[derive(Debug)]
pub struct Child {
    /// Standard output, or the terminal.
    pub stdout: Output,
    /// Standard error; none with a terminal.
    pub stderr: Option<Output>,
    /// The processes.
    pub tree: Tree,
}

/// The processes of a command: the one that was started and all below it. Dropping it kills them.
#[derive(Debug)]
pub struct Tree {
    processes: Processes,
    exit: Option<Exit>,
    feeder: Option<JoinHandle<()>>,
}

/// How a command's own process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// By itself, with this status. On Windows also when it was killed: then the status is 1.
    Code(i32),
    /// By this signal; never on Windows.
    Signal(i32),
    /// The shim was killed, so nobody knows.
    Lost,
}

impl Tree {
    pub(crate) fn new(processes: Processes, feeder: Option<JoinHandle<()>>) -> Tree {
        Tree {
            processes,
            exit: None,
            feeder,
        }
    }

    /// The command's own process, which leads its group.
    pub fn pid(&self) -> i32 {
        self.processes.pid()
    }

    /// Sends a signal to the command's process group. Nothing happens when its own process has ended.
    pub fn signal(&mut self, signal: Signal) {
        if self.exit.is_none() {
            self.processes.signal(signal);
        }
    }

    /// Waits for the command's own process; what it started may still run. Safe to cancel and to repeat.
    pub async fn exited(&mut self) -> Exit {
        if let Some(exit) = self.exit {
            return exit;
        }
        let exit = self.processes.exited().await;
        self.exit = Some(exit);
        exit
    }

    /// Kills everything that is left of the command and waits until nothing is. False when something does not die within
    /// 5 s, because the system holds it; it dies as soon as it is let go.
    pub async fn end(&mut self) -> bool {
        let killed = async {
            self.processes.kill_all();
            self.exited().await;
            self.processes.gone().await;
        };
        tokio::time::timeout(DEATH, killed).await.is_ok()
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        if let Some(feeder) = &self.feeder {
            feeder.abort();
        }
        // What was left by a command that has ended dies with `processes`, where the system can do that.
        if self.exit.is_none() {
            self.processes.kill_all();
        }
    }
}
