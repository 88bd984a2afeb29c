//! `outpost worker stop`: ends the process that serves, and waits until it is gone.

use super::arguments::WorkerStop;
use super::pid::{self, Running};
use crate::absolute;
use crate::failure::{Failure, NOT_RUNNING};
use std::path::Path;
use std::sync::mpsc;
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

/// The lock is free when the process is gone, and tells so without asking again and again.
fn end(running: Running) -> Result<(), Failure> {
    let Running { pid, file } = running;
    terminate(pid)?;
    let (give, take) = mpsc::channel();
    std::thread::spawn(move || {
        // Nobody waits any more when it comes too late.
        let _ = give.send(file.lock().is_ok());
    });
    match take.recv_timeout(PATIENCE) {
        Ok(true) => Ok(()),
        _ => Err(
            Failure::other(format!("the worker (process {pid}) does not end")).hint(format!(
                "The system may hold what it runs; kill it with:  kill -9 {pid}"
            )),
        ),
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
