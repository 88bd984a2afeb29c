//! The push of what a build has tested.

use super::{Team, everything, files};
use crate::rig::{git, git_program};
use std::os::unix::fs::PermissionsExt;
use vcs::working_copy::git::{Plan, Push, PushError, plan, push};
use vcs::working_copy::{Carrier, Chosen};

/// What is to be pushed when a change of everything was tested.
async fn tested(team: &Team) -> Push {
    team.git(&["config", "user.name", "Ann Example"]);
    team.git(&["config", "user.email", "ann@example.org"]);
    let taken = team.take().await;
    let all = Chosen {
        files: None,
        untracked: (0..taken.untracked.len()).collect(),
    };
    let diff = taken.diff(&all, Carrier::Git).expect("a patch");
    Push {
        remote: "origin".into(),
        branch: taken.branch.clone().expect("a branch"),
        tree: diff.tree.expect("a tree"),
        base: taken.base.revision.clone().expect("a base"),
        patch: diff.body,
        head: taken.head().map(str::to_owned),
        message: "tested".into(),
        program: Some(git_program()),
    }
}

fn at_origin(team: &Team, what: &str) -> String {
    git(&team.origin, &["rev-parse", what])
}

#[tokio::test]
async fn an_uncommitted_change_is_pushed_as_a_commit_and_nothing_here_is_touched() {
    let team = Team::new(&[("a", "a\n")]);
    team.write("a", "b\n");
    team.write("new", "n\n");
    let head = team.git(&["rev-parse", "HEAD"]);
    let tested = tested(&team).await;
    assert_eq!(
        plan(&team.work, &tested).await,
        Ok(Plan::NewCommit { parent: head.clone() })
    );
    let (index, before) = (
        std::fs::read(team.work.join(".git/index")).expect("index"),
        files(&team.work),
    );
    let pushed = push(&team.work, &tested).await.expect("pushed");
    assert_eq!(
        (pushed.made, pushed.moved),
        (true, false),
        "nothing is staged: the branch stays"
    );
    assert_eq!(at_origin(&team, "main"), pushed.commit);
    assert_eq!(at_origin(&team, "main^{tree}"), tested.tree);
    assert_eq!(at_origin(&team, "main^"), head);
    assert_eq!(
        git(&team.origin, &["log", "-1", "--format=%an %B", "main"]).trim(),
        "Ann Example tested"
    );
    assert_eq!(std::fs::read(team.work.join(".git/index")).expect("index"), index);
    assert_eq!(files(&team.work), before);
    assert_eq!(team.git(&["rev-parse", "HEAD"]), head);
}

#[tokio::test]
async fn the_branch_moves_where_the_index_has_the_tested_tree() {
    let team = Team::new(&[("a", "a\n")]);
    team.write("mine", "1\n");
    let own = team.commit("mine");
    team.write("a", "b\n");
    team.git(&["add", "-A"]);
    let tested = tested(&team).await;
    let pushed = push(&team.work, &tested).await.expect("pushed");
    assert!(pushed.moved);
    assert_eq!(team.git(&["rev-parse", "HEAD"]), pushed.commit);
    assert_eq!(team.git(&["status", "--porcelain"]), "");
    assert_eq!(at_origin(&team, "main^"), own);
}

#[tokio::test]
async fn a_commit_with_the_tested_tree_is_pushed_itself() {
    let team = Team::new(&[("a", "a\n")]);
    team.write("a", "b\n");
    let tested = tested(&team).await;
    let commit = team.commit("committed after the test");
    assert_eq!(
        plan(&team.work, &tested).await,
        Ok(Plan::Head { commit: commit.clone() })
    );
    let pushed = push(&team.work, &tested).await.expect("pushed");
    assert_eq!((pushed.commit.as_str(), pushed.made), (commit.as_str(), false));
    assert_eq!(at_origin(&team, "main"), commit);
}

#[tokio::test]
async fn a_remote_may_be_named_by_its_address() {
    let team = Team::new(&[("a", "a\n")]);
    team.write("a", "b\n");
    let mut tested = tested(&team).await;
    tested.remote = team.origin.to_str().expect("UTF-8").to_owned();
    let pushed = push(&team.work, &tested).await.expect("pushed");
    assert_eq!(at_origin(&team, "main"), pushed.commit);
    assert_eq!(
        team.git(&["rev-parse", "origin/main"]),
        pushed.commit,
        "the remote is known by its name"
    );
}

#[tokio::test]
async fn another_tree_than_the_tested_one_is_not_pushed() {
    let team = Team::new(&[("a", "a\n")]);
    team.write("a", "b\n");
    let tested = tested(&team).await;
    let before = at_origin(&team, "main");
    let forged = Push {
        patch: vec![],
        ..tested.clone()
    };
    assert!(matches!(push(&team.work, &forged).await, Err(PushError::OtherTree(_))));
    team.write("a", "c\n");
    team.commit("something else");
    let refused = push(&team.work, &tested).await.expect_err("another tree");
    assert!(
        refused
            .to_string()
            .starts_with("what would be pushed is not what was tested: "),
        "{refused}"
    );
    assert_eq!(at_origin(&team, "main"), before);
}

#[tokio::test]
async fn what_somebody_pushed_before_stays() {
    let team = Team::new(&[("a", "a\n")]);
    team.write("a", "b\n");
    let tested = tested(&team).await;
    let theirs = team.elsewhere("theirs");
    let refused = push(&team.work, &tested).await.expect_err("rejected");
    assert_eq!(refused, PushError::PushedBefore { branch: "main".into() });
    assert_eq!(at_origin(&team, "main"), theirs);
    team.git(&["fetch", "-q"]);
    assert_eq!(
        push(&team.work, &tested).await,
        Err(PushError::PushedBefore { branch: "main".into() })
    );
}

#[tokio::test]
async fn a_servers_rule_and_a_missing_name_are_told() {
    let team = Team::new(&[("a", "a\n")]);
    team.write("a", "b\n");
    let tested = tested(&team).await;
    let hook = team.origin.join("hooks/pre-receive");
    std::fs::create_dir_all(hook.parent().expect("parent")).expect("folder");
    std::fs::write(&hook, "#!/bin/sh\necho main is closed today >&2\nexit 1\n").expect("hook");
    std::fs::set_permissions(&hook, PermissionsExt::from_mode(0o755)).expect("mode");
    let refused = push(&team.work, &tested).await.expect_err("refused");
    assert_eq!(refused, PushError::Refused("main is closed today".into()));
    for name in ["user.name", "user.email"] {
        team.git(&["config", "--unset", name]);
    }
    team.git(&["config", "user.useConfigOnly", "true"]);
    let before = everything(&team.work.join(".git/refs"));
    assert_eq!(push(&team.work, &tested).await, Err(PushError::Nobody));
    assert_eq!(everything(&team.work.join(".git/refs")), before);
    let nowhere = Push {
        remote: "/nonexistent".into(),
        ..tested
    };
    team.git(&["config", "user.name", "Ann Example"]);
    team.git(&["config", "user.email", "ann@example.org"]);
    let refused = push(&team.work, &nowhere).await.expect_err("nowhere");
    assert!(
        refused.to_string().contains("does not appear to be a git repository"),
        "{refused}"
    );
}
