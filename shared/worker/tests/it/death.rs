//! The worker's process is killed with SIGKILL in the middle of a build: nothing of the build survives it.

use super::master::{Master, is_alive, pids, sh};
use std::path::Path;

/// Set for the process that will be killed: where its command writes who it is.
const FOLDER: &str = "WORKER_TEST_VICTIM";

#[tokio::test]
#[ignore = "the worker that is killed; the test below starts it"]
async fn victim() {
    let folder = std::env::var(FOLDER).unwrap();
    let mut master = Master::with(&["one"], |options| options.basedir = Path::new(&folder).join("base")).await;
    let script = format!(
        "cd {folder}; echo $$ >> pids; setsid sh -c 'trap \"\" TERM HUP INT; echo $$ >> pids; while :; do sleep 1; done' & \
         (setsid sh -c 'echo $$ >> pids; exec sleep 1000' >/dev/null 2>&1 </dev/null &) ; wait"
    );
    let id = master.start("shell", sh(&script)).await.unwrap();
    master.finish(&id).await;
}

#[tokio::test]
async fn nothing_of_a_build_survives_a_killed_worker() {
    let folder = tempfile::tempdir().unwrap();
    let mut victim = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "death::victim"])
        .env(FOLDER, folder.path())
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let family = pids(&Path::new(folder.path()).join("pids"), 3).await;
    assert!(family.iter().all(|process| is_alive(process)));
    victim.kill().unwrap();
    victim.wait().unwrap();
    // The next worker in the same folder serves its first call only when all of them are dead.
    let next = Master::with(&["one"], |options| options.basedir = folder.path().join("base")).await;
    assert!(!family.iter().any(|process| is_alive(process)));
    drop(next);
}
