//! Bazaar and Breezy working trees.

use super::generated::{self, Can, Tool};
use super::rig::{
    Tree, apply_by_patch, conflicts, file, put, refused, remarks, run, taken, text, tree, try_run, wanted, whole,
};
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use vcs::working_copy::{Carrier, FileKind, System, TakeError, Taken};

struct Bzr;

impl Tool for Bzr {
    fn system(&self) -> System {
        System::Bzr
    }

    fn programs(&self) -> &'static [&'static str] {
        &["brz"]
    }

    fn administration(&self) -> &'static str {
        ".bzr"
    }

    fn can(&self) -> Can {
        Can {
            modes: true,
            links: true,
            renames: true,
        }
    }

    fn committed(&self, folder: &Path, tree: &Tree) -> PathBuf {
        run(folder, "brz", &["init", "-q", "server"]);
        let server = folder.join("server");
        for (name, thing) in tree {
            put(&server, name, thing);
        }
        run(&server, "brz", &["add", "-q"]);
        run(&server, "brz", &["commit", "-q", "-m", "the base"]);
        run(folder, "brz", &["branch", "-q", "server", "mine"]);
        folder.join("mine")
    }

    fn add(&self, top: &Path, names: &[&str]) {
        run(top, "brz", &[&["add", "-q", "--"], names].concat());
    }

    fn remove(&self, top: &Path, names: &[&str]) {
        run(top, "brz", &[&["remove", "-q", "--no-backup", "--"], names].concat());
    }

    fn rename(&self, top: &Path, from: &str, to: &str) {
        std::fs::create_dir_all(top.join(to).parent().expect("folder")).expect("folder");
        try_run(top, "brz", &["add", "-q", "--no-recurse", "moved"]);
        run(top, "brz", &["move", "-q", "--", from, to]);
    }

    fn export(&self, top: &Path, taken: &Taken, folder: &Path) -> PathBuf {
        let revision = taken.base.revision.as_deref().expect("a base");
        run(folder, "brz", &["branch", "-q", "-r", revision, text(top), "made"]);
        folder.join("made")
    }
}

/// A branch of a branch with one revision.
fn desk() -> Option<(TempDir, PathBuf)> {
    let files = [
        ("a", "one\ntwo\nthree\n"),
        ("b", "b\n"),
        ("c/d", "d\n"),
        (".bzrignore", "*.o\n"),
    ];
    generated::desk(&Bzr, &files)
}

#[test]
fn base_and_patch_make_the_tree_of_the_working_copy() {
    generated::run(&Bzr, 1);
}

#[tokio::test]
async fn own_revisions_moved_folders_and_ignore_files_are_in_the_change() {
    let Some((scratch, top)) = desk() else { return };
    let base = run(&top, "brz", &["revision-info"]);
    put(&top, b"a", &file("one\ntwo\nTHREE\n"));
    run(&top, "brz", &["commit", "-q", "-m", "louder"]);
    run(&top, "brz", &["move", "-q", "c", "moved"]);
    put(&top, b".bzrignore", &file("*.o\n*.x\n"));
    put(&top, b"new/n", &file("n\n"));
    put(&top, b"ignored.x", &file("x\n"));
    let taken = taken(&top, System::Bzr).await;
    let id = base.split(' ').nth(1).expect("an id");
    assert_eq!(taken.base.revision.as_deref(), Some(format!("revid:{id}").as_str()));
    assert_eq!((taken.base.ahead, taken.base.behind), (1, Some(0)));
    assert_eq!(taken.branch.as_deref(), Some("server"));
    assert_eq!(Path::new(&taken.repository), scratch.path().join("server"));
    let files: Vec<_> = taken
        .files
        .iter()
        .map(|file| (file.path.as_slice(), file.kind))
        .collect();
    let expected: [(&[u8], FileKind); 3] = [
        (b".bzrignore", FileKind::Modified),
        (b"a", FileKind::Modified),
        (b"moved/d", FileKind::Renamed),
    ];
    assert_eq!(files, expected);
    assert_eq!(taken.untracked.len(), 1);
    let made = Bzr.export(&top, &taken, scratch.path());
    apply_by_patch(&made, &whole(&taken, Carrier::Patch));
    std::fs::remove_file(top.join("ignored.x")).expect("file");
    assert_eq!(tree(&made, ".bzr"), tree(&top, ".bzr"));
}

#[tokio::test]
async fn a_conflict_and_what_is_newer_are_told() {
    let Some((scratch, top)) = desk() else { return };
    let server = scratch.path().join("server");
    put(&server, b"a", &file("theirs\n"));
    run(&server, "brz", &["commit", "-q", "-m", "theirs"]);
    put(&top, b"a", &file("mine\n"));
    run(&top, "brz", &["commit", "-q", "-m", "mine"]);
    let apart = taken(&top, System::Bzr).await;
    let newest = run(&server, "brz", &["revision-info"]);
    let id = newest.split(' ').nth(1).expect("an id");
    assert_eq!(apart.base.newest, Some(format!("revid:{id}")));
    try_run(&top, "brz", &["merge", "-q"]);
    let merged = taken(&top, System::Bzr).await;
    assert_eq!(conflicts(&merged), [b"a".as_slice()]);
}

#[tokio::test]
async fn a_checkout_starts_from_its_revision_and_a_lone_branch_says_so() {
    let Some((scratch, _)) = desk() else { return };
    run(
        scratch.path(),
        "brz",
        &["checkout", "-q", "--lightweight", "server", "light"],
    );
    let light = taken(&scratch.path().join("light"), System::Bzr).await;
    assert_eq!(
        (light.branch.as_deref(), light.base.words.as_str()),
        (Some("server"), "revision 1")
    );
    assert_eq!(remarks(&light), "");
    let alone = taken(&scratch.path().join("server"), System::Bzr).await;
    assert!(remarks(&alone).contains("has no parent"), "{}", remarks(&alone));
    run(scratch.path(), "brz", &["init", "-q", "empty"]);
    let error = refused(wanted(&scratch.path().join("empty"), System::Bzr)).await;
    assert!(matches!(error, TakeError::NoBase { .. }), "{error}");
}
