//! Branches, each system's own kind.

use super::team::{Which, run};
use super::trees::write;
use super::{get, start};
use crate::rig::shell;
use crate::rig::working::Working;
use model::config::{BranchType, Interpolate, Render, Source, System};
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What `plain.txt` is after a build of a branch, or of the usual one.
async fn content(rig: &mut Working, branch: &str) -> String {
    let params = if branch.is_empty() {
        json!({})
    } else {
        json!({"branch": branch})
    };
    let build = rig.build_with(params).await;
    rig.passes(&build).await;
    std::fs::read_to_string(rig.tree().join("plain.txt")).expect("the file")
}

/// The builds' log lines that hold this.
async fn runs(rig: &mut Working, branch: &str, wanted: &str) -> usize {
    let build = rig.build_with(json!({"branch": branch})).await;
    rig.passes(&build).await;
    rig.log(&build).await.matches(wanted).count()
}

#[tokio::test]
async fn a_branch_of_subversion_is_part_of_its_address() {
    let by_branch = |team: &super::Team, source: &mut Source| {
        let text = format!("{}/%(src::branch:~trunk)s", team.root());
        let text = Interpolate::parse(&text, Vec::new(), BTreeMap::new()).expect("a template");
        if let System::Svn(svn) = &mut source.system {
            svn.repourl = Render::Interpolate(Arc::new(text));
        }
    };
    let Some((mut rig, team, _)) = start(Which::Svn, by_branch).await else {
        return;
    };
    let (trunk, branch) = (format!("{}/trunk", team.root()), format!("{}/branches/x", team.root()));
    team.say(&["copy", "-q", "-m", "branch", &trunk, &branch]);
    write(&team.dev, "plain.txt", "on the trunk\n");
    team.commit();
    assert!(content(&mut rig, "branches/x").await.starts_with("line 1\n"));
    assert_eq!(content(&mut rig, "").await, "on the trunk\n");
    let said = run(rig.folder(), &rig.tree(), "svn", &["info", "--show-item", "url"]);
    assert_eq!(said.trim(), trunk);
}

#[tokio::test]
async fn named_branches_of_mercurial_stand_in_one_repository() {
    for clobber in [true, false] {
        let inrepo = |_: &_, source: &mut Source| {
            if let System::Mercurial(hg) = &mut source.system {
                hg.branch_type = BranchType::Inrepo;
                hg.clobber_on_branch_change = clobber;
            }
        };
        let Some((mut rig, team, _)) = start(Which::Mercurial, inrepo).await else {
            return;
        };
        team.say(&["branch", "-q", "stable"]);
        write(&team.dev, "plain.txt", "stable\n");
        team.commit();
        assert!(content(&mut rig, "").await.starts_with("line 1\n"));
        rig.leave("mine");
        assert_eq!(
            runs(&mut rig, "stable", "hg clone --noupdate").await,
            usize::from(clobber)
        );
        assert_eq!(content(&mut rig, "stable").await, "stable\n");
        assert_eq!(rig.has("mine"), !clobber);
    }
}

#[tokio::test]
async fn a_branch_of_mercurial_can_be_a_repository_of_its_own() {
    let below = |team: &super::Team, source: &mut Source| {
        if let System::Mercurial(hg) = &mut source.system {
            hg.repourl = Render::Const(format!("{}-", team.root()).into());
            hg.default_branch = Render::Const("main".into());
        }
    };
    let Some((mut rig, team, _)) = start(Which::Mercurial, below).await else {
        return;
    };
    for name in ["main", "stable"] {
        let place = format!("{}-{name}", team.root());
        team.say(&["clone", "-q", ".", &place]);
    }
    write(&team.dev, "plain.txt", "stable\n");
    team.commit();
    team.say(&["push", "-q", &format!("{}-stable", team.root())]);
    assert!(content(&mut rig, "").await.starts_with("line 1\n"));
    assert_eq!(content(&mut rig, "stable").await, "stable\n");
    assert!(content(&mut rig, "main").await.starts_with("line 1\n"));
}

#[tokio::test]
async fn a_branch_of_bazaar_is_appended_to_a_common_address() {
    let below = |team: &super::Team, source: &mut Source| {
        if let System::Bzr(bzr) = &mut source.system {
            bzr.url = Render::Const(format!("{}-", team.root()).into());
            bzr.joins_branch = true;
            bzr.default_branch = Render::Const("main".into());
        }
    };
    let Some((mut rig, team, _)) = start(Which::Bzr, below).await else {
        return;
    };
    team.say(&["branch", "-q", ".", &format!("{}-main", team.root())]);
    write(&team.dev, "plain.txt", "stable\n");
    team.commit();
    team.say(&["branch", "-q", ".", &format!("{}-stable", team.root())]);
    assert!(content(&mut rig, "").await.starts_with("line 1\n"));
    assert_eq!(content(&mut rig, "stable").await, "stable\n");
}

#[tokio::test]
async fn a_branch_of_cvs_is_a_tag() {
    let Some((mut rig, team, _)) = start(Which::Cvs, |_, _| ()).await else {
        return;
    };
    team.say(&["-Q", "tag", "-b", "stable"]);
    team.say(&["-Q", "update", "-r", "stable"]);
    write(&team.dev, "plain.txt", "stable\n");
    let then = team.commit();
    write(&team.dev, "plain.txt", "stable again\n");
    team.commit();
    assert!(content(&mut rig, "").await.starts_with("line 1\n"));
    assert_eq!(content(&mut rig, "stable").await, "stable again\n");
    let build = rig.build_with(json!({"branch": "stable", "revision": then})).await;
    rig.passes(&build).await;
    assert_eq!(
        std::fs::read_to_string(rig.tree().join("plain.txt")).expect("the file"),
        "stable\n"
    );
    assert!(content(&mut rig, "HEAD").await.starts_with("line 1\n"));
}

#[tokio::test]
async fn a_step_with_a_workdir_below_others_gets_its_tree_there() {
    for which in [Which::Darcs, Which::Cvs] {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let Some(team) = super::Team::new(which, folder.path()) else {
            return;
        };
        super::trees::begin(&team.dev, false);
        team.commit();
        let mut step = get(team.source());
        step.common.workdir = Some(Render::Const("build/third/party".into()));
        let mut rig = Working::start(folder, vec![step, shell("then", "test -e third/party/plain.txt")]).await;
        for _ in 0..2 {
            let build = rig.build().await;
            rig.passes(&build).await;
        }
    }
}
