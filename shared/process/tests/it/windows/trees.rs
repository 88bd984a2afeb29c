//! Nothing of a command stays behind.

use super::{all_dead, family, role, spawn, stdout};
use process::{Exit, Signal};
use std::process::Stdio;

/// The parent and two grandchildren.
const FAMILY: usize = 3;

#[tokio::test]
async fn the_end_kills_all_of_a_family() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = spawn(&role("parent", folder.path(), &[])).await;
    let family = family(folder.path(), FAMILY).await;
    assert!(family.iter().all(|process| process.is_alive()));
    assert!(child.tree.end().await);
    // At once: `end` has waited.
    assert!(!family.iter().any(|process| process.is_alive()));
    assert_eq!(child.tree.exited().await, Exit::Code(1));
    stdout(&mut child).await;
}

#[tokio::test]
async fn a_kill_reaches_all_of_a_family() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = spawn(&role("parent", folder.path(), &[])).await;
    let family = family(folder.path(), FAMILY).await;
    child.tree.signal(Signal::KILL);
    assert_eq!(child.tree.exited().await, Exit::Code(1));
    all_dead(&family).await;
}

#[tokio::test]
async fn dropping_a_child_kills_all_of_a_family() {
    let folder = tempfile::tempdir().unwrap();
    let child = spawn(&role("parent", folder.path(), &[])).await;
    let family = family(folder.path(), FAMILY).await;
    drop(child);
    all_dead(&family).await;
}

#[tokio::test]
async fn what_outlives_the_command_ends_on_order() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = spawn(&role("leaver", folder.path(), &[])).await;
    assert_eq!(child.tree.exited().await, Exit::Code(5));
    let left = family(folder.path(), 1).await;
    assert!(left[0].is_alive());
    assert!(child.tree.end().await);
    assert!(!left[0].is_alive());
}

#[tokio::test]
async fn nothing_survives_a_killed_starter() {
    let folder = tempfile::tempdir().unwrap();
    let mut starter = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "windows::roles::starter"])
        .current_dir(folder.path())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let family = family(folder.path(), FAMILY).await;
    assert!(family.iter().all(|process| process.is_alive()));
    starter.kill().unwrap();
    starter.wait().unwrap();
    all_dead(&family).await;
}
