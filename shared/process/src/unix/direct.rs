//! Without a shim: the command is our own child, and its group is all that can be killed.

use super::{Processes, Signal};
use crate::{Command, Exit};
use nix::unistd::Pid;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::process::{CommandExt, ExitStatusExt};

pub(crate) fn spawn(command: &Command, streams: [OwnedFd; 3], nice: u8) -> io::Result<Processes> {
    let mut prepared = prepared(command, streams);
    // SAFETY: one system call.
    unsafe {
        prepared.pre_exec(move || {
            step_back(nice);
            Ok(())
        });
    }
    let child = tokio::process::Command::from(prepared).spawn()?;
    let pid = child.id().and_then(|pid| i32::try_from(pid).ok());
    let pid = pid.ok_or_else(|| io::Error::other("the process has no number"))?;
    Ok(Processes::direct(pid, child))
}

pub(crate) async fn exit(child: &mut tokio::process::Child) -> Exit {
    match child.wait().await {
        Ok(status) => match (status.code(), status.signal()) {
            (Some(code), _) => Exit::Code(code),
            (None, Some(signal)) => Exit::Signal(signal),
            (None, None) => Exit::Lost,
        },
        Err(_) => Exit::Lost,
    }
}

/// To all of a group; when it is gone, nobody is there to miss it.
pub(crate) fn signal_group(group: i32, signal: Signal) {
    if let Some(signal) = Signal::from_number(signal.number()) {
        let _ = nix::sys::signal::killpg(Pid::from_raw(group), signal);
    }
}

/// The command as the leader of a session, and so of a group: our own terminal, if there is one, is not its own, so that
/// a program that asks a person for a password fails instead of waiting. No signal is blocked or ignored.
pub(crate) fn prepared(command: &Command, [stdin, stdout, stderr]: [OwnedFd; 3]) -> std::process::Command {
    let mut prepared = std::process::Command::new(&command.argv[0]);
    prepared
        .args(&command.argv[1..])
        .env_clear()
        .envs(command.env.iter().map(|(name, value)| (name, value)))
        .current_dir(&command.cwd)
        .stdin(stdin)
        .stdout(stdout)
        .stderr(stderr);
    let pty = command.pty;
    // SAFETY: only system calls that are allowed between fork and exec, and no memory is taken.
    unsafe {
        prepared.pre_exec(move || {
            nix::unistd::setsid()?;
            if pty && libc::ioctl(0, libc::TIOCSCTTY as _, 0) < 0 {
                return Err(io::Error::last_os_error());
            }
            default_signals();
            close_other_descriptors();
            Ok(())
        });
    }
    prepared
}

/// The same, below a shim: the command does not outlive even a shim that is killed itself, where the system can do that.
pub(crate) fn prepared_under(command: &Command, streams: [OwnedFd; 3]) -> std::process::Command {
    let mut prepared = prepared(command, streams);
    // SAFETY: one system call.
    unsafe { prepared.pre_exec(die_with_parent) };
    prepared
}

#[cfg(target_os = "linux")]
fn die_with_parent() -> io::Result<()> {
    Ok(nix::sys::prctl::set_pdeathsig(nix::sys::signal::Signal::SIGKILL)?)
}

#[cfg(not(target_os = "linux"))]
fn die_with_parent() -> io::Result<()> {
    Ok(())
}

/// Lets this process and all that it starts step back behind the rest of the machine, as far as the system lets it: one
/// system call.
pub(crate) fn step_back(nice: u8) {
    if nice > 0 {
        // SAFETY: one that is refused leaves the process as it was, which harms nobody.
        unsafe { libc::setpriority(libc::PRIO_PROCESS, 0, libc::c_int::from(nice.min(19))) };
    }
}

/// Whatever our own start left ignored (`nohup`) or blocked would otherwise be inherited.
fn default_signals() {
    // SAFETY: plain system calls on values of this function.
    unsafe {
        for signal in 1..32 {
            libc::signal(signal, libc::SIG_DFL);
        }
        let mut none = std::mem::zeroed();
        libc::sigemptyset(&mut none);
        libc::sigprocmask(libc::SIG_SETMASK, &none, std::ptr::null_mut());
    }
}

/// What our own starter left open for us (a lock, a pipe) is not the command's. Refused by old systems.
#[cfg(target_os = "linux")]
fn close_other_descriptors() {
    // SAFETY: only marks descriptors to be closed by exec.
    unsafe {
        libc::syscall(libc::SYS_close_range, 3, libc::c_uint::MAX, libc::CLOSE_RANGE_CLOEXEC);
    }
}

#[cfg(not(target_os = "linux"))]
fn close_other_descriptors() {}
