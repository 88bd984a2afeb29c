//! What the programs of the tests do. Each is started by a test, as a command.

use std::fs::File;
use std::io::{Read, Write};
use std::os::windows::process::CommandExt;
use std::time::Duration;
use windows_sys::Win32::System::Console::SetConsoleCtrlHandler;
use windows_sys::Win32::System::Threading::{
    CREATE_NEW_PROCESS_GROUP, DETACHED_PROCESS, GetCurrentProcess, GetPriorityClass,
};

#[test]
#[ignore = "a role"]
fn words() {
    println!("words {:?}", std::env::args().collect::<Vec<_>>());
}

#[test]
#[ignore = "a role"]
fn count_input() {
    let mut input = Vec::new();
    std::io::stdin().read_to_end(&mut input).unwrap();
    println!("{} bytes", input.len());
}

#[test]
#[ignore = "a role"]
fn priority() {
    // SAFETY: the handle of this process itself is always open.
    println!("class {:#x}", unsafe { GetPriorityClass(GetCurrentProcess()) });
}

/// Ends with 7 when it is asked to end.
#[test]
#[ignore = "a role"]
fn obedient() {
    extern "system" fn asked(_: u32) -> i32 {
        println!("asked");
        std::process::exit(7)
    }
    // SAFETY: the handler lives as long as the program.
    assert_ne!(unsafe { SetConsoleCtrlHandler(Some(asked), 1) }, 0);
    println!("ready");
    std::thread::sleep(Duration::from_secs(1000));
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

/// Ends, and leaves something behind.
#[test]
#[ignore = "a role"]
#[allow(clippy::zombie_processes)] // Windows has none.
fn leaver() {
    start("grandchild", DETACHED_PROCESS);
    std::process::exit(5);
}

/// Starts a family under this crate's care, and is killed by its test.
#[tokio::test]
#[ignore = "a role"]
async fn starter() {
    let here = std::env::current_dir().unwrap();
    let child = super::spawn(&super::role("parent", &here, &[])).await;
    std::future::pending::<()>().await;
    drop(child);
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
