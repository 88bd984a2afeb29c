//! Patches: every kind of change arrives, and is taken back.

use super::start;
use super::team::{Which, run};
use super::trees::{begin, change, diff, files, tree};
use crate::rig::working::Working;
use model::Results;
use model::config::{Render, Source, SourceMethod, SourceMode};
use serde_json::json;
use wire::try_job::{TryJob, TryPatch};

fn job(revision: &str, level: u32, body: impl Into<Vec<u8>>) -> TryJob {
    TryJob {
        base_revision: Some(revision.to_owned()),
        patch: Some(TryPatch {
            level,
            body: body.into().into(),
        }),
        who: "ada".to_owned(),
        ..TryJob::default()
    }
}

async fn applied(rig: &Working, build: &model::Build) -> Option<bool> {
    let properties = rig.rig.properties(build.id).await;
    properties.get("patch_applied").and_then(serde_json::Value::as_bool)
}

async fn every_kind_of_change_arrives_and_is_taken_back(which: Which) {
    let Some((mut rig, team, revision)) = start(which, |_, _| ()).await else {
        return;
    };
    // A repository above the trees, which git would rather look at.
    run(rig.folder(), rig.folder(), "git", &["init", "-q"]);
    let modes = which.keeps_modes();
    let (patch, wanted) = diff(
        rig.folder(),
        |folder| begin(folder, modes),
        |folder| change(folder, modes),
    );
    let plain = tree(&team.dev);
    let build = rig.build().await;
    rig.passes(&build).await;
    assert_eq!(applied(&rig, &build).await, None);
    // The second in the tree of the first.
    for _ in 0..2 {
        let build = rig.try_job(job(&revision, 1, patch.clone())).await;
        rig.passes(&build).await;
        assert_eq!(files(&rig.tree()), wanted, "{which:?}");
        assert_eq!(applied(&rig, &build).await, Some(true));
    }
    let build = rig.build().await;
    rig.passes(&build).await;
    assert_eq!(tree(&rig.tree()), plain, "{which:?}");
}

async fn a_patch_that_does_not_fit_is_told_and_taken_back(which: Which) {
    let Some((mut rig, team, revision)) = start(which, |_, _| ()).await else {
        return;
    };
    let build = rig.build().await;
    rig.passes(&build).await;
    let headers = [
        "diff --git a/plain.txt b/plain.txt\n",
        "diff --git a/new.o b/new.o\nnew file mode 100644\n",
    ];
    let plain = "--- a/plain.txt\n+++ b/plain.txt\n@@ -1,3 +1,3 @@\n-other\n+patched\n line 2\n line 3\n";
    let new = "--- /dev/null\n+++ b/new.o\n@@ -0,0 +1 @@\n+fresh\n";
    let log_of_patch = if which == Which::Git {
        "plain.txt.rej"
    } else {
        "patch.rej"
    };
    for (patch, log) in [
        (format!("{}{plain}{}{new}", headers[0], headers[1]), "plain.txt.rej"),
        (format!("{plain}{new}"), log_of_patch),
    ] {
        let build = rig.try_job(job(&revision, 1, patch)).await;
        assert_eq!(
            (build.results, &*build.state_string),
            (Some(Results::Failure), "failed update (failure) (patch not applied)"),
            "{which:?}"
        );
        assert_eq!(applied(&rig, &build).await, Some(false), "{which:?}");
        let rejects = rig.rig.log(build.id, "get", log).await;
        assert!(rejects.contains("+patched"), "{which:?}: {rejects}");
        let build = rig.build().await;
        rig.passes(&build).await;
        assert_eq!(tree(&rig.tree()), tree(&team.dev), "{which:?}");
    }
}

macro_rules! for_each_system {
    ($($arrives:ident $told:ident $which:expr;)+) => {
        $(
            #[tokio::test]
            async fn $arrives() {
                every_kind_of_change_arrives_and_is_taken_back($which).await;
            }

            #[tokio::test]
            async fn $told() {
                a_patch_that_does_not_fit_is_told_and_taken_back($which).await;
            }
        )+
    };
}

