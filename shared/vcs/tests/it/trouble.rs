//! Lost events, exhausted limits, disks that do not tell, repositories that vanish or break.

use crate::rig::{Watched, by_branch, commit, folder, git, git_program, repository, source, subjects, surroundings};
use model::config::{Branches, GitPoller};
use notify::event::Flag;
use notify::{Event, EventKind};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use vcs::git::{Mode, Notifications, Surroundings, Tap};

/// Well before a failing repository is looked at again unasked, which is after 30 s.
const BY_NOTIFICATION: Duration = Duration::from_secs(20);

const PASS: u8 = 0;
const SWALLOW: u8 = 1;
const OVERFLOW: u8 = 2;

#[tokio::test]
async fn after_an_overflow_the_repository_is_read_again() {
    let folder = folder();
    let repository = repository(folder.path(), "thing");
    commit(&repository, "first");
    let how = Arc::new(AtomicU8::new(PASS));
    let (markers, swallowed) = std::sync::mpsc::channel();
    let markers = Mutex::new(markers);
    let behaviour = how.clone();
    let event = move |event: Event| match behaviour.load(Ordering::SeqCst) {
        PASS => Some(event),
        OVERFLOW => {
            behaviour.store(PASS, Ordering::SeqCst);
            Some(Event::new(EventKind::Other).set_flag(Flag::Rescan))
        }
        _ => {
            if event.paths.iter().any(|path| path.ends_with("marker")) {
                // Nobody waits for the second event of the same file.
                let _ = markers.lock().expect("markers").send(());
            }
            None
        }
    };
    let tap = Tap {
        event: Box::new(event),
        folder: Box::new(|_| Ok(())),
    };
    let surroundings = Surroundings {
        notifications: Notifications::tapped(tap),
        ..surroundings(folder.path())
    };
    let mut watched = Watched::start(surroundings, source(&repository, Branches::All), None).await;
    how.store(SWALLOW, Ordering::SeqCst);
    commit(&repository, "lost");
    git(&repository, &["branch", "a/new/folder"]);
    std::fs::write(repository.join(".git/marker"), "").expect("marker");
    swallowed.recv_timeout(BY_NOTIFICATION).expect("the marker's event");
    how.store(OVERFLOW, Ordering::SeqCst);
    std::fs::write(repository.join(".git/unheeded"), "").expect("write");
    assert_eq!(subjects(&watched.changes().await), ["lost"]);
    // The folder whose making was lost is watched as well.
    git(&repository, &["checkout", "-q", "a/new/folder"]);
    commit(&repository, "found");
    assert_eq!(by_branch(&watched.changes().await), ["a/new/folder: found"]);
}

#[tokio::test]
async fn at_the_systems_limit_it_polls_until_it_can_watch() {
    let folder = folder();
    let repository = repository(folder.path(), "thing");
    commit(&repository, "first");
    let exhausted = Arc::new(AtomicBool::new(true));
    let limit = exhausted.clone();
    let tap = Tap {
        event: Box::new(Some),
        folder: Box::new(move |_| match limit.load(Ordering::SeqCst) {
            true => Err(notify::Error::new(notify::ErrorKind::MaxFilesWatch)),
            false => Ok(()),
        }),
    };
    let surroundings = Surroundings {
        notifications: Notifications::tapped(tap),
        ..surroundings(folder.path())
    };
    let config = GitPoller {
        poll_interval: 0.1,
        ..source(&repository, Branches::Default)
    };
    let mut watched = Watched::start(surroundings, config, None).await;
    let Mode::Polling { every, why } = watched.handle.status().mode else {
        panic!("{:?}", watched.handle.status());
    };
    assert!(why.contains("max_user_watches"), "{why}");
    assert!((every - 0.1).abs() < 1e-9);
    assert!(watched.handle.status().next_poll.is_some());
    assert_eq!(
        subjects(&watched.before_a_fence(&repository).await),
        Vec::<String>::new()
    );
    exhausted.store(false, Ordering::SeqCst);
    assert_eq!(
        watched.mode(|mode| !matches!(mode, Mode::Polling { .. })).await,
        Mode::Watching
    );
    assert_eq!(watched.handle.status().next_poll, None);
    assert_eq!(
        subjects(&watched.before_a_fence(&repository).await),
        Vec::<String>::new()
    );
}

#[tokio::test]
async fn a_network_disk_is_polled_and_says_so() {
    let folder = folder();
    let repository = repository(folder.path(), "thing");
    commit(&repository, "first");
    let surroundings = Surroundings {
        unwatchable: Arc::new(|_: &Path| Some("it is on an NFS disk".to_owned())),
        notifications: Notifications::tapped(Tap {
            event: Box::new(Some),
            folder: Box::new(|folder| panic!("{} is watched", folder.display())),
        }),
        ..surroundings(folder.path())
    };
    let config = GitPoller {
        poll_interval: 0.05,
        ..source(&repository, Branches::Default)
    };
    let mut watched = Watched::start(surroundings, config, None).await;
    let why = "it is on an NFS disk".to_owned();
    assert_eq!(watched.handle.status().mode, Mode::Polling { every: 0.05, why });
    assert_eq!(
        subjects(&watched.before_a_fence(&repository).await),
        Vec::<String>::new()
    );
}

