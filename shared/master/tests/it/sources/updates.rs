//! Trees are got, updated, brought to a revision and cleaned.

use super::team::{Team, Which};
use super::trees::{tree, write};
use super::{get, start};
use crate::rig::working::Working;
use crate::rig::{builder, change, config, shell, soon, with_tree};
use model::config::{Render, SourceMethod, SourceMode, System, TreeScheduler};
use model::{NewChange, Results, Time};
use serde_json::json;

async fn an_incremental_build_follows(which: Which) {
    let Some((mut rig, team, first)) = start(which, |_, _| ()).await else {
        return;
    };
    let old = tree(&team.dev);
    let build = rig.build().await;
    rig.passes(&build).await;
    assert_eq!(tree(&rig.tree()), old, "{which:?}");
    write(&team.dev, "plain.txt", "two\n");
    write(&team.dev, "new/file", "new\n");
    let second = team.commit();
    rig.leave("mine");
    let build = rig.build().await;
    rig.passes(&build).await;
    assert!(rig.has("mine"), "{which:?}");
    std::fs::remove_file(rig.tree().join("mine")).expect("it is there");
    assert_eq!(tree(&rig.tree()), tree(&team.dev), "{which:?}");
    let got = rig.got_revision(&build).await;
    match which {
        // Contexts are longer than a name, and nobody but the clock knows CVS's.
        Which::Darcs => assert_eq!(got.len(), 40),
        Which::Cvs => assert!(got.ends_with(" +0000"), "{got}"),
        _ => assert_eq!(got, second),
    }
    let build = rig.build_with(json!({"revision": first})).await;
    rig.passes(&build).await;
    assert!(!rig.has("new/file"), "{which:?}");
    let newest = if which == Which::Cvs { second } else { got };
    let build = rig.build_with(json!({"revision": newest})).await;
    rig.passes(&build).await;
    assert_eq!(tree(&rig.tree()), tree(&team.dev), "{which:?}");
    let build = rig.build_with(json!({"revision": first})).await;
    rig.passes(&build).await;
    let build = rig.build().await;
    rig.passes(&build).await;
    assert_eq!(tree(&rig.tree()), tree(&team.dev), "{which:?}");
}

/// Both what is ignored and what is merely unknown is `left`; a tracked file was changed.
async fn a_full_build_cleans(which: Which, method: SourceMethod, ignored_stays: bool) {
    let full = |_: &_, source: &mut model::config::Source| (source.mode, source.method) = (SourceMode::Full, method);
    let Some((mut rig, team, _)) = start(which, full).await else {
        return;
    };
    let build = rig.build().await;
    rig.passes(&build).await;
    if which != Which::Darcs {
        ignore(which, &team);
        team.commit();
    }
    let build = rig.build().await;
    rig.passes(&build).await;
    for file in ["mine", "made.o", "plain.txt"] {
        rig.leave(file);
    }
    std::fs::remove_file(rig.tree().join("crlf.txt")).expect("it is there");
    let build = rig.build().await;
    rig.passes(&build).await;
    assert_eq!(
        (rig.has("mine"), rig.has("made.o")),
        (false, ignored_stays),
        "{which:?} {method:?}"
    );
    if ignored_stays {
        std::fs::remove_file(rig.tree().join("made.o")).expect("it is there");
    }
    assert_eq!(tree(&rig.tree()), tree(&team.dev), "{which:?} {method:?}");
}

/// From now on `*.o` is ignored.
fn ignore(which: Which, team: &super::Team) {
    match which {
        Which::Git => write(&team.dev, ".gitignore", "*.o\n"),
        Which::Mercurial => write(&team.dev, ".hgignore", "syntax: glob\n*.o\n"),
        Which::Bzr => write(&team.dev, ".bzrignore", "*.o\n"),
        Which::Cvs => write(&team.dev, ".cvsignore", "*.o\n"),
        Which::Svn => {
            team.say(&["propset", "-q", "svn:ignore", "*.o", "."]);
        }
        Which::Darcs => {}
    }
}

