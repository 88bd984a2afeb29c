//! A process that started commands is killed with SIGKILL: nothing of the commands survives it.

use super::{all_dead, is_alive, pids, sh, under_shim};
use std::path::PathBuf;

/// So many processes are there.
const FAMILY: usize = if cfg!(target_os = "linux") { 5 } else { 3 };

/// Set for the process that will be killed: where its command runs.
const FOLDER: &str = "PROCESS_TEST_STARTER";

#[tokio::test]
#[ignore = "what the starter does; the test below starts it"]
async fn starter() {
    let folder = std::env::var_os(FOLDER).unwrap();
    let script = "if test -e /proc/$PPID/stat; then echo $PPID; cut -d' ' -f4 /proc/$PPID/stat; fi >> pids; echo $$ >> pids; setsid sh -c 'echo $$ >> pids; exec sleep 1000' & (setsid sh -c 'echo $$ >> pids; exec sleep 1000' &) ; wait";
    let child = under_shim().spawn(&sh(script, folder.as_ref())).await.unwrap();
    std::future::pending::<()>().await;
    drop(child);
}

/// Starts the starter and gives the processes that are there when it is killed: on Linux its shim and the parent of that,
/// and everywhere a family of three.
async fn killed(before: impl Fn(&[PathBuf])) -> Vec<PathBuf> {
    let folder = tempfile::tempdir().unwrap();
    let mut starter = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "unix::death_of_the_starter::starter"])
        .env(FOLDER, folder.path())
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let family = pids(&folder.path().join("pids"), FAMILY).await;
    assert!(family.iter().all(|process| is_alive(process)));
    before(&family);
    starter.kill().unwrap();
    starter.wait().unwrap();
    family
}

#[tokio::test]
async fn nothing_survives_a_killed_starter() {
    all_dead(&killed(|_| {}).await).await;
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn nothing_survives_when_the_parent_of_its_shims_was_killed_before() {
    let kill_parent = |family: &[PathBuf]| {
        let parent = family[1].file_name().unwrap().to_str().unwrap().parse().unwrap();
        nix::sys::signal::kill(nix::unistd::Pid::from_raw(parent), nix::sys::signal::Signal::SIGKILL).unwrap();
    };
    all_dead(&killed(kill_parent).await).await;
}
