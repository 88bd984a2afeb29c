//! The source step with a real git and a real worker.

use crate::rig::working::Working;
use crate::rig::*;
use master::Shutdown;
use model::Results;
use model::config::{GitSource, Render, Source, SourceMethod, SourceMode, StepConfig, StepKind, System};
use serde_json::json;
use std::path::{Path, PathBuf};
use std::process::Command;

fn git(folder: &Path, words: &[&str]) -> String {
    let output = Command::new("git")
        .args(words)
        .current_dir(folder)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .envs(["AUTHOR", "COMMITTER"].map(|who| (format!("GIT_{who}_NAME"), "Ada")))
        .envs(["AUTHOR", "COMMITTER"].map(|who| (format!("GIT_{who}_EMAIL"), "ada@example.org")))
        .output()
        .expect("git runs");
    assert!(
        output.status.success(),
        "git {words:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout)
        .expect("git says text")
        .trim()
        .to_owned()
}

fn source(repository: &Path, change: impl FnOnce(&mut Source, &mut GitSource)) -> StepConfig {
    let mut git = GitSource {
        repourl: Render::Const(repository.to_str().expect("a plain path").into()),
        ..GitSource::default()
    };
    let mut source = Source::of(System::Git(GitSource::default()));
    source.env = Render::Const(json!({"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null"}));
    source.log_environ = false;
    change(&mut source, &mut git);
    source.system = System::Git(git);
    step("git", StepKind::Source(Box::new(source)))
}

/// A repository with one commit on `main`, and a builder `b` that gets it and then runs `command`.
async fn start(change: impl FnOnce(&mut Source, &mut GitSource), command: &str) -> Working {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let repository = folder.path().join("repo");
    std::fs::create_dir(&repository).expect("a folder");
    git(&repository, &["init", "-q", "-b", "main"]);
    std::fs::write(repository.join(".gitignore"), "*.o\n").expect("a file");
    commit(&repository, "file", "one\n");
    let steps = vec![source(&repository, change), shell("then", command)];
    Working::start(folder, steps).await
}

fn repository(rig: &Working) -> PathBuf {
    rig.folder().join("repo")
}

fn commit(repository: &Path, file: &str, content: &str) -> String {
    std::fs::write(repository.join(file), content).expect("a file");
    git(repository, &["add", "."]);
    git(repository, &["commit", "-q", "-m", file]);
    git(repository, &["rev-parse", "HEAD"])
}

#[tokio::test]
async fn an_incremental_build_follows_the_branch_and_keeps_what_is_untracked() {
    let mut rig = start(|_, _| (), "cat file").await;
    let first = rig.build_with(json!({"branch": "main"})).await;
    rig.passes(&first).await;
    assert_eq!(
        rig.got_revision(&first).await,
        git(&repository(&rig), &["rev-parse", "HEAD"])
    );
    assert_eq!(rig.rig.properties(first.id).await.source("got_revision"), Some("Git"));
    let steps = rig.rig.told_steps(first.id).await;
    assert_eq!(
        steps[1],
        ("git".to_owned(), Some(Results::Success), "update".to_owned())
    );
    rig.leave("mine");
    let second_commit = commit(&repository(&rig), "file", "two\n");
    let second = rig.build_with(json!({"branch": "main"})).await;
    rig.passes(&second).await;
    assert_eq!(rig.got_revision(&second).await, second_commit);
    assert!(rig.has("mine"));
    assert!(rig.rig.log(second.id, "then", "stdio").await.contains("\notwo\n"));
    assert_eq!(git(&rig.tree(), &["rev-parse", "--abbrev-ref", "HEAD"]), "main");
    let runs = rig
        .log(&second)
        .await
        .lines()
        .filter(|line| line.starts_with("hgit "))
        .count();
    assert_eq!(runs, 3, "fetch, check-out, and asking what the branch is at");
}

#[tokio::test]
async fn a_known_revision_takes_two_runs_of_git() {
    let mut rig = start(|_, _| (), "true").await;
    let old = git(&repository(&rig), &["rev-parse", "HEAD"]);
    commit(&repository(&rig), "file", "two\n");
    rig.build().await;
    let build = rig.build_with(json!({"branch": "main", "revision": old})).await;
    rig.passes(&build).await;
    assert_eq!(rig.got_revision(&build).await, old);
    assert_eq!(
        std::fs::read_to_string(rig.tree().join("file")).expect("the file"),
        "one\n"
    );
    let runs = rig
        .log(&build)
        .await
        .lines()
        .filter(|line| line.starts_with("hgit "))
        .count();
    assert_eq!(runs, 2);
}

#[tokio::test]
async fn a_commit_that_its_branch_has_left_is_still_found() {
    let mut rig = start(|_, _| (), "true").await;
    rig.build().await;
    let lost = commit(&repository(&rig), "file", "lost\n");
    git(&repository(&rig), &["reset", "-q", "--hard", "HEAD~1"]);
    let build = rig.build_with(json!({"branch": "main", "revision": lost})).await;
    rig.passes(&build).await;
    assert_eq!(rig.got_revision(&build).await, lost);
}

#[tokio::test]
async fn full_builds_remove_what_their_method_says() {
    for (method, ignored, own) in [
        (SourceMethod::Fresh, false, false),
        (SourceMethod::Clean, true, false),
        (SourceMethod::Clobber, false, false),
        (SourceMethod::Copy, false, false),
    ] {
        let change = |source: &mut Source, _: &mut GitSource| (source.mode, source.method) = (SourceMode::Full, method);
        let mut rig = start(change, "test -d .git").await;
        let first = rig.build().await;
        rig.passes(&first).await;
        for file in ["mine", "made.o", "file"] {
            rig.leave(file);
        }
        let second = rig.build().await;
        rig.passes(&second).await;
        assert_eq!((rig.has("made.o"), rig.has("mine")), (ignored, own), "{method:?}");
        assert_eq!(
            std::fs::read_to_string(rig.tree().join("file")).expect("the file"),
            "one\n",
            "{method:?}"
        );
    }
}

#[tokio::test]
async fn a_patch_is_applied_and_taken_back_by_the_next_build() {
    let mut rig = start(|_, _| (), "cat sub/new").await;
    let repository = repository(&rig);
    std::fs::create_dir(repository.join("sub")).expect("a folder");
    commit(&repository, "sub/old", "old\n");
    let patch = "--- a/old\n+++ b/old\n@@ -1 +1 @@\n-old\n+patched\n--- /dev/null\n+++ b/new\n@@ -0,0 +1 @@\n+fresh\n";
    let params = json!({"branch": "main", "patch_body": patch, "patch_author": "Ann", "patch_subdir": "sub"});
    let build = rig.build_with(params).await;
    rig.passes(&build).await;
    assert_eq!(
        std::fs::read_to_string(rig.tree().join("sub/old")).expect("the file"),
        "patched\n"
    );
    assert_eq!(rig.rig.log(build.id, "git", "patch").await, patch);
    assert_eq!(
        rig.rig.properties(build.id).await.get("owners"),
        Some(&json!(["Ann", "ada"]))
    );
    let build = rig.build_with(json!({"branch": "main"})).await;
    assert_eq!(build.state_string, "failed 'cat sub/new' (failure)");
    assert_eq!(
        std::fs::read_to_string(rig.tree().join("sub/old")).expect("the file"),
        "old\n"
    );
    assert!(!rig.has("sub/new"));
}

#[tokio::test]
async fn a_patch_that_does_not_fit_fails_the_step_and_shows_where() {
    let mut rig = start(|_, _| (), "true").await;
    let patch = "--- a/file\n+++ b/file\n@@ -1 +1 @@\n-other\n+patched\n";
    let build = rig.build_with(json!({"patch_body": patch})).await;
    assert_eq!(build.state_string, "failed update (failure) (patch not applied)");
    let log = rig.log(&build).await;
    assert!(log.contains("Rejected hunk #1"), "{log}");
}

#[tokio::test]
async fn git_saying_no_fails_the_build_and_clobbering_saves_it() {
    let change = |_: &mut Source, source: &mut GitSource| source.clobber_on_failure = true;
    let mut rig = start(change, "true").await;
    rig.build().await;
    std::fs::write(rig.tree().join(".git/HEAD"), "broken").expect("a broken repository");
    let build = rig.build().await;
    rig.passes(&build).await;
    assert!(rig.log(&build).await.contains("starting over from nothing"));
    let build = rig.build_with(json!({"branch": "nosuch"})).await;
    assert_eq!(
        (build.results, &*build.state_string),
        (Some(Results::Failure), "failed update (failure)")
    );
}

#[tokio::test]
async fn a_lock_that_an_interrupted_git_left_is_removed() {
    let mut rig = start(|_, _| (), "true").await;
    rig.build().await;
    std::fs::write(rig.tree().join(".git/index.lock"), "").expect("a lock");
    let build = rig.build().await;
    rig.passes(&build).await;
}

#[tokio::test]
async fn a_rebuild_of_the_newest_gets_the_same_commit() {
    let mut rig = start(|_, _| (), "true").await;
    let first = rig.build_with(json!({"branch": "main"})).await;
    commit(&repository(&rig), "file", "later\n");
    rig.rig.master.rebuild(first.id).await.expect("it is asked for");
    let again = rig.rig.finished().await;
    assert_eq!(rig.got_revision(&again).await, rig.got_revision(&first).await);
}

#[tokio::test]
async fn submodules_shallow_clones_and_descriptions() {
    let change = |_: &mut Source, source: &mut GitSource| {
        source.submodules = true;
        source.get_description = true;
        source.tags = true;
        // Git refuses submodules from plain folders unless told.
        source.config = vec![("protocol.file.allow".to_owned(), "always".to_owned())];
    };
    let mut rig = start(change, "cat module/inner").await;
    let repository = repository(&rig);
    let module = rig.folder().join("module");
    std::fs::create_dir(&module).expect("a folder");
    git(&module, &["init", "-q", "-b", "main"]);
    commit(&module, "inner", "inside\n");
    let url = module.to_str().expect("a plain path");
    git(
        &repository,
        &[
            "-c",
            "protocol.file.allow=always",
            "submodule",
            "add",
            "-q",
            url,
            "module",
        ],
    );
    git(&repository, &["commit", "-q", "-m", "module"]);
    git(&repository, &["tag", "-a", "-m", "first", "v1"]);
    for _ in 0..2 {
        let build = rig.build().await;
        rig.passes(&build).await;
        assert_eq!(
            rig.rig.properties(build.id).await.text("commit-description"),
            Some("v1")
        );
    }
}

#[tokio::test]
async fn a_shallow_clone_has_as_much_history_as_asked() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let repository = folder.path().join("repo");
    std::fs::create_dir(&repository).expect("a folder");
    git(&repository, &["init", "-q", "-b", "main"]);
    for content in ["1", "2", "3"] {
        commit(&repository, "file", content);
    }
    // Git ignores the depth of a plain path.
    let url = format!("file://{}", repository.display());
    let shallow = source(&repository, |_, source| {
        source.shallow = Some(2);
        source.repourl = Render::Const(url.into());
    });
    let mut rig = Working::with(folder, config(vec![builder("b", vec![shallow])])).await;
    let build = rig.build().await;
    rig.passes(&build).await;
    assert_eq!(git(&rig.tree(), &["rev-list", "--count", "HEAD"]), "2");
}

