//! Where a change starts from.

use super::{Team, files, remarks};
use crate::rig::git;
use vcs::working_copy::{Carrier, Chosen, TakeError, Wanted};

async fn no_base(team: &Team, wanted: Wanted) -> String {
    let refused = team.take_as(wanted).await.expect_err("no base");
    assert!(matches!(refused, TakeError::NoBase { .. }), "{refused:?}");
    assert!(refused.hint().is_some());
    refused.to_string()
}

#[tokio::test]
async fn it_is_the_newest_commit_in_common_with_what_the_branch_follows() {
    let team = Team::new(&[("a", "a\n")]);
    let base = team.git(&["rev-parse", "HEAD"]);
    team.write("mine", "1");
    team.commit("mine");
    let newest = team.elsewhere("theirs");
    team.git(&["fetch", "-q"]);
    let taken = team.take().await;
    assert_eq!(taken.base.revision.as_deref(), Some(base.as_str()));
    assert_eq!((taken.base.ahead, taken.base.behind), (1, Some(1)));
    assert_eq!(taken.base.newest, Some(newest));
    assert_eq!(
        taken.base.words,
        format!("origin/main at {}, 1 commit of yours on top", &base[..7])
    );
    assert_eq!(taken.branch.as_deref(), Some("main"));
    assert_eq!(taken.repository, team.origin.to_str().expect("UTF-8"));
    let said = remarks(&taken);
    assert_eq!(
        said[..2],
        [
            "1 commit of yours is not in origin/main and will be part of the patch",
            "origin/main has 1 commit more than the base, as far as is known here",
        ]
    );
    assert!(said[2].starts_with("origin is the folder "), "{said:?}");
    assert!(taken.remarks.iter().all(|remark| !remark.stops));
}

#[tokio::test]
async fn a_branch_that_follows_none_starts_from_the_remotes_default() {
    let team = Team::new(&[("a", "a\n")]);
    let base = team.git(&["rev-parse", "HEAD"]);
    team.git(&["checkout", "-q", "-b", "topic", "--no-track"]);
    team.write("b", "b\n");
    team.commit("on topic");
    let taken = team.take().await;
    assert_eq!(
        (taken.base.revision.as_deref(), taken.branch.as_deref()),
        (Some(base.as_str()), Some("main"))
    );
    // By way of a branch of this repository.
    team.git(&["checkout", "-q", "--track", "-b", "subtopic", "main"]);
    team.git(&["remote", "set-head", "origin", "--delete"]);
    let taken = team.take().await;
    assert!(taken.base.words.starts_with("origin/main at "));
    // Followed once, and gone since.
    team.git(&["push", "-q", "-u", "origin", "subtopic"]);
    assert!(team.take().await.base.words.starts_with("origin/subtopic at "));
    team.git(&["push", "-q", "origin", "--delete", "subtopic"]);
    let taken = team.take().await;
    assert_eq!(taken.base.revision, Some(base));
    assert!(remarks(&taken).contains(&"origin/subtopic is not there; origin/main is taken instead".to_owned()));
}

#[tokio::test]
async fn without_a_branch_it_is_said_what_it_starts_from() {
    let team = Team::new(&[("a", "a\n")]);
    team.git(&["checkout", "-q", "--detach"]);
    team.write("a", "b\n");
    let taken = team.take().await;
    assert_eq!(taken.branch.as_deref(), Some("main"));
    assert!(remarks(&taken)[0].starts_with("no branch is checked out; the change starts from origin/main at "));
    team.reproduces(&taken, &Chosen::default(), &files(&team.work));
}

#[tokio::test]
async fn without_anything_in_common_there_is_none() {
    let team = Team::new(&[("a", "a\n")]);
    team.git(&["checkout", "-q", "--orphan", "other"]);
    assert_eq!(
        no_base(&team, team.wanted()).await,
        "no base was found that a master can reach: there is no commit yet"
    );
    team.commit("unrelated");
    let said = no_base(&team, team.wanted()).await;
    assert_eq!(
        said,
        "no base was found that a master can reach: no commit in common with origin/main"
    );
    team.git(&["remote", "remove", "origin"]);
    let said = no_base(&team, team.wanted()).await;
    assert_eq!(
        said,
        "no base was found that a master can reach: the branch follows no other"
    );
    let named = Wanted {
        base: Some("HEAD".into()),
        ..team.wanted()
    };
    let taken = team.take_as(named).await.expect("a change");
    assert_eq!(
        (taken.repository.as_str(), taken.branch.as_deref()),
        ("", Some("other"))
    );
}