#[tokio::test]
async fn a_repository_that_is_moved_away_is_missed_and_found_again() {
    let folder = folder();
    let repository = repository(folder.path(), "thing");
    commit(&repository, "first");
    let config = source(&repository, Branches::Default);
    let mut watched = Watched::start(surroundings(folder.path()), config, None).await;
    let away = folder.path().join("away");
    std::fs::rename(&repository, &away).expect("moved");
    let begun = Instant::now();
    let reason = watched.failure().await;
    assert!(reason.contains("thing") && reason.contains("is not there"), "{reason}");
    commit(&away, "made elsewhere");
    std::fs::rename(&away, &repository).expect("moved back");
    assert_eq!(subjects(&watched.changes().await), ["made elsewhere"]);
    watched.mode(|mode| *mode == Mode::Watching).await;
    assert!(begun.elapsed() < BY_NOTIFICATION);
    assert_eq!(
        subjects(&watched.before_a_fence(&repository).await),
        Vec::<String>::new()
    );
}

#[tokio::test]
async fn another_repository_put_in_its_place_is_watched_in_its_stead() {
    let folder = folder();
    let repository = repository(folder.path(), "thing");
    commit(&repository, "first");
    git(folder.path(), &["clone", "-q", "thing", "other"]);
    let other = folder.path().join("other");
    commit(&other, "in the other");
    let config = source(&repository, Branches::Default);
    let mut watched = Watched::start(surroundings(folder.path()), config, None).await;
    std::fs::rename(&repository, folder.path().join("away")).expect("moved away");
    std::fs::rename(&other, &repository).expect("moved in");
    assert_eq!(subjects(&watched.changes().await), ["in the other"]);
    let begun = Instant::now();
    assert_eq!(
        subjects(&watched.before_a_fence(&repository).await),
        Vec::<String>::new()
    );
    assert!(begun.elapsed() < BY_NOTIFICATION);
}

#[tokio::test]
async fn a_folder_made_while_its_parent_begins_to_be_watched_is_watched_too() {
    let folder = folder();
    let repository = repository(folder.path(), "thing");
    let first = commit(&repository, "first");
    let tap = Tap {
        event: Box::new(Some),
        folder: Box::new(|folder| {
            if folder.ends_with("refs/heads/a") {
                std::fs::create_dir_all(folder.join("b")).expect("folder");
            }
            Ok(())
        }),
    };
    let surroundings = Surroundings {
        notifications: Notifications::tapped(tap),
        ..surroundings(folder.path())
    };
    let mut watched = Watched::start(surroundings, source(&repository, Branches::All), None).await;
    git(&repository, &["branch", "a/x"]);
    watched.batch().await;
    let tree = format!("{first}^{{tree}}");
    let made = git(&repository, &["commit-tree", &tree, "-p", &first, "-m", "deep"]);
    git(&repository, &["update-ref", "refs/heads/a/b/c", &made]);
    assert_eq!(by_branch(&watched.changes().await), ["a/b/c: deep"]);
}

#[tokio::test]
async fn a_repository_deleted_with_the_folders_above_it_is_found_when_cloned_again() {
    let folder = folder();
    let origin = repository(folder.path(), "origin");
    commit(&origin, "first");
    let place = folder.path().join("deep/down/thing");
    let clone = || git(folder.path(), &["clone", "-q", "origin", "deep/down/thing"]);
    clone();
    let mut watched = Watched::start(surroundings(folder.path()), source(&place, Branches::Default), None).await;
    std::fs::remove_dir_all(folder.path().join("deep")).expect("removed");
    let begun = Instant::now();
    assert!(watched.failure().await.contains("is not there"));
    commit(&origin, "two");
    clone();
    assert_eq!(subjects(&watched.changes().await), ["two"]);
    assert!(begun.elapsed() < BY_NOTIFICATION);
    assert_eq!(subjects(&watched.before_a_fence(&place).await), Vec::<String>::new());
}

#[tokio::test]
async fn a_repository_that_is_not_there_yet_is_waited_for() {
    let folder = folder();
    let place = folder.path().join("later");
    let config = source(&place, Branches::Default);
    let mut watched = Watched::begin(surroundings(folder.path()), config, None);
    assert!(
        watched
            .failure()
            .await
            .contains("put it back, mount its disk, or name its new place")
    );
    std::fs::create_dir(&place).expect("folder");
    repository(folder.path(), "later");
    watched.mode(|mode| *mode == Mode::Watching).await;
    commit(&place, "one");
    assert_eq!(subjects(&watched.changes().await), ["one"]);
}

