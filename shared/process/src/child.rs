//! A command that was started: its output, and the tree of processes below it.

use crate::output::Output;
use crate::shim::{Order, REPORT_SIZE, Report};
use crate::{Signal, direct};
use std::io;
use std::time::Duration;
use tokio::net::UnixStream;
use tokio::task::JoinHandle;

/// How long a tree may take to die after `KILL`: longer only when the system holds a process in a call.
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
    pid: i32,
    exit: Option<Exit>,
    watcher: Watcher,
    feeder: Option<JoinHandle<()>>,
}

/// How a command's own process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// By itself, with this status.
    Code(i32),
    /// By this signal.
    Signal(i32),
    /// The shim was killed, so nobody knows.
    Lost,
}

#[derive(Debug)]
enum Watcher {
    Shim(Link),
    Direct(tokio::process::Child),
}

/// Our end of a shim.
#[derive(Debug)]
pub(crate) struct Link {
    pub(crate) control: UnixStream,
    process: tokio::process::Child,
    /// The part of a report that has arrived.
    partial: Vec<u8>,
}

impl Child {
    pub(crate) fn new(stdout: Output, stderr: Option<Output>, mut tree: Tree, feeder: Option<JoinHandle<()>>) -> Child {
        tree.feeder = feeder;
        Child { stdout, stderr, tree }
    }
}

impl Tree {
    pub(crate) fn under_shim(pid: i32, link: Link) -> Tree {
        Tree {
            pid,
            exit: None,
            watcher: Watcher::Shim(link),
            feeder: None,
        }
    }

    pub(crate) fn direct(pid: i32, child: tokio::process::Child) -> Tree {
        Tree {
            pid,
            exit: None,
            watcher: Watcher::Direct(child),
            feeder: None,
        }
    }

    /// The command's own process, which leads its group.
    pub fn pid(&self) -> i32 {
        self.pid
    }

    /// Sends a signal to the command's process group. Nothing happens when its own process has ended.
    pub fn signal(&mut self, signal: Signal) {
        if self.exit.is_some() {
            return;
        }
        match &self.watcher {
            Watcher::Shim(link) => link.order(Order::Signal(signal.number())),
            Watcher::Direct(_) => direct::signal_group(self.pid, signal),
        }
    }

    /// Waits for the command's own process; what it started may still run. Safe to cancel and to repeat.
    pub async fn exited(&mut self) -> Exit {
        if let Some(exit) = self.exit {
            return exit;
        }
        let exit = match &mut self.watcher {
            Watcher::Direct(child) => direct::exit(child).await,
            Watcher::Shim(link) => match link.report().await {
                Ok(Some(Report::Exited(code))) => Exit::Code(code),
                Ok(Some(Report::Signalled(signal))) => Exit::Signal(signal),
                _ => {
                    // The next best: what a shim would have killed first.
                    direct::signal_group(self.pid, Signal::KILL);
                    Exit::Lost
                }
            },
        };
        self.exit = Some(exit);
        exit
    }

    /// Kills everything that is left of the command and waits until nothing is. False when something does not die within
    /// 5 s, because the system holds it; it dies as soon as it is let go.
    pub async fn end(&mut self) -> bool {
        tokio::time::timeout(DEATH, self.killed()).await.is_ok()
    }

    async fn killed(&mut self) {
        match &mut self.watcher {
            Watcher::Direct(_) => {
                direct::signal_group(self.pid, Signal::KILL);
                self.exited().await;
            }
            Watcher::Shim(link) => {
                link.order(Order::End);
                self.exited().await;
                if let Watcher::Shim(link) = &mut self.watcher {
                    // Its end means that nothing is left below it.
                    while let Ok(Some(_)) = link.report().await {}
                    let _ = link.process.wait().await;
                }
            }
        }
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        if let Some(feeder) = &self.feeder {
            feeder.abort();
        }
        // Under a shim, losing the control socket is the order.
        if matches!(self.watcher, Watcher::Direct(_)) && self.exit.is_none() {
            direct::signal_group(self.pid, Signal::KILL);
        }
    }
}

impl Link {
    pub(crate) fn new(control: UnixStream, process: tokio::process::Child) -> Link {
        Link {
            control,
            process,
            partial: Vec::new(),
        }
    }

    /// An order is a few bytes, and there are few: the socket has room, unless the shim is gone.
    fn order(&self, order: Order) {
        if let Err(error) = self.control.try_write(&order.encode()) {
            tracing::debug!(%error, "a shim does not take an order; it is gone");
        }
    }

    /// The shim's next report; `None` when it is gone. Safe to cancel.
    pub(crate) async fn report(&mut self) -> io::Result<Option<Report>> {
        loop {
            if self.partial.len() >= REPORT_SIZE {
                let report: Vec<u8> = self.partial.drain(..REPORT_SIZE).collect();
                return Ok(Report::decode(&report));
            }
            self.control.readable().await?;
            let mut bytes = [0; REPORT_SIZE];
            match self.control.try_read(&mut bytes) {
                Ok(0) => return Ok(None),
                Ok(n) => self.partial.extend_from_slice(&bytes[..n]),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) if error.kind() == io::ErrorKind::ConnectionReset => return Ok(None),
                Err(error) => return Err(error),
            }
        }
    }
}