for_each_system! {
    every_change_of_git a_misfit_of_git Which::Git;
    every_change_of_subversion a_misfit_of_subversion Which::Svn;
    every_change_of_mercurial a_misfit_of_mercurial Which::Mercurial;
    every_change_of_bazaar a_misfit_of_bazaar Which::Bzr;
    every_change_of_darcs a_misfit_of_darcs Which::Darcs;
    every_change_of_cvs a_misfit_of_cvs Which::Cvs;
}

#[tokio::test]
async fn a_copy_is_patched_and_made_again() {
    for method in [SourceMethod::Copy, SourceMethod::Export] {
        let copied = |_: &_, source: &mut Source| (source.mode, source.method) = (SourceMode::Full, method);
        let Some((mut rig, team, revision)) = start(Which::Svn, copied).await else {
            return;
        };
        let (patch, wanted) = diff(
            rig.folder(),
            |folder| begin(folder, true),
            |folder| change(folder, true),
        );
        let build = rig.try_job(job(&revision, 1, patch)).await;
        rig.passes(&build).await;
        assert_eq!(files(&rig.tree()), wanted, "{method:?}");
        let build = rig.build().await;
        rig.passes(&build).await;
        assert_eq!(tree(&rig.tree()), tree(&team.dev), "{method:?}");
        let log = rig.log(&build).await;
        assert_eq!(
            log.matches("svn checkout").count(),
            0,
            "the other folder was not touched: {log}"
        );
    }
}

/// More than one command removes.
#[tokio::test]
async fn a_thousand_new_files_are_taken_back() {
    let Some((mut rig, team, revision)) = start(Which::Svn, |_, _| ()).await else {
        return;
    };
    let (patch, wanted) = diff(
        rig.folder(),
        |folder| begin(folder, true),
        |folder| {
            for number in 0..1000 {
                super::trees::write(folder, &format!("many {number}"), "new\n");
            }
        },
    );
    let build = rig.try_job(job(&revision, 1, patch)).await;
    rig.passes(&build).await;
    assert_eq!(files(&rig.tree()), wanted);
    let build = rig.build().await;
    rig.passes(&build).await;
    assert_eq!(tree(&rig.tree()), tree(&team.dev));
}

#[tokio::test]
async fn as_many_path_elements_are_stripped_as_the_level_says() {
    for which in [Which::Git, Which::Svn] {
        let Some((mut rig, _, revision)) = start(which, |_, _| ()).await else {
            continue;
        };
        for (level, before) in [(0, ""), (1, "a/"), (2, "a/b/")] {
            let patch =
                format!("--- {before}dir/only.txt\n+++ {before}dir/only.txt\n@@ -1 +1 @@\n-only\n+level {level}\n");
            let build = rig.try_job(job(&revision, level, patch)).await;
            rig.passes(&build).await;
            let content = std::fs::read_to_string(rig.tree().join("dir/only.txt")).expect("the file");
            assert_eq!(content, format!("level {level}\n"), "{which:?}");
        }
    }
}

#[tokio::test]
async fn a_patch_can_belong_to_a_folder_of_the_tree() {
    for which in [Which::Git, Which::Svn] {
        let Some((mut rig, ..)) = start(which, |_, _| ()).await else {
            continue;
        };
        let plain = "--- a/only.txt\n+++ b/only.txt\n@@ -1 +1 @@\n-only\n+patched\n";
        for patch in [plain.to_owned(), format!("diff --git a/only.txt b/only.txt\n{plain}")] {
            let build = rig
                .build_with(json!({"patch_body": patch, "patch_author": "ada", "patch_subdir": "dir"}))
                .await;
            rig.passes(&build).await;
            let content = std::fs::read_to_string(rig.tree().join("dir/only.txt")).expect("the file");
            assert_eq!(content, "patched\n", "{which:?}");
        }
        let out = json!({"patch_body": plain, "patch_author": "ada", "patch_subdir": "../.."});
        let build = rig.build_with(out).await;
        assert_eq!(build.results, Some(Results::Exception), "{which:?}");
    }
}

