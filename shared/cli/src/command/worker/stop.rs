//! `outpost worker stop`: ends the process that serves, and waits until it is gone.

use super::arguments::WorkerStop;
use super::pid::{self, Running};
use crate::absolute;
use crate::failure::{Failure, NOT_RUNNING};
use std::path::Path;
use std::time::Duration;

/// What a worker runs is killed, which the system may take a while for.
const PATIENCE: Duration = Duration::from_secs(30);

pub fn run(stop: &WorkerStop) -> Result<(), Failure> {
    let folder = absolute(&stop.folder)?;
    let Some(running) = pid::find(&folder) else {
        let message = format!("no worker runs in {}", folder.display());
        return Err(Failure::new(NOT_RUNNING, message));
    };
    end(running)?;
    if !stop.quiet {
        println!("The worker is stopped.");
    }
    Ok(())
}

/// Stops the worker of a folder, if one runs.
pub fn if_running(folder: &Path) -> Result<(), Failure> {
    match pid::find(&absolute(folder)?) {
        Some(running) => end(running),
        None => Ok(()),
    }
}

fn end(running: Running) -> Result<(), Failure> {
    let pid = running.pid;
    let gone = Gone::of(running)?;
    terminate(pid)?;
    if gone.wait() {
        Ok(())
    } else {
        Err(
            Failure::other(format!("the worker (process {pid}) does not end")).hint(format!(
                "The system may hold what it runs; kill it with:  kill -9 {pid}"
            )),
        )
    }
}

/// Tells when a process is gone, without asking again and again.
#[cfg(target_os = "linux")]
struct Gone(Option<std::os::fd::OwnedFd>);

#[cfg(target_os = "linux")]
impl Gone {
    fn of(running: Running) -> Result<Gone, Failure> {
        use rustix::process::{Pid, PidfdFlags, pidfd_open};
        let pid = Pid::from_raw(running.pid).ok_or_else(|| Failure::other("the worker's process has no number"))?;
        match pidfd_open(pid, PidfdFlags::empty()) {
            Ok(process) => Ok(Gone(Some(process))),
            // It was quicker.
            Err(rustix::io::Errno::SRCH) => Ok(Gone(None)),
            Err(error) => Err(std::io::Error::from(error).into()),
        }
    }

    fn wait(self) -> bool {
        use rustix::event::{PollFd, PollFlags, Timespec, poll};
        let Some(process) = self.0 else { return true };
        let patience = Timespec {
            tv_sec: PATIENCE.as_secs().cast_signed(),
            tv_nsec: 0,
        };
        let mut fds = [PollFd::new(&process, PollFlags::IN)];
        poll(&mut fds, Some(&patience)).is_ok_and(|ready| ready > 0)
    }
}

/// The lock on its file is free when it is gone.
#[cfg(not(target_os = "linux"))]
struct Gone(std::fs::File);

#[cfg(not(target_os = "linux"))]
impl Gone {
    fn of(running: Running) -> Result<Gone, Failure> {
        Ok(Gone(running.file))
    }

    fn wait(self) -> bool {
        let (give, take) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            // Nobody waits any more when it comes too late.
            let _ = give.send(self.0.lock().is_ok());
        });
        take.recv_timeout(PATIENCE).unwrap_or(false)
    }
}

#[cfg(unix)]
fn terminate(pid: i32) -> Result<(), Failure> {
    use rustix::process::{Pid, Signal, kill_process};
    let pid = Pid::from_raw(pid).ok_or_else(|| Failure::other("the worker's process has no number"))?;
    match kill_process(pid, Signal::TERM) {
        // It was quicker.
        Ok(()) | Err(rustix::io::Errno::SRCH) => Ok(()),
        Err(error) => Err(Failure::other(format!(
            "the worker (process {}) cannot be stopped: {error}",
            pid.as_raw_nonzero()
        ))),
    }
}

/// There is no gentler way to another process's console; the job object ends what it runs.
#[cfg(windows)]
fn terminate(pid: i32) -> Result<(), Failure> {
    let ended = std::process::Command::new("taskkill")
        .args(["/F", "/PID", &pid.to_string()])
        .output()?;
    if ended.status.success() {
        Ok(())
    } else {
        Err(Failure::other(format!("the worker (process {pid}) cannot be stopped")))
    }
}