async fn full_builds_clean(which: Which) {
    let methods: &[SourceMethod] = match which {
        Which::Mercurial => &[SourceMethod::Fresh, SourceMethod::Clean, SourceMethod::Clobber],
        Which::Darcs => &[SourceMethod::Copy, SourceMethod::Clobber],
        Which::Svn => &[
            SourceMethod::Fresh,
            SourceMethod::Clean,
            SourceMethod::Clobber,
            SourceMethod::Copy,
            SourceMethod::Export,
        ],
        _ => &[
            SourceMethod::Fresh,
            SourceMethod::Clean,
            SourceMethod::Clobber,
            SourceMethod::Copy,
        ],
    };
    for method in methods {
        a_full_build_cleans(which, *method, *method == SourceMethod::Clean).await;
    }
}

macro_rules! for_each_system {
    ($($name:ident: $test:ident($which:expr);)+) => {
        $(
            #[tokio::test]
            async fn $name() {
                $test($which).await;
            }
        )+
    };
}

for_each_system! {
    subversion_follows: an_incremental_build_follows(Which::Svn);
    mercurial_follows: an_incremental_build_follows(Which::Mercurial);
    bazaar_follows: an_incremental_build_follows(Which::Bzr);
    darcs_follows: an_incremental_build_follows(Which::Darcs);
    cvs_follows: an_incremental_build_follows(Which::Cvs);
    subversion_cleans: full_builds_clean(Which::Svn);
    mercurial_cleans: full_builds_clean(Which::Mercurial);
    bazaar_cleans: full_builds_clean(Which::Bzr);
    darcs_cleans: full_builds_clean(Which::Darcs);
    cvs_cleans: full_builds_clean(Which::Cvs);
}

#[tokio::test]
async fn a_system_saying_no_fails_the_build_after_the_tries_that_are_allowed() {
    let wrong = |team: &super::Team, source: &mut model::config::Source| {
        source.retry = Some((0.0, 2));
        if let System::Svn(svn) = &mut source.system {
            svn.repourl = Render::Const(format!("{}/nosuch", team.root()).into());
            svn.username = Render::Const("ada".into());
            svn.password = Render::Const("sesame".into());
        }
    };
    let Some((mut rig, ..)) = start(Which::Svn, wrong).await else {
        return;
    };
    let build = rig.build().await;
    assert_eq!(
        (build.results, &*build.state_string),
        (Some(Results::Failure), "failed update (failure)")
    );
    let log = rig.log(&build).await;
    assert_eq!(log.matches("trying again in 0 seconds").count(), 2, "{log}");
    assert!(
        log.contains("--username ada --password") && !log.contains("sesame"),
        "{log}"
    );
}

#[tokio::test]
async fn what_an_interrupted_program_left_is_mended() {
    let Some((mut rig, team, _)) = start(Which::Mercurial, |_, _| ()).await else {
        return;
    };
    rig.build().await;
    write(&team.dev, "plain.txt", "two\n");
    team.commit();
    let journal = rig.tree().join(".hg/store/journal");
    std::fs::write(&journal, "").expect("a journal");
    rig.leave("mine");
    let build = rig.build().await;
    rig.passes(&build).await;
    assert!(rig.has("mine") && !journal.exists());
}

#[tokio::test]
async fn a_tree_of_elsewhere_is_not_trusted() {
    let Some((mut rig, team, _)) = start(Which::Svn, |_, _| ()).await else {
        return;
    };
    let elsewhere = rig.folder().join("worker/b/build");
    std::fs::create_dir_all(elsewhere.join(".svn")).expect("a folder");
    write(&elsewhere, "theirs", "theirs\n");
    let build = rig.build().await;
    rig.passes(&build).await;
    assert_eq!(tree(&rig.tree()), tree(&team.dev));
}