#[tokio::test]
async fn a_damaged_branch_is_told_and_the_others_go_on() {
    let folder = folder();
    let repository = repository(folder.path(), "thing");
    let first = commit(&repository, "first");
    git(&repository, &["checkout", "-q", "-b", "topic"]);
    let config = source(&repository, Branches::All);
    let mut watched = Watched::start(surroundings(folder.path()), config, None).await;
    let main = repository.join(".git/refs/heads/main");
    for (damage, told) in [
        ("", "branch main is damaged"),
        (
            "0123456789012345678901234567890123456789",
            "branch main cannot be followed",
        ),
    ] {
        std::fs::write(&main, damage).expect("damage");
        let reason = watched.failure().await;
        assert!(reason.contains(told) && reason.contains("git fsck"), "{reason}");
        commit(&repository, told);
        assert_eq!(by_branch(&watched.changes().await), [format!("topic: {told}")]);
        std::fs::write(&main, format!("{first}\n")).expect("repair");
        watched.mode(|mode| *mode == Mode::Watching).await;
    }
    git(&repository, &["checkout", "-q", "main"]);
    assert_eq!(
        subjects(&watched.before_a_fence(&repository).await),
        Vec::<String>::new()
    );
}

#[tokio::test]
async fn a_repository_without_sense_is_told_and_resumes_when_repaired() {
    let folder = folder();
    let repository = repository(folder.path(), "thing");
    commit(&repository, "first");
    let config = source(&repository, Branches::Default);
    let mut watched = Watched::start(surroundings(folder.path()), config, None).await;
    let settings = repository.join(".git/config");
    let good = std::fs::read(&settings).expect("config");
    std::fs::write(&settings, "[core\n").expect("damage");
    let reason = watched.failure().await;
    assert!(
        reason.contains("cannot be read") && reason.contains("git fsck"),
        "{reason}"
    );
    std::fs::write(&settings, good).expect("repair");
    watched.mode(|mode| *mode == Mode::Watching).await;
    assert_eq!(
        subjects(&watched.before_a_fence(&repository).await),
        Vec::<String>::new()
    );
}

#[tokio::test]
async fn a_branch_on_its_way_between_files_is_not_taken_for_deleted() {
    let folder = folder();
    let repository = repository(folder.path(), "thing");
    commit(&repository, "first");
    let tip = commit(&repository, "second");
    let config = source(&repository, Branches::Default);
    let mut watched = Watched::start(surroundings(folder.path()), config, None).await;
    let inside = repository.join(".git");
    std::fs::write(inside.join("packed-refs.lock"), format!("{tip} refs/heads/main\n")).expect("lock");
    std::fs::remove_file(inside.join("refs/heads/main")).expect("removed");
    // Time for the watch to see neither of the two files; too little only makes this test prove less.
    tokio::time::sleep(Duration::from_millis(60)).await;
    std::fs::rename(inside.join("packed-refs.lock"), inside.join("packed-refs")).expect("renamed");
    commit(&repository, "third");
    // The very next word is of the new commit, not of a branch that went away.
    assert_eq!(subjects(&watched.batch().await.changes), ["third"]);
}

#[tokio::test]
async fn a_lock_left_behind_holds_nothing_up() {
    let folder = folder();
    let repository = repository(folder.path(), "thing");
    commit(&repository, "first");
    git(&repository, &["branch", "topic"]);
    let config = source(&repository, Branches::All);
    let mut watched = Watched::start(surroundings(folder.path()), config, None).await;
    std::fs::write(repository.join(".git/packed-refs.lock"), "").expect("lock");
    commit(&repository, "one");
    assert_eq!(subjects(&watched.changes().await), ["one"]);
    std::fs::remove_file(repository.join(".git/refs/heads/topic")).expect("removed");
    let batch = watched.batch().await;
    assert_eq!(
        (subjects(&batch.changes), batch.state["gone"][0]["branch"].as_str()),
        (vec![], Some("topic"))
    );
}

#[tokio::test]
async fn without_git_a_format_of_its_own_names_what_to_install() {
    let folder = folder();
    git(folder.path(), &["init", "-q", "--object-format=sha256", "thing"]);
    let path = folder.path().join("thing");
    let surroundings = Surroundings {
        git: "/nonexistent/git".into(),
        ..surroundings(folder.path())
    };
    let mut watched = Watched::begin(surroundings, source(&path, Branches::Default), None);
    let reason = watched.failure().await;
    assert!(
        reason.contains("/nonexistent/git") && reason.contains("install git"),
        "{reason}"
    );
    assert!(git_program().exists());
}