#[tokio::test]
async fn a_shallow_clone_is_good_as_long_as_it_has_the_base() {
    let mut team = Team::new(&[("a", "a\n")]);
    team.elsewhere("later");
    let origin = format!("file://{}", team.origin.display());
    git(team.folder.path(), &["clone", "-q", "--depth=1", &origin, "shallow"]);
    team.work = team.folder.path().join("shallow");
    team.write("a", "b\n");
    let taken = team.take().await;
    team.reproduces(&taken, &Chosen::default(), &files(&team.work));
    team.commit("mine");
    team.elsewhere("latest");
    team.git(&["fetch", "-q", "--depth=1"]);
    let said = no_base(&team, team.wanted()).await;
    assert!(
        said.contains("the clone is shallow, and what it has has no commit in common with origin/main"),
        "{said}"
    );
}

#[tokio::test]
async fn a_base_can_be_named() {
    let team = Team::new(&[("a", "a\n")]);
    let first = team.git(&["rev-parse", "HEAD"]);
    team.write("b", "b\n");
    let second = team.commit("second");
    team.git(&["tag", "v2"]);
    team.write("a", "edited\n");
    let named = |base: &str| Wanted {
        base: Some(base.into()),
        ..team.wanted()
    };
    let taken = team.take_as(named("v2")).await.expect("a change");
    assert_eq!(taken.base.revision.as_deref(), Some(second.as_str()));
    assert_eq!(taken.files.len(), 1);
    let unknown = format!("no remote branch that is known here has the base {}", &second[..7]);
    assert!(remarks(&taken).contains(&unknown));
    let taken = team.take_as(named(&first)).await.expect("a change");
    assert_eq!((taken.base.ahead, taken.files.len()), (1, 2));
    // Of a branch, what is in common with it.
    team.elsewhere("theirs");
    team.git(&["fetch", "-q"]);
    let taken = team.take_as(named("origin/main")).await.expect("a change");
    assert_eq!((taken.base.revision, taken.base.behind), (Some(first), Some(1)));
    let refused = team.take_as(named("nowhere")).await.expect_err("no revision");
    assert_eq!(refused, TakeError::NoRevision("nowhere".into()));
    let refused = team.take_as(named("--all")).await.expect_err("no revision");
    assert_eq!(refused, TakeError::NoRevision("--all".into()));
}

#[tokio::test]
async fn a_branch_can_be_named_with_or_without_its_remote() {
    let team = Team::new(&[("a", "a\n")]);
    team.git(&["push", "-q", "origin", "main:release/1"]);
    team.write("b", "b\n");
    team.commit("second");
    team.git(&["push", "-q", "origin", "main"]);
    let named = |branch: &str| Wanted {
        branch: Some(branch.into()),
        ..team.wanted()
    };
    for name in ["release/1", "origin/release/1"] {
        let taken = team.take_as(named(name)).await.expect("a change");
        assert_eq!(taken.branch.as_deref(), Some("release/1"), "{name}");
        assert_eq!((taken.base.ahead, taken.files.len()), (1, 1), "{name}");
    }
    let taken = team.take_as(named("only/there")).await.expect("a change");
    assert_eq!((taken.branch.as_deref(), taken.base.ahead), (Some("only/there"), 0));
}

#[tokio::test]
async fn the_address_has_no_password_and_is_the_one_that_git_would_ask() {
    let team = Team::new(&[("a", "a\n")]);
    team.git(&["remote", "set-url", "origin", "gh:team/thing.git"]);
    team.git(&["config", "url.https://me:secret@example.org/.insteadOf", "gh:"]);
    let taken = team.take().await;
    assert_eq!(taken.repository, "https://me@example.org/team/thing.git");
    let named = Wanted {
        repository: Some("https://elsewhere/x".into()),
        ..team.wanted()
    };
    let taken = team.take_as(named).await.expect("a change");
    assert_eq!(taken.repository, "https://elsewhere/x");
    let diff = taken.diff(&Chosen::default(), Carrier::Git).expect("nothing");
    assert_eq!((diff.body, diff.files), (vec![], 0));
}