#[tokio::test]
async fn breezy_serves_where_nothing_is_called_bzr() {
    let alone = |team: &super::Team, source: &mut model::config::Source| {
        let folder = team.dev.parent().expect("a folder");
        super::patches::with_programs(folder, &["brz", "rm"], source);
    };
    let Some((mut rig, team, first)) = start(Which::Bzr, alone).await else {
        return;
    };
    for _ in 0..2 {
        let build = rig.build().await;
        rig.passes(&build).await;
        assert_eq!(rig.got_revision(&build).await, first);
    }
    assert_eq!(tree(&rig.tree()), tree(&team.dev));
}

#[tokio::test]
async fn a_revision_of_subversion_is_the_repositorys_newest_or_the_trees_own() {
    for trees_own in [false, true] {
        let change = |_: &_, source: &mut model::config::Source| {
            if let System::Svn(svn) = &mut source.system {
                svn.prefer_last_changed = trees_own;
            }
        };
        let Some((mut rig, team, first)) = start(Which::Svn, change).await else {
            return;
        };
        team.say(&["mkdir", "-q", "-m", "elsewhere", &format!("{}/branches/x", team.root())]);
        let build = rig.build().await;
        rig.passes(&build).await;
        assert_eq!(rig.got_revision(&build).await == first, trees_own);
    }
}

#[tokio::test]
async fn the_beginning_of_an_id_of_mercurial_is_enough() {
    let Some((mut rig, _, first)) = start(Which::Mercurial, |_, _| ()).await else {
        return;
    };
    let build = rig.build_with(json!({"revision": first[..12]})).await;
    rig.passes(&build).await;
    assert_eq!(rig.got_revision(&build).await, first);
}

#[tokio::test]
async fn what_a_system_would_take_for_an_option_is_refused() {
    let Some((mut rig, ..)) = start(Which::Mercurial, |_, _| ()).await else {
        return;
    };
    let build = rig.build_with(json!({"revision": "--config=hooks.x=y"})).await;
    assert_eq!(build.results, Some(Results::Exception));
    let told = rig.rig.log(build.id, "get", "err.text").await;
    assert!(
        told.contains("begins with a dash, which hg takes for an option"),
        "{told}"
    );
}

/// Lets the time pass after which so many changes are built.
async fn settle(rig: &Working, changes: usize) {
    soon("the timer", async {
        let waiting = |timer: &master::state::Timer| timer.changes.len() == changes;
        while !rig.rig.master.state().await.timers.iter().any(waiting) {
            tokio::task::yield_now().await;
        }
    })
    .await;
    rig.rig.clock.advance(1);
}

#[tokio::test]
async fn a_build_of_changes_gets_what_cvs_had_at_the_last_of_them() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let Some(team) = Team::new(Which::Cvs, folder.path()) else {
        return;
    };
    super::trees::begin(&team.dev, false);
    team.commit();
    let builder = builder("b", vec![get(team.source()), shell("then", "true")]);
    let tree = TreeScheduler {
        tree_stable_timer: Some(1.0),
        ..TreeScheduler::default()
    };
    let mut rig = Working::with(folder, with_tree(config(vec![builder]), "tree", tree)).await;
    let commit = |text: &str| {
        write(&team.dev, "plain.txt", text);
        let seconds = team.commit().parse().expect("seconds");
        NewChange {
            branch: None,
            revision: None,
            when: Time::from_seconds(seconds),
            ..change("", "")
        }
    };
    let (second, third) = (commit("two\n"), commit("three\n"));
    // Nobody has told of it yet.
    let fourth = commit("four\n");
    // The newest is not the one that was told last.
    rig.rig.master.add_changes(vec![third, second]).await.expect("changes");
    settle(&rig, 2).await;
    let build = rig.rig.finished().await;
    rig.passes(&build).await;
    let text = |rig: &Working| std::fs::read_to_string(rig.tree().join("plain.txt")).expect("a file");
    assert_eq!(text(&rig), "three\n");
    rig.rig.master.add_change(fourth).await.expect("a change");
    settle(&rig, 1).await;
    let build = rig.rig.finished().await;
    rig.passes(&build).await;
    assert_eq!(text(&rig), "four\n");
    // Without changes it is the newest.
    commit("five\n");
    let build = rig.build().await;
    rig.passes(&build).await;
    assert_eq!(text(&rig), "five\n");
}
