//! The processes of Windows.

use std::os::windows::io::{AsRawHandle, FromRawHandle, OwnedHandle};
use std::path::Path;
use std::time::{Duration, Instant};
use windows_sys::Win32::Foundation::WAIT_TIMEOUT;
use windows_sys::Win32::System::Threading::{OpenProcess, PROCESS_SYNCHRONIZE, WaitForSingleObject};
use worker::Options;

/// A process that was alive when it was met; its number cannot be given to another while this is there.
pub struct Met(u32, OwnedHandle);

/// What every worker of the tests gets: this process's environment.
pub fn prepare(_options: &mut Options) {}

/// The processes that wrote their numbers, one per line, once there are so many.
pub async fn pids(file: &Path, count: usize) -> Vec<Met> {
    let begun = Instant::now();
    loop {
        let text = std::fs::read_to_string(file).unwrap_or_default();
        if text.ends_with('\n') && text.lines().count() >= count {
            return text.lines().map(|pid| meet(pid.parse().unwrap())).collect();
        }
        assert!(
            begun.elapsed() < Duration::from_secs(60),
            "the processes did not start: {text:?}"
        );
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Waits until none of the processes is alive.
pub async fn all_dead(processes: &[Met]) {
    let begun = Instant::now();
    while let Some(Met(pid, _)) = processes.iter().find(|process| is_alive(process)) {
        assert!(begun.elapsed() < Duration::from_secs(20), "{pid} survived");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

pub fn is_alive(process: &Met) -> bool {
    // SAFETY: the handle is open.
    unsafe { WaitForSingleObject(process.1.as_raw_handle(), 0) == WAIT_TIMEOUT }
}

fn meet(pid: u32) -> Met {
    // SAFETY: a handle that is not null is ours.
    unsafe {
        let handle = OpenProcess(PROCESS_SYNCHRONIZE, 0, pid);
        assert!(!handle.is_null(), "process {pid}: {}", std::io::Error::last_os_error());
        Met(pid, OwnedHandle::from_raw_handle(handle))
    }
}
