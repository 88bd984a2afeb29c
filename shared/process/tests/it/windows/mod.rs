//! Commands of Windows. This test program serves as their programs: a role is an ignored test in `roles`.

mod roles;
mod running;
mod trees;

use process::{Child, Command, Launcher};
use std::os::windows::io::{AsRawHandle, FromRawHandle, OwnedHandle};
use std::path::Path;
use std::time::{Duration, Instant};
use windows_sys::Win32::Foundation::WAIT_TIMEOUT;
use windows_sys::Win32::System::Threading::{OpenProcess, PROCESS_SYNCHRONIZE, WaitForSingleObject};

/// A process that was alive when it was met; its number cannot be given to another while this is there.
struct Met(u32, OwnedHandle);

impl Met {
    fn is_alive(&self) -> bool {
        // SAFETY: the handle is open.
        unsafe { WaitForSingleObject(self.1.as_raw_handle(), 0) == WAIT_TIMEOUT }
    }
}

/// This program in a role, with this process's environment and more words.
fn role(name: &str, folder: &Path, words: &[&str]) -> Command {
    let mut argv = vec![std::env::current_exe().unwrap().into_os_string()];
    let filter = format!("windows::roles::{name}");
    argv.extend(["--ignored", "--exact", "--nocapture", &filter].map(Into::into));
    argv.extend(words.iter().map(Into::into));
    Command {
        argv,
        env: std::env::vars_os().collect(),
        cwd: folder.to_owned(),
        stdin: None,
        pty: false,
    }
}

fn cmd(script: &str, folder: &Path) -> Command {
    Command {
        argv: ["cmd", "/c", script].map(Into::into).to_vec(),
        ..role("", folder, &[])
    }
}

async fn spawn(command: &Command) -> Child {
    Launcher::default().spawn(command).await.unwrap()
}

/// All of the standard output.
async fn stdout(child: &mut Child) -> String {
    let mut all = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        match child.stdout.read(&mut buffer).await.unwrap() {
            0 => return String::from_utf8(all).unwrap(),
            n => all.extend_from_slice(&buffer[..n]),
        }
    }
}

/// The processes that wrote their numbers, one per line, once there are so many.
async fn family(folder: &Path, count: usize) -> Vec<Met> {
    let begun = Instant::now();
    loop {
        let text = std::fs::read_to_string(folder.join("pids")).unwrap_or_default();
        if text.ends_with('\n') && text.lines().count() >= count {
            return text.lines().map(|pid| meet(pid.parse().unwrap())).collect();
        }
        assert!(
            begun.elapsed() < Duration::from_secs(60),
            "the family is not there: {text:?}"
        );
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

fn meet(pid: u32) -> Met {
    // SAFETY: a handle that is not null is ours.
    unsafe {
        let handle = OpenProcess(PROCESS_SYNCHRONIZE, 0, pid);
        assert!(!handle.is_null(), "process {pid}: {}", std::io::Error::last_os_error());
        Met(pid, OwnedHandle::from_raw_handle(handle))
    }
}

/// Waits until none of the processes is alive.
async fn all_dead(family: &[Met]) {
    let begun = Instant::now();
    while let Some(Met(pid, _)) = family.iter().find(|process| process.is_alive()) {
        assert!(begun.elapsed() < Duration::from_secs(20), "{pid} survived");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
