//! The parent of shims, as it is seen from here: started with the first command, and again when it is gone.

use super::descriptors;
use super::shim::SHIM_ARGUMENT;
use std::collections::BTreeMap;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};

/// One for each program that serves as shim, for as long as this process lives.
static PARENTS: Mutex<BTreeMap<PathBuf, Parent>> = Mutex::new(BTreeMap::new());

struct Parent {
    process: Child,
    /// Its end ends the process.
    requests: UnixStream,
}

/// Starts a shim and gives the socket to it, on which it waits to hear what to run.
pub(super) fn start_shim(program: &Path, nice: u8) -> io::Result<UnixStream> {
    let (ours, control) = UnixStream::pair()?;
    let mut parents = PARENTS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(parent) = parents.get(program) {
        if parent.ask(nice, &control).is_ok() {
            return Ok(ours);
        }
        parents.remove(program);
    }
    let parent = Parent::start(program)?;
    parent.ask(nice, &control)?;
    parents.insert(program.to_owned(), parent);
    Ok(ours)
}

impl Parent {
    fn start(program: &Path) -> io::Result<Parent> {
        let (requests, theirs) = UnixStream::pair()?;
        let process = Command::new(program)
            .arg(SHIM_ARGUMENT)
            .stdin(OwnedFd::from(theirs))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        Ok(Parent { process, requests })
    }

    fn ask(&self, nice: u8, control: &UnixStream) -> io::Result<()> {
        descriptors::send(&self.requests, &[nice], &[control.as_fd()])
    }
}

impl Drop for Parent {
    /// It is gone, or of no use. Its shims need it no more.
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
