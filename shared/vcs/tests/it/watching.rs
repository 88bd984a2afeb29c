//! What happens in a local repository is reported once, without polling and without leaving a trace in it.

use crate::rig::{PATIENCE, Watched, by_branch, commit, folder, git, repository, source, subjects, surroundings};
use model::config::Branches;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Instant, SystemTime};
use tempfile::TempDir;
use vcs::git::Mode;

async fn watched(branches: Branches) -> (TempDir, PathBuf, Watched) {
    let folder = folder();
    let repository = repository(folder.path(), "thing");
    commit(&repository, "first");
    let config = source(&repository, branches);
    let watched = Watched::start(surroundings(folder.path()), config, None).await;
    assert_eq!(watched.handle.status().mode, Mode::Watching);
    (folder, repository, watched)
}

#[tokio::test]
async fn a_commit_and_an_amend_are_one_change_each() {
    let (_folder, repository, mut watched) = watched(Branches::Default).await;
    commit(&repository, "one");
    assert_eq!(subjects(&watched.changes().await), ["one"]);
    git(&repository, &["commit", "-q", "--amend", "-m", "one, amended"]);
    assert_eq!(subjects(&watched.changes().await), ["one, amended"]);
    assert_eq!(
        subjects(&watched.before_a_fence(&repository).await),
        Vec::<String>::new()
    );
}

#[tokio::test]
async fn a_rebase_of_a_hundred_is_a_hundred_changes_in_order() {
    let (_folder, repository, mut watched) = watched(Branches::All).await;
    git(&repository, &["checkout", "-q", "-b", "topic"]);
    let names: Vec<String> = (0..100).map(|number| format!("topic {number:03}")).collect();
    for name in &names {
        git(&repository, &["commit", "-q", "--allow-empty", "-m", name]);
    }
    let last = git(&repository, &["rev-parse", "topic"]);
    let mut original = watched.before(&last).await;
    assert_eq!(subjects(&original), names[..99]);
    git(&repository, &["checkout", "-q", "main"]);
    let moved = commit(&repository, "main moves on");
    watched.before(&moved).await;
    git(&repository, &["rebase", "-q", "--empty=keep", "main", "topic"]);
    let rebased = watched.before_a_fence(&repository).await;
    assert_eq!(subjects(&rebased), names);
    original.extend(rebased);
    let mut revisions: Vec<_> = original.iter().filter_map(|change| change.revision.clone()).collect();
    revisions.sort();
    revisions.dedup();
    assert_eq!(revisions.len(), 199);
}

#[tokio::test]
async fn a_fetch_into_a_bare_repository_is_seen() {
    let folder = folder();
    let origin = repository(folder.path(), "origin");
    commit(&origin, "first");
    git(folder.path(), &["clone", "-q", "--bare", "origin", "copy.git"]);
    let copy = folder.path().join("copy.git");
    let config = source(&copy, Branches::Default);
    let mut watched = Watched::start(surroundings(folder.path()), config, None).await;
    commit(&origin, "two");
    let fence = commit(&origin, "three");
    git(&copy, &["fetch", "-q", "origin", "+refs/heads/*:refs/heads/*"]);
    assert_eq!(subjects(&watched.before(&fence).await), ["two"]);
    let fence = commit(&origin, "four");
    git(&origin, &["push", "-q", "../copy.git", "main"]);
    assert_eq!(subjects(&watched.before(&fence).await), Vec::<String>::new());
}

#[tokio::test]
async fn a_commit_in_a_linked_worktree_is_seen_from_both_ends() {
    let folder = folder();
    let main = repository(folder.path(), "thing");
    commit(&main, "first");
    git(&main, &["worktree", "add", "-q", "-b", "topic", "../linked"]);
    let linked = folder.path().join("linked");
    for place in [&main, &linked] {
        let config = source(place, Branches::Named(vec!["topic".to_owned()]));
        let mut watched = Watched::start(surroundings(folder.path()), config, None).await;
        commit(&linked, "in the linked one");
        assert_eq!(subjects(&watched.changes().await), ["in the linked one"]);
        commit(&main, "not followed");
        assert_eq!(subjects(&watched.before_a_fence(&linked).await), Vec::<String>::new());
        git(&linked, &["reset", "-q", "--hard", "main"]);
    }
}