#[tokio::test]
async fn what_git_would_take_for_an_option_is_refused() {
    let mut rig = start(|_, _| (), "true").await;
    let build = rig.build_with(json!({"branch": "--upload-pack=touch /tmp/x"})).await;
    assert_eq!(build.results, Some(Results::Exception));
    assert!(
        rig.rig
            .log(build.id, "git", "err.text")
            .await
            .contains("begins with a dash")
    );
}

#[tokio::test]
async fn a_stopped_build_kills_its_command() {
    let mut rig = start(|_, _| (), "echo $$ > pid; sleep 300").await;
    rig.rig.force("b").await;
    let pid = rig.tree().join("pid");
    soon("the command", async {
        while std::fs::read_to_string(&pid).unwrap_or_default().trim().is_empty() {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    })
    .await;
    let running = rig.rig.master.state().await.running[0].build.expect("it is stored");
    rig.rig
        .master
        .stop_build(running, Some("enough".to_owned()))
        .await
        .expect("it is stopped");
    let build = rig.rig.finished().await;
    assert_eq!(build.results, Some(Results::Cancelled));
    let number = std::fs::read_to_string(&pid).expect("the number");
    assert!(!Path::new("/proc").join(number.trim()).exists(), "the shell is gone");
    rig.rig.shut_down(Shutdown::Stop).await;
}

#[tokio::test]
async fn a_commit_in_a_local_repository_is_built() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let repository = folder.path().join("repo");
    std::fs::create_dir(&repository).expect("a folder");
    git(&repository, &["init", "-q", "-b", "main"]);
    commit(&repository, "file", "one\n");
    let mut config = config(vec![builder(
        "b",
        vec![source(&repository, |_, _| ()), shell("then", "cat file")],
    )]);
    config = with_tree(config, "tree", Default::default());
    let url = repository.to_str().expect("a plain path").to_owned();
    config.change_sources = vec![model::config::ChangeSourceConfig::Git(model::config::GitPoller {
        repourl: url.clone(),
        branches: model::config::change_source::Branches::Default,
        poll_interval: 600.0,
        poll_at_launch: true,
        category: None,
        project: "widget".to_owned(),
        codebase: String::new(),
        build_at_first_sight: false,
        location: Default::default(),
    })];
    let mut rig = Working::with(folder, config).await;
    soon("the first look", async {
        while rig.rig.master.state().await.change_sources[0].last_contact.is_none() {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    })
    .await;
    let revision = commit(&repository, "file", "two\n");
    let build = rig.rig.finished().await;
    rig.passes(&build).await;
    assert_eq!(rig.got_revision(&build).await, revision);
    let properties = rig.rig.properties(build.id).await;
    assert_eq!(
        (properties.text("project"), properties.text("repository")),
        (Some("widget"), Some(&*url))
    );
    let source = rig.rig.master.state().await.change_sources.remove(0);
    assert_eq!((source.name, source.changes, source.error), (url, 1, None));
    let id = build.id;
    let changes = rig
        .rig
        .master
        .store()
        .read(move |c| store::changes::for_build(c, id))
        .await
        .expect("they are read");
    assert_eq!(changes[0].new.revision.as_deref(), Some(&*revision));
}
