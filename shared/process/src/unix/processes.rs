//! A command's processes, watched by a shim or by ourselves.

use super::shim::{Order, REPORT_SIZE, Report};
use super::{Signal, direct};
use crate::Exit;
use std::io;
use tokio::net::UnixStream;

/// The processes of one command.
#[derive(Debug)]
pub(crate) struct Processes {
    pid: i32,
    watcher: Watcher,
}

#[derive(Debug)]
enum Watcher {
    Shim(Link),
    Direct(tokio::process::Child),
}

/// Our end of a shim.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) control: UnixStream,
    /// The part of a report that has arrived.
    partial: Vec<u8>,
}

impl Processes {
    pub(super) fn under_shim(pid: i32, link: Link) -> Processes {
        let watcher = Watcher::Shim(link);
        Processes { pid, watcher }
    }

    pub(super) fn direct(pid: i32, child: tokio::process::Child) -> Processes {
        let watcher = Watcher::Direct(child);
        Processes { pid, watcher }
    }

    pub(crate) fn pid(&self) -> i32 {
        self.pid
    }

    pub(crate) fn signal(&self, signal: Signal) {
        match &self.watcher {
            Watcher::Shim(link) => link.order(Order::Signal(signal.number())),
            Watcher::Direct(_) => direct::signal_group(self.pid, signal),
        }
    }

    /// Waits for the command's own process. Safe to cancel.
    pub(crate) async fn exited(&mut self) -> Exit {
        match &mut self.watcher {
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
        }
    }

    /// Under a shim, losing the control socket is the same order.
    pub(crate) fn kill_all(&self) {
        match &self.watcher {
            Watcher::Shim(link) => link.order(Order::End),
            Watcher::Direct(_) => direct::signal_group(self.pid, Signal::KILL),
        }
    }

    /// Waits, after the order to kill all and the end of the command's own process, until nothing is left.
    pub(crate) async fn gone(&mut self) {
        if let Watcher::Shim(link) = &mut self.watcher {
            // Its end means that nothing is left below it.
            while let Ok(Some(_)) = link.report().await {}
        }
    }
}

impl Link {
    pub(super) fn new(control: UnixStream) -> Link {
        Link {
            control,
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
    pub(super) async fn report(&mut self) -> io::Result<Option<Report>> {
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