#[tokio::test]
async fn packing_and_collecting_report_nothing_and_lose_nothing() {
    let (_folder, repository, mut watched) = watched(Branches::All).await;
    git(&repository, &["branch", "topic/deep/er"]);
    for command in [
        &["pack-refs", "--all", "--prune"][..],
        &["gc", "-q", "--prune=now"],
        &["pack-refs", "--all"],
    ] {
        git(&repository, command);
        assert_eq!(
            subjects(&watched.before_a_fence(&repository).await),
            Vec::<String>::new()
        );
    }
    // Packing removed the folders of loose branches; they come back with the next commit and are watched again.
    git(&repository, &["checkout", "-q", "topic/deep/er"]);
    commit(&repository, "deep");
    assert_eq!(by_branch(&watched.changes().await), ["topic/deep/er: deep"]);
}

#[tokio::test]
async fn branches_set_back_deleted_renamed_or_doubled_report_nothing() {
    let (_folder, repository, mut watched) = watched(Branches::All).await;
    commit(&repository, "one");
    let two = commit(&repository, "two");
    watched.before(&two).await;
    git(&repository, &["reset", "-q", "--hard", "HEAD~2"]);
    watched.batch().await;
    git(&repository, &["reset", "-q", "--hard", &two]);
    git(&repository, &["branch", "double"]);
    git(&repository, &["branch", "-m", "double", "renamed/double"]);
    git(&repository, &["branch", "-D", "renamed/double"]);
    git(&repository, &["branch", "renamed", "HEAD~1"]);
    git(&repository, &["tag", "v1"]);
    assert_eq!(
        subjects(&watched.before_a_fence(&repository).await),
        Vec::<String>::new()
    );
}

#[tokio::test]
async fn a_branch_deleted_and_made_again_reports_only_what_it_gained() {
    let (_folder, repository, mut watched) = watched(Branches::Named(vec!["topic".to_owned()])).await;
    git(&repository, &["checkout", "-q", "-b", "topic"]);
    let one = commit(&repository, "one");
    watched.before(&one).await;
    git(&repository, &["checkout", "-q", "--detach"]);
    git(&repository, &["branch", "-D", "topic"]);
    watched.batch().await;
    commit(&repository, "two");
    git(&repository, &["checkout", "-q", "-b", "topic"]);
    assert_eq!(subjects(&watched.before_a_fence(&repository).await), ["two"]);
}

#[tokio::test]
async fn a_commit_is_new_once_on_each_branch_that_it_arrives_on() {
    let (_folder, repository, mut watched) = watched(Branches::All).await;
    git(&repository, &["checkout", "-q", "-b", "feature/x"]);
    let one = commit(&repository, "one");
    watched.before(&one).await;
    git(&repository, &["checkout", "-q", "main"]);
    git(&repository, &["merge", "-q", "--ff-only", "feature/x"]);
    assert_eq!(by_branch(&watched.changes().await), ["main: one"]);
    git(&repository, &["checkout", "-q", "feature/x"]);
    let two = commit(&repository, "two");
    watched.before(&two).await;
    git(&repository, &["checkout", "-q", "main"]);
    git(&repository, &["merge", "-q", "--no-ff", "-m", "merge", "feature/x"]);
    assert_eq!(by_branch(&watched.changes().await), ["main: merge"]);
}

#[tokio::test]
async fn a_new_branch_reports_what_no_branch_had() {
    let (_folder, repository, mut watched) = watched(Branches::Named(vec!["release".to_owned()])).await;
    assert_eq!(
        watched.notes,
        ["branch release does not exist; it is followed once it does"]
    );
    commit(&repository, "on main only");
    git(&repository, &["checkout", "-q", "--detach"]);
    commit(&repository, "one");
    let two = commit(&repository, "two");
    git(&repository, &["branch", "release", &two]);
    let changes = watched.changes().await;
    assert_eq!(by_branch(&changes), ["release: one", "release: two"]);
}

