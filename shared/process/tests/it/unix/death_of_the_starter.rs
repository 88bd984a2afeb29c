//! A process that started commands is killed with SIGKILL: nothing of the commands survives it.

use super::{all_dead, is_alive, pids, sh, under_shim};

/// Set for the process that will be killed: where its command runs.
const FOLDER: &str = "PROCESS_TEST_STARTER";

#[tokio::test]
#[ignore = "what the starter does; the test below starts it"]
async fn starter() {
    let folder = std::env::var_os(FOLDER).unwrap();
    let script = "echo $$ >> pids; setsid sh -c 'echo $$ >> pids; exec sleep 1000' & (setsid sh -c 'echo $$ >> pids; exec sleep 1000' &) ; wait";
    let child = under_shim().spawn(&sh(script, folder.as_ref())).await.unwrap();
    std::future::pending::<()>().await;
    drop(child);
}

#[tokio::test]
async fn nothing_survives_a_killed_starter() {
    let folder = tempfile::tempdir().unwrap();
    let mut starter = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "unix::death_of_the_starter::starter"])
        .env(FOLDER, folder.path())
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let family = pids(&folder.path().join("pids"), 3).await;
    assert!(family.iter().all(|process| is_alive(process)));
    starter.kill().unwrap();
    starter.wait().unwrap();
    all_dead(&family).await;
}
