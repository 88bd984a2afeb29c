//! Starting a command in a job.

use super::job::Job;
use super::{Output, Processes, console, search};
use crate::child::{Child, Tree};
use crate::{Command, Launcher, SpawnError};
use std::fs::File;
use std::io;
use std::mem::{size_of, zeroed};
use std::os::windows::io::{AsRawHandle, BorrowedHandle, FromRawHandle, OwnedHandle, RawHandle};
use std::process::Stdio;
use tokio::io::AsyncWriteExt;
use windows_sys::Win32::Foundation::INVALID_HANDLE_VALUE;
use windows_sys::Win32::System::Diagnostics::ToolHelp::{
    CreateToolhelp32Snapshot, TH32CS_SNAPTHREAD, THREADENTRY32, Thread32First, Thread32Next,
};
use windows_sys::Win32::System::Threading::{
    BELOW_NORMAL_PRIORITY_CLASS, CREATE_NEW_PROCESS_GROUP, CREATE_NO_WINDOW, CREATE_SUSPENDED, IDLE_PRIORITY_CLASS,
    OpenThread, ResumeThread, SetPriorityClass, THREAD_SUSPEND_RESUME,
};

pub(crate) async fn spawn(launcher: &Launcher, command: &Command, program: String) -> Result<Child, SpawnError> {
    let pipes = |source| SpawnError::Pipes {
        program: program.clone(),
        source,
    };
    if command.pty {
        let text = "there are no terminals for commands on Windows; run it without one";
        return Err(pipes(io::Error::new(io::ErrorKind::Unsupported, text)));
    }
    let (stdout, out) = Output::pair().await.map_err(pipes)?;
    let (stderr, err) = Output::pair().await.map_err(pipes)?;
    let job = Job::new().map_err(pipes)?;
    // From here to the end nothing waits, so nothing is half done when this future is dropped.
    let mut child = prepared(command, out, err)
        .spawn()
        .and_then(|child| enter(child, &job, launcher.nice))
        .map_err(|source| SpawnError::Program {
            source: of_folder(source, command),
            program,
        })?;
    let feeder = command.stdin.clone().zip(child.stdin.take()).map(|(bytes, mut pipe)| {
        // A command that does not read its input has a right not to.
        tokio::spawn(async move {
            let _ = pipe.write_all(&bytes).await;
            let _ = pipe.shutdown().await;
        })
    });
    let tree = Tree::new(Processes::new(child.id().unwrap_or(0), child, job), feeder);
    let stderr = Some(stderr);
    Ok(Child { stdout, stderr, tree })
}

/// The command as the leader of a group, not running yet: it must be in its job first.
fn prepared(command: &Command, stdout: File, stderr: File) -> tokio::process::Command {
    let mut prepared = tokio::process::Command::new(search::program(command, &command.argv[0]));
    let window = if console::is_there() { 0 } else { CREATE_NO_WINDOW };
    prepared
        .args(&command.argv[1..])
        .env_clear()
        .envs(command.env.iter().map(|(name, value)| (name, value)))
        .current_dir(&command.cwd)
        .stdin(match command.stdin {
            Some(_) => Stdio::piped(),
            None => Stdio::null(),
        })
        .stdout(stdout)
        .stderr(stderr)
        .creation_flags(CREATE_SUSPENDED | CREATE_NEW_PROCESS_GROUP | window)
        .kill_on_drop(true);
    prepared
}

/// Lets a process step back behind the rest of the machine; what it starts has the same class.
fn step_back(process: RawHandle, nice: u8) {
    let class = match nice {
        0 => return,
        1..10 => BELOW_NORMAL_PRIORITY_CLASS,
        _ => IDLE_PRIORITY_CLASS,
    };
    // SAFETY: the handle is open. What is refused leaves the process as it was, which harms nobody.
    unsafe { SetPriorityClass(process, class) };
}

/// Puts a suspended process into its job and lets it run.
fn enter(child: tokio::process::Child, job: &Job, nice: u8) -> io::Result<tokio::process::Child> {
    let gone = || io::Error::other("the process is gone before it ran");
    let handle = child.raw_handle().ok_or_else(gone)?;
    // SAFETY: the child keeps its handle open.
    job.take(unsafe { BorrowedHandle::borrow_raw(handle) })?;
    step_back(handle, nice);
    resume(child.id().ok_or_else(gone)?)?;
    Ok(child)
}

/// Resumes the only thread of a suspended process.
fn resume(process: u32) -> io::Result<()> {
    // SAFETY: handles are checked and become ours; the structure is one of numbers, and says its own size.
    unsafe {
        let threads = CreateToolhelp32Snapshot(TH32CS_SNAPTHREAD, 0);
        if threads == INVALID_HANDLE_VALUE {
            return Err(io::Error::last_os_error());
        }
        let threads = OwnedHandle::from_raw_handle(threads);
        let mut entry: THREADENTRY32 = zeroed();
        entry.dwSize = size_of::<THREADENTRY32>() as u32;
        let mut more = Thread32First(threads.as_raw_handle(), &mut entry);
        while more != 0 && entry.th32OwnerProcessID != process {
            more = Thread32Next(threads.as_raw_handle(), &mut entry);
        }
        if more == 0 {
            return Err(io::Error::other("the system does not list the process's thread"));
        }
        let thread = OpenThread(THREAD_SUSPEND_RESUME, 0, entry.th32ThreadID);
        if thread.is_null() {
            return Err(io::Error::last_os_error());
        }
        match ResumeThread(OwnedHandle::from_raw_handle(thread).as_raw_handle()) {
            u32::MAX => Err(io::Error::last_os_error()),
            _ => Ok(()),
        }
    }
}

/// The system does not say whether it misses the program or the folder.
fn of_folder(source: io::Error, command: &Command) -> io::Error {
    if command.cwd.is_dir() {
        return source;
    }
    let text = format!("its folder '{}' cannot be entered: {source}", command.cwd.display());
    io::Error::new(source.kind(), text)
}