/// The step with a path of these programs only.
pub fn with_programs(folder: &std::path::Path, programs: &[&str], source: &mut Source) {
    let bin = folder.join("bin");
    std::fs::create_dir(&bin).expect("a folder");
    for program in programs {
        let found = run(folder, folder, "which", &[program]);
        std::os::unix::fs::symlink(found.trim(), bin.join(program)).expect("a link");
    }
    if let Render::Const(env) = &mut source.env {
        env["PATH"] = json!(bin);
    }
}

#[tokio::test]
async fn where_a_worker_has_no_git_patch_serves_and_says_what_it_cannot_carry() {
    let without_git = |team: &super::Team, source: &mut Source| {
        let folder = team.dev.parent().expect("a folder").to_owned();
        with_programs(&folder, &["svn", "patch", "rm"], source);
    };
    let Some((mut rig, team, revision)) = start(Which::Svn, without_git).await else {
        return;
    };
    let (patch, wanted) = diff(
        rig.folder(),
        |folder| begin(folder, true),
        |folder| {
            super::trees::write(folder, "gone.txt", "not gone\n");
            super::trees::write(folder, "new/deep/file", "new\n");
        },
    );
    let build = rig.try_job(job(&revision, 1, patch)).await;
    rig.passes(&build).await;
    assert_eq!(files(&rig.tree()), wanted);
    let (patch, _) = diff(
        rig.folder(),
        |folder| begin(folder, true),
        |folder| change(folder, true),
    );
    let build = rig.try_job(job(&revision, 1, patch)).await;
    assert_eq!(build.state_string, "failed update (failure) (patch not applied)");
    let log = rig.log(&build).await;
    assert!(
        log.contains("which the program 'patch' cannot carry; install git on the worker"),
        "{log}"
    );
    let build = rig.build().await;
    rig.passes(&build).await;
    assert_eq!(tree(&rig.tree()), tree(&team.dev));
}

#[tokio::test]
async fn where_a_worker_has_no_patch_git_serves_for_plain_diffs() {
    let without_patch = |team: &super::Team, source: &mut Source| {
        let folder = team.dev.parent().expect("a folder").to_owned();
        with_programs(&folder, &["svn", "git", "rm"], source);
    };
    let Some((mut rig, team, revision)) = start(Which::Svn, without_patch).await else {
        return;
    };
    super::trees::write(&team.dev, "dir/only.txt", "patched\n");
    let patch = team.say(&["diff", "-r", &revision]);
    let build = rig.try_job(job(&revision, 0, patch)).await;
    rig.passes(&build).await;
    assert_eq!(files(&rig.tree()), files(&team.dev));
}

#[tokio::test]
async fn a_submodule_moves_with_a_patch() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let Some(team) = super::Team::new(Which::Git, folder.path()) else {
        return;
    };
    let module = folder.path().join("module");
    std::fs::create_dir(&module).expect("a folder");
    let git = |place: &std::path::Path, words: &[&str]| run(folder.path(), place, "git", words).trim().to_owned();
    git(&module, &["init", "-q"]);
    for content in ["one\n", "two\n"] {
        super::trees::write(&module, "inner", content);
        git(&module, &["add", "."]);
        git(&module, &["commit", "-q", "-m", content]);
    }
    let url = module.display().to_string();
    let allowed = ["-c", "protocol.file.allow=always"];
    git(
        &team.dev,
        &[&allowed[..], &["submodule", "add", "-q", &url, "module"]].concat(),
    );
    let revision = team.commit();
    git(&team.dev.join("module"), &["checkout", "-q", "HEAD~1"]);
    let patch = git(&team.dev, &["diff", "--binary", "--full-index"]) + "\n";
    let mut source = team.source();
    if let model::config::System::Git(git) = &mut source.system {
        git.submodules = true;
        git.config = vec![("protocol.file.allow".to_owned(), "always".to_owned())];
    }
    let mut rig = Working::start(folder, vec![super::get(source)]).await;
    for (patch, wanted) in [(None, "two\n"), (Some(patch), "one\n"), (None, "two\n")] {
        let build = match patch {
            Some(patch) => rig.try_job(job(&revision, 1, patch)).await,
            None => rig.build().await,
        };
        rig.passes(&build).await;
        let content = std::fs::read_to_string(rig.tree().join("module/inner")).expect("the file");
        assert_eq!(content, wanted);
    }
}
