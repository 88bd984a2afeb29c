//! A commit's facts as they stand in its change; the same through libgit2 and through the person's git.

use crate::rig::{Watched, commit, folder, git, git_with, other_formats, repository, source, subjects, surroundings};
use model::config::Branches;
use model::{NewChange, Time};
use std::iter;
use std::path::Path;

/// The changes that `act` makes in a repository with one commit, for each way of reading.
async fn changes_of(act: impl Fn(&Path)) -> Vec<Vec<NewChange>> {
    let mut all = vec![];
    let others = other_formats().into_iter().map(|(_, flag)| flag);
    for format in iter::once("--object-format=sha1").chain(others) {
        let folder = folder();
        git(folder.path(), &["init", "-q", format, "thing"]);
        let repository = folder.path().join("thing");
        commit(&repository, "first");
        let config = source(&repository, Branches::Default);
        let mut watched = Watched::start(surroundings(folder.path()), config, None).await;
        act(&repository);
        all.push(watched.before_a_fence(&repository).await);
    }
    all
}

#[tokio::test]
async fn a_change_has_the_commits_facts_and_the_sources_words() {
    let folder = folder();
    let repository = repository(folder.path(), "thing");
    commit(&repository, "first");
    let config = source(&repository, Branches::Default);
    let mut watched = Watched::start(surroundings(folder.path()), config.clone(), None).await;
    std::fs::write(repository.join("a"), "a").expect("write");
    git(&repository, &["add", "a"]);
    let author = "--author=Bob <bob@example.org>";
    let message = "subject\n\nbody: grüße, 你好, привет, مرحبا\n\n  indented\n\n";
    git_with(
        &repository,
        &[
            "commit",
            "-q",
            author,
            "--date=1000000000 +0100",
            "--cleanup=verbatim",
            "-F",
            "-",
        ],
        message.as_bytes(),
    );
    let tip = git(&repository, &["rev-parse", "HEAD"]);
    let when: i64 = git(&repository, &["show", "-s", "--format=%ct"])
        .parse()
        .expect("seconds");
    let changes = watched.changes().await;
    let expected = NewChange {
        author: "Bob <bob@example.org>".to_owned(),
        committer: Some("Ann Example <ann@example.org>".to_owned()),
        branch: Some("main".to_owned()),
        revision: Some(tip),
        revlink: String::new(),
        category: Some("cat".to_owned()),
        comments: message.trim_end_matches('\n').to_owned(),
        files: vec!["a".to_owned()],
        when: Time::from_seconds(when),
        repository: config.repourl,
        project: "proj".to_owned(),
        codebase: "code".to_owned(),
        properties: Default::default(),
    };
    assert_eq!(changes, [expected]);
}

#[tokio::test]
async fn files_are_gits_own_list_with_both_names_of_a_rename() {
    let act = |repository: &Path| {
        git(repository, &["config", "diff.renames", "true"]);
        std::fs::write(repository.join("gone"), "x".repeat(1000)).expect("write");
        std::fs::write(repository.join("sp ace"), "1").expect("write");
        git(repository, &["add", "."]);
        git(repository, &["commit", "-q", "-m", "add"]);
        std::fs::create_dir_all(repository.join("dir")).expect("folder");
        git(repository, &["mv", "gone", "dir/here"]);
        git(repository, &["rm", "-q", "first"]);
        std::fs::write(repository.join("sp ace"), "2").expect("write");
        git(repository, &["commit", "-q", "-a", "-m", "rename"]);
    };
    for changes in changes_of(act).await {
        assert_eq!(subjects(&changes), ["add", "rename"]);
        assert_eq!(changes[0].files, ["gone", "sp ace"]);
        assert_eq!(changes[1].files, ["dir/here", "first", "gone", "sp ace"]);
    }
}

#[tokio::test]
async fn a_merge_lists_what_it_brought_to_its_first_parent() {
    let act = |repository: &Path| {
        git(repository, &["checkout", "-q", "-b", "topic"]);
        commit(repository, "on topic");
        git(repository, &["checkout", "-q", "main"]);
        commit(repository, "on main");
        git(repository, &["merge", "-q", "--no-ff", "-m", "merge", "topic"]);
    };
    for changes in changes_of(act).await {
        let mut all = subjects(&changes);
        assert_eq!(all.pop().as_deref(), Some("merge"));
        all.sort();
        assert_eq!(all, ["on main", "on topic"]);
        assert_eq!(changes[2].files, ["on-topic"]);
    }
}

#[tokio::test]
async fn odd_authors_and_foreign_bytes_come_through() {
    let act = |repository: &Path| {
        let tree = git(repository, &["rev-parse", "HEAD^{tree}"]);
        let head = git(repository, &["rev-parse", "HEAD"]);
        let mut object =
            format!("tree {tree}\nparent {head}\nauthor O'Neil \"Q\" \\, <o@x> (mail <odd> 5 +0000\n").into_bytes();
        object.extend(b"committer  <> 1234567890 -0730\nencoding ISO-8859-1\n\ngr\xfc\xdfe \xa4\n");
        let made = git_with(
            repository,
            &["hash-object", "-t", "commit", "-w", "--stdin", "--literally"],
            &object,
        );
        git(repository, &["reset", "-q", "--hard", &made]);
        let name = git_with(repository, &["hash-object", "-w", "--stdin"], b"x");
        let entry = [format!("100644 blob {name}\tbad").as_bytes(), b"\xff\xfename\0"].concat();
        let tree = git_with(repository, &["mktree", "-z"], &entry);
        let made = git(repository, &["commit-tree", &tree, "-p", "HEAD", "-m", "bad name"]);
        git(repository, &["reset", "-q", "--soft", &made]);
    };
    for changes in changes_of(act).await {
        assert_eq!(changes[0].author, "O'Neil \"Q\" \\, <o@x> (mail <odd>");
        assert_eq!(changes[0].committer.as_deref(), Some(" <>"));
        assert_eq!(changes[0].comments, "grüße ¤");
        assert_eq!(changes[0].when, Time::from_seconds(1_234_567_890));
        assert_eq!(changes[1].files, ["bad\u{fffd}\u{fffd}name", "first"]);
    }
}

#[tokio::test]
async fn the_first_commit_of_an_empty_repository_lists_its_files() {
    let folder = folder();
    let repository = repository(folder.path(), "thing");
    let config = source(&repository, Branches::Default);
    let mut watched = Watched::start(surroundings(folder.path()), config, None).await;
    commit(&repository, "first");
    let changes = watched.changes().await;
    assert_eq!(
        (subjects(&changes), changes[0].files.clone()),
        (vec!["first".to_owned()], vec!["first".to_owned()])
    );
}
