//! Nothing of a command stays behind.

use super::{all_dead, direct, is_alive, pids, sh, stdout, under_shim};
use process::Exit;
use std::fs::File;
use std::sync::Arc;

/// Writes its own number and those of a child in a session of its own, an orphan, and one that ignores signals.
const FAMILY: &str = r#"
    trap '' TERM INT HUP
    echo $$ >> pids
    setsid sh -c 'echo $$ >> pids; exec sleep 1000' &
    sh -c '(setsid sh -c "echo \$\$ >> pids; exec sleep 1000 >/dev/null 2>&1 </dev/null" &) ; exit 0'
    (trap '' TERM INT HUP; sh -c 'echo $$ >> pids; while :; do sleep 1; done') &
    wait
"#;

#[tokio::test]
async fn the_end_kills_all_of_a_family() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = under_shim().spawn(&sh(FAMILY, folder.path())).await.unwrap();
    let family = pids(&folder.path().join("pids"), 4).await;
    assert!(family.iter().all(|process| is_alive(process)));
    assert!(child.tree.end().await);
    // At once: `end` has waited.
    assert!(!family.iter().any(|process| is_alive(process)));
    assert_eq!(child.tree.exited().await, Exit::Signal(9));
    assert_eq!(stdout(&mut child).await, "");
}

#[tokio::test]
async fn dropping_a_child_kills_all_of_a_family() {
    let folder = tempfile::tempdir().unwrap();
    let child = under_shim().spawn(&sh(FAMILY, folder.path())).await.unwrap();
    let family = pids(&folder.path().join("pids"), 4).await;
    drop(child);
    all_dead(&family).await;
}

#[tokio::test]
async fn what_outlives_the_command_ends_on_order() {
    let folder = tempfile::tempdir().unwrap();
    let script = "(setsid sh -c 'echo $$ >> pids; exec sleep 1000' &); exit 5";
    let mut child = under_shim().spawn(&sh(script, folder.path())).await.unwrap();
    assert_eq!(child.tree.exited().await, Exit::Code(5));
    let daemon = pids(&folder.path().join("pids"), 1).await;
    assert!(is_alive(&daemon[0]));
    assert!(child.tree.end().await);
    assert!(!is_alive(&daemon[0]));
}

#[tokio::test]
async fn a_tree_that_grows_while_it_is_killed_dies() {
    let folder = tempfile::tempdir().unwrap();
    // Each generation leaves its session and is orphaned by the one before.
    std::fs::write(
        folder.path().join("grow"),
        "echo $$ >> pids; setsid sh ./grow & sleep 0.02\n",
    )
    .unwrap();
    let mut child = under_shim()
        .spawn(&sh("sh ./grow; sleep 1000", folder.path()))
        .await
        .unwrap();
    pids(&folder.path().join("pids"), 10).await;
    assert!(child.tree.end().await);
    let family = pids(&folder.path().join("pids"), 10).await;
    assert!(!family.iter().any(|process| is_alive(process)));
}

#[tokio::test]
async fn a_killed_shim_is_noticed_and_its_command_dies() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = under_shim()
        .spawn(&sh(
            "echo $$ >> pids; echo $PPID >> pids; exec sleep 1000",
            folder.path(),
        ))
        .await
        .unwrap();
    let both = pids(&folder.path().join("pids"), 2).await;
    let shim = both[1].file_name().unwrap().to_str().unwrap().parse().unwrap();
    nix::sys::signal::kill(nix::unistd::Pid::from_raw(shim), nix::sys::signal::Signal::SIGKILL).unwrap();
    assert_eq!(child.tree.exited().await, Exit::Lost);
    all_dead(&both).await;
    assert!(child.tree.end().await);
}

#[tokio::test]
async fn a_lock_is_free_when_nothing_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let lock = || File::create(folder.path().join("lock")).unwrap();
    let held = lock();
    held.try_lock().unwrap();
    let mut launcher = under_shim();
    launcher.hold = Some(Arc::new(held));
    let child = launcher.spawn(&sh(FAMILY, folder.path())).await.unwrap();
    let family = pids(&folder.path().join("pids"), 4).await;
    // Nobody but the shim holds it now.
    drop(launcher);
    let next = lock();
    assert!(next.try_lock().is_err());
    drop(child);
    tokio::task::spawn_blocking(move || next.lock()).await.unwrap().unwrap();
    assert!(!family.iter().any(|process| is_alive(process)));
}

#[tokio::test]
async fn without_a_shim_the_group_dies() {
    let folder = tempfile::tempdir().unwrap();
    let script = "echo $$ >> pids; sh -c 'echo $$ >> pids; exec sleep 1000' & wait";
    let child = direct().spawn(&sh(script, folder.path())).await.unwrap();
    let family = pids(&folder.path().join("pids"), 2).await;
    drop(child);
    all_dead(&family).await;
}

/// By another name than in other tests, which share one.
#[cfg(target_os = "linux")]
fn with_parent_of_its_own(folder: &std::path::Path) -> process::Launcher {
    let shim = folder.join("shim");
    std::os::unix::fs::symlink(std::env::current_exe().unwrap(), &shim).unwrap();
    process::Launcher {
        shim: Some(shim),
        ..process::Launcher::default()
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_killed_parent_of_shims_is_followed_by_another_and_nothing_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let launcher = with_parent_of_its_own(folder.path());
    let script =
        "cut -d' ' -f4 /proc/$PPID/stat >> pids; echo $$ >> pids; while ! test -e go; do sleep 0.01; done; echo lives";
    let mut first = launcher.spawn(&sh(script, folder.path())).await.unwrap();
    let both = pids(&folder.path().join("pids"), 2).await;
    let parent = both[0].file_name().unwrap().to_str().unwrap().parse().unwrap();
    nix::sys::signal::kill(nix::unistd::Pid::from_raw(parent), nix::sys::signal::Signal::SIGKILL).unwrap();
    all_dead(&both[..1]).await;
    let mut second = launcher.spawn(&sh("echo also", folder.path())).await.unwrap();
    assert_eq!(stdout(&mut second).await, "also\n");
    File::create(folder.path().join("go")).unwrap();
    assert_eq!(stdout(&mut first).await, "lives\n");
    assert_eq!(first.tree.exited().await, Exit::Code(0));
    assert!(first.tree.end().await && !is_alive(&both[1]));
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn shims_have_one_parent_and_leave_no_zombie_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let launcher = with_parent_of_its_own(folder.path());
    let script = "echo $PPID >> pids; cut -d' ' -f4 /proc/$PPID/stat >> parents";
    for _ in 0..3 {
        let mut child = launcher.spawn(&sh(script, folder.path())).await.unwrap();
        assert_eq!(child.tree.exited().await, Exit::Code(0));
        assert!(child.tree.end().await);
    }
    let parents = pids(&folder.path().join("parents"), 3).await;
    assert!(
        parents.iter().all(|parent| *parent == parents[0] && is_alive(parent)),
        "{parents:?}"
    );
    let shims = pids(&folder.path().join("pids"), 3).await;
    let begun = std::time::Instant::now();
    while shims.iter().any(|shim| shim.exists()) {
        assert!(begun.elapsed() < std::time::Duration::from_secs(20), "{shims:?}");
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}
