//! Programs that the tests run: this test program in a role, which is an ignored test.

use std::fs::File;
use std::io::Write;
use std::os::windows::process::CommandExt;
use std::time::Duration;
use windows_sys::Win32::System::Threading::{CREATE_NEW_PROCESS_GROUP, DETACHED_PROCESS};

/// How many of a family write their numbers to the file `pids` where it runs.
pub const FAMILY: usize = 3;

/// A command line that starts a family.
pub fn family() -> String {
    let program = std::env::current_exe().unwrap();
    format!("\"{}\" --ignored --exact windows::roles::parent", program.display())
}

/// Three generations; the second is gone soon, and one of the third has left group and console.
#[test]
#[ignore = "a role"]
fn parent() {
    note();
    start("child", 0).wait().unwrap();
    std::thread::sleep(Duration::from_secs(1000));
}

#[test]
#[ignore = "a role"]
#[allow(clippy::zombie_processes)] // Windows has none.
fn child() {
    start("grandchild", DETACHED_PROCESS | CREATE_NEW_PROCESS_GROUP);
    start("grandchild", 0);
}

#[test]
#[ignore = "a role"]
fn grandchild() {
    note();
    std::thread::sleep(Duration::from_secs(1000));
}

fn start(role: &str, flags: u32) -> std::process::Child {
    std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", &format!("windows::roles::{role}")])
        .creation_flags(flags)
        .spawn()
        .unwrap()
}

/// Writes who this is; one write, so that lines stay whole.
fn note() {
    let mut file = File::options().create(true).append(true).open("pids").unwrap();
    file.write_all(format!("{}\n", std::process::id()).as_bytes()).unwrap();
}