#[tokio::test]
async fn a_branch_made_of_commits_that_nobody_followed_reports_its_tip() {
    let (_folder, repository, mut watched) = watched(Branches::Named(vec!["release".to_owned()])).await;
    commit(&repository, "one");
    commit(&repository, "two");
    git(&repository, &["branch", "release"]);
    assert_eq!(by_branch(&watched.changes().await), ["release: two"]);
}

#[tokio::test]
async fn a_long_history_is_cut_with_a_note() {
    let (_folder, repository, mut watched) = watched(Branches::Default).await;
    let mut stream = String::new();
    for number in 0..1203 {
        stream.push_str(&format!(
            "commit refs/heads/import\ncommitter A <a@b> {number} +0000\ndata 4\n{number:04}\n"
        ));
        if number == 0 {
            stream.push_str("from refs/heads/main^0\n");
        }
    }
    crate::rig::git_with(&repository, &["fast-import", "--quiet"], stream.as_bytes());
    git(&repository, &["merge", "-q", "--ff-only", "import"]);
    let changes = watched.changes().await;
    assert_eq!(
        (
            changes.len(),
            changes[0].comments.as_str(),
            changes[999].comments.as_str()
        ),
        (1000, "0203", "1202")
    );
    assert!(
        watched.notes[0].contains("1203 commits at once; the oldest 203 are not listed"),
        "{:?}",
        watched.notes
    );
}

#[tokio::test]
async fn an_import_into_an_empty_repository_reports_its_tip() {
    let folder = folder();
    let bare = folder.path().join("thing.git");
    git(folder.path(), &["init", "-q", "--bare", "thing.git"]);
    let mut watched = Watched::start(surroundings(folder.path()), source(&bare, Branches::Default), None).await;
    let commits =
        |number: u32| format!("commit refs/heads/main\ncommitter A <a@b> {number} +0000\ndata 3\n{number:03}\n");
    let stream: String = (0..150).map(commits).collect();
    crate::rig::git_with(&bare, &["fast-import", "--quiet"], stream.as_bytes());
    assert_eq!(subjects(&watched.changes().await), ["149"]);
    assert!(watched.notes[0].contains("long history"), "{:?}", watched.notes);
}

/// Every file of the repository with its size and times.
fn traces(folder: &Path, found: &mut BTreeMap<PathBuf, (u64, SystemTime)>) {
    for entry in std::fs::read_dir(folder).expect("folder").flatten() {
        let metadata = entry.metadata().expect("metadata");
        found.insert(entry.path(), (metadata.len(), metadata.modified().expect("time")));
        if metadata.is_dir() {
            traces(&entry.path(), found);
        }
    }
}

#[tokio::test]
async fn the_repository_is_left_as_it_was() {
    for format in ["--object-format=sha1", "--object-format=sha256"] {
        let folder = folder();
        git(folder.path(), &["init", "-q", format, "thing"]);
        let repository = folder.path().join("thing");
        commit(&repository, "first");
        let config = source(&repository, Branches::All);
        let mut watched = Watched::start(surroundings(folder.path()), config, None).await;
        let one = commit(&repository, "one");
        let (mut before, mut after) = (BTreeMap::new(), BTreeMap::new());
        traces(&repository, &mut before);
        watched.before(&one).await;
        let contact = watched.handle.status().last_contact;
        let asked = Instant::now();
        while watched.handle.status().last_contact == contact {
            assert!(asked.elapsed() < PATIENCE);
            watched.handle.poll_now();
            tokio::task::yield_now().await;
        }
        traces(&repository, &mut after);
        assert_eq!(before, after);
        assert!(!folder.path().join("cache").exists());
    }
}

#[tokio::test]
async fn many_watches_share_one_repository() {
    let (folder, repository, mut first) = watched(Branches::Default).await;
    let config = source(&repository, Branches::All);
    let mut second = Watched::start(surroundings(folder.path()), config.clone(), None).await;
    let third = Watched::start(surroundings(folder.path()), config, None).await;
    drop(third);
    commit(&repository, "one");
    assert_eq!(subjects(&first.changes().await), ["one"]);
    assert_eq!(subjects(&second.changes().await), ["one"]);
    drop(first);
    assert_eq!(
        subjects(&second.before_a_fence(&repository).await),
        Vec::<String>::new()
    );
}
