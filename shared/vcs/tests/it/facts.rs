//! What is found out about a repository on disk.

use crate::rig::{commit, folder, git, other_formats, repository};
use std::path::Path;
use vcs::git::{GitError, Identity, Kind, branches, default_branch, discover, head, identity};

fn real(path: &Path) -> std::path::PathBuf {
    path.canonicalize().expect("path")
}

#[test]
fn a_work_tree_is_found_from_a_folder_below_its_top() {
    let folder = folder();
    let repository = repository(folder.path(), "thing");
    let tip = commit(&repository, "one");
    git(&repository, &["branch", "topic/a"]);
    std::fs::create_dir_all(repository.join("deep/down")).expect("folder");
    let found = discover(&repository.join("deep/down")).expect("facts");
    assert_eq!(found.path, real(&repository));
    assert_eq!(found.git_dir, real(&repository.join(".git")));
    assert_eq!(
        (found.name.as_str(), found.kind, found.is_empty),
        ("thing", Kind::WorkTree, false)
    );
    assert_eq!(found.branches, ["main", "topic/a"]);
    assert_eq!(found.default_branch.as_deref(), Some("main"));
    assert_eq!(
        (found.head.branch.as_deref(), found.head.commit.as_deref()),
        (Some("main"), Some(tip.as_str()))
    );
    assert_eq!(found.needs_git, None);
    assert_eq!(branches(&repository).expect("branches"), found.branches);
}

#[test]
fn a_linked_worktree_knows_its_main_repository() {
    let folder = folder();
    let main = repository(folder.path(), "thing");
    let tip = commit(&main, "one");
    git(&main, &["worktree", "add", "-q", "-b", "topic", "../elsewhere"]);
    let found = discover(&folder.path().join("elsewhere")).expect("facts");
    assert_eq!((found.name.as_str(), found.kind), ("thing", Kind::LinkedWorkTree));
    assert_eq!(found.path, real(&folder.path().join("elsewhere")));
    assert_eq!(found.common_dir, real(&main.join(".git")));
    assert_eq!(found.head.branch.as_deref(), Some("topic"));
    git(&main, &["checkout", "-q", "--detach"]);
    let detached = head(&main).expect("head");
    assert_eq!((detached.branch, detached.commit), (None, Some(tip)));
}

#[test]
fn a_bare_repository_calls_its_head_the_default_branch() {
    let folder = folder();
    git(folder.path(), &["init", "-q", "--bare", "-b", "trunk", "thing.git"]);
    let bare = folder.path().join("thing.git");
    let found = discover(&bare).expect("facts");
    assert_eq!(
        (found.name.as_str(), found.kind, found.is_empty),
        ("thing", Kind::Bare, true)
    );
    assert_eq!((found.path.clone(), found.git_dir), (real(&bare), real(&bare)));
    assert_eq!(found.default_branch.as_deref(), Some("trunk"));
}

#[test]
fn the_default_branch_is_the_origins_then_the_configured_then_the_usual() {
    let folder = folder();
    let repository = repository(folder.path(), "thing");
    assert_eq!(default_branch(&repository).expect("unborn"), Some("main".to_owned()));
    commit(&repository, "one");
    git(&repository, &["checkout", "-q", "-b", "topic"]);
    assert_eq!(default_branch(&repository).expect("main").as_deref(), Some("main"));
    git(&repository, &["branch", "stable"]);
    git(&repository, &["config", "init.defaultBranch", "stable"]);
    assert_eq!(
        default_branch(&repository).expect("configured").as_deref(),
        Some("stable")
    );
    git(&repository, &["update-ref", "refs/remotes/origin/topic", "HEAD"]);
    git(
        &repository,
        &["symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/topic"],
    );
    assert_eq!(default_branch(&repository).expect("origin's").as_deref(), Some("topic"));
    git(&repository, &["branch", "-m", "main", "odd"]);
    git(&repository, &["symbolic-ref", "-d", "refs/remotes/origin/HEAD"]);
    git(&repository, &["config", "init.defaultBranch", "absent"]);
    assert_eq!(
        default_branch(&repository).expect("checked out").as_deref(),
        Some("topic")
    );
}

#[test]
fn the_person_is_whom_the_repository_names() {
    let folder = folder();
    let repository = repository(folder.path(), "thing");
    assert_eq!(identity(&repository), None);
    git(&repository, &["config", "user.email", "zoë@example.org"]);
    let nameless = Identity {
        name: String::new(),
        mail: "zoë@example.org".to_owned(),
    };
    assert_eq!(identity(&repository), Some(nameless));
    git(&repository, &["config", "user.name", "Zoë"]);
    assert_eq!(identity(&repository).expect("identity").name, "Zoë");
    assert_eq!(identity(folder.path()), None);
}

#[test]
fn formats_that_libgit2_refuses_are_read_through_git() {
    let folder = folder();
    for (name, flag) in other_formats() {
        git(folder.path(), &["init", "-q", flag, name]);
        let repository = folder.path().join(name);
        let tip = commit(&repository, "one");
        git(&repository, &["config", "user.name", "Ann"]);
        std::fs::create_dir(repository.join("sub")).expect("folder");
        let found = discover(&repository.join("sub")).expect(name);
        assert!(found.needs_git.is_some());
        assert_eq!(found.path, real(&repository));
        assert_eq!(
            (found.kind, found.name.as_str(), found.is_empty),
            (Kind::WorkTree, name, false)
        );
        assert_eq!(found.branches, ["main"]);
        assert_eq!(found.head.commit, Some(tip.clone()));
        assert_eq!(identity(&repository).expect("identity").name, "Ann");
        git(&repository, &["checkout", "-q", "--detach"]);
        assert_eq!(head(&repository).expect("head").commit, Some(tip));
        git(
            &repository,
            &["worktree", "add", "-q", "-b", "topic", &format!("../{name}-linked")],
        );
        let linked = discover(&folder.path().join(format!("{name}-linked"))).expect("linked");
        assert_eq!((linked.kind, linked.name.as_str()), (Kind::LinkedWorkTree, name));
        assert_eq!(linked.common_dir, real(&repository.join(".git")));
    }
}

#[test]
fn a_folder_without_a_repository_and_a_broken_one_are_told_apart() {
    let folder = folder();
    let error = discover(folder.path()).expect_err("no repository");
    assert!(matches!(error, GitError::NotARepository { .. }), "{error}");
    assert!(error.to_string().contains("git init"));
    let repository = repository(folder.path(), "thing");
    std::fs::write(repository.join(".git/config"), "[[[").expect("write");
    let error = discover(&repository).expect_err("broken");
    assert!(matches!(error, GitError::Corrupt { .. }), "{error}");
}
