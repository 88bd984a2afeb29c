//! Mercurial working copies.

use super::generated::{self, Can, Tool};
use super::rig::{
    Thing, Tree, apply, apply_by_patch, conflicts, desk_of, file, lacks, put, refused, remarks, run, taken, text, tree,
    try_run, wanted, whole,
};
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use vcs::working_copy::{Carrier, Chosen, ChosenFile, FileKind, System, TakeError, Taken, Unfit};

struct Hg;

impl Tool for Hg {
    fn system(&self) -> System {
        System::Hg
    }

    fn programs(&self) -> &'static [&'static str] {
        &["hg"]
    }

    fn administration(&self) -> &'static str {
        ".hg"
    }

    fn can(&self) -> Can {
        Can {
            modes: true,
            links: true,
            renames: true,
        }
    }

    fn committed(&self, folder: &Path, tree: &Tree) -> PathBuf {
        run(folder, "hg", &["init", "server"]);
        run(folder, "hg", &["clone", "-q", "server", "mine"]);
        let top = folder.join("mine");
        for (name, thing) in tree {
            put(&top, name, thing);
        }
        run(&top, "hg", &["addremove", "-q"]);
        run(&top, "hg", &["commit", "-m", "the base"]);
        run(&top, "hg", &["push", "-q"]);
        top
    }

    fn add(&self, top: &Path, names: &[&str]) {
        run(top, "hg", &[&["add", "--"], names].concat());
    }

    fn remove(&self, top: &Path, names: &[&str]) {
        run(top, "hg", &[&["remove", "--"], names].concat());
    }

    fn rename(&self, top: &Path, from: &str, to: &str) {
        run(top, "hg", &["rename", "--", from, to]);
    }

    fn export(&self, _top: &Path, taken: &Taken, folder: &Path) -> PathBuf {
        let revision = taken.base.revision.as_deref().expect("a base");
        run(folder, "hg", &["clone", "-q", "-u", revision, "server", "made"]);
        folder.join("made")
    }
}

/// A working copy with one public changeset.
fn desk() -> Option<(TempDir, PathBuf)> {
    let files = [("a", "one\ntwo\nthree\n"), ("b", "b\n"), ("c/d", "d\n")];
    generated::desk(&Hg, &files)
}

#[test]
fn base_and_patch_make_the_tree_of_the_working_copy() {
    generated::run(&Hg, 2);
}

#[tokio::test]
async fn own_changesets_are_part_of_the_change() {
    let Some((scratch, top)) = desk() else { return };
    let public = run(&top, "hg", &["log", "-r", ".", "-T", "{node}"]);
    put(&top, b"a", &file("one\ntwo\nTHREE\n"));
    run(&top, "hg", &["commit", "-m", "louder"]);
    put(&top, b"b", &file("B\n"));
    put(&top, b"new", &file("n\n"));
    let taken = taken(&top, System::Hg).await;
    assert_eq!(taken.base.revision.as_deref(), Some(public.as_str()));
    assert_eq!((taken.base.ahead, taken.base.behind), (1, Some(0)));
    assert_eq!(taken.branch.as_deref(), Some("default"));
    assert_eq!(taken.repository, text(&scratch.path().join("server")));
    assert_eq!(taken.comment, "louder");
    let committed: Vec<bool> = taken.files.iter().map(|file| file.committed).collect();
    assert_eq!(committed, [true, false]);
    assert_eq!(taken.untracked.len(), 1);
    let made = Hg.export(&top, &taken, scratch.path());
    apply_by_patch(&made, &whole(&taken, Carrier::Patch));
    assert_eq!(tree(&made, ".hg"), tree(&top, ".hg"));
}

#[tokio::test]
async fn what_the_server_has_more_is_told() {
    let Some((scratch, top)) = desk() else { return };
    run(scratch.path(), "hg", &["clone", "-q", "server", "other"]);
    let other = scratch.path().join("other");
    put(&other, b"a", &file("theirs\n"));
    run(&other, "hg", &["commit", "-m", "theirs"]);
    run(&other, "hg", &["push", "-q"]);
    run(&top, "hg", &["pull", "-q"]);
    let taken = taken(&top, System::Hg).await;
    let newest = run(&other, "hg", &["log", "-r", ".", "-T", "{node}"]);
    assert_eq!((taken.base.behind, taken.base.newest), (Some(1), Some(newest)));
}

#[tokio::test]
async fn an_unresolved_file_is_a_conflict() {
    let Some((_scratch, top)) = desk() else { return };
    put(&top, b"a", &file("mine\n"));
    run(&top, "hg", &["commit", "-m", "mine"]);
    run(&top, "hg", &["update", "-q", "0"]);
    put(&top, b"a", &file("theirs\n"));
    run(&top, "hg", &["commit", "-q", "-m", "theirs"]);
    let merged = try_run(&top, "hg", &["merge", "-q", "--tool", "internal:merge", "1"]);
    assert!(!merged.status.success(), "there is no conflict");
    let taken = taken(&top, System::Hg).await;
    assert_eq!(conflicts(&taken), [b"a".as_slice()]);
    assert!(
        remarks(&taken).contains("A merge is not committed yet"),
        "{}",
        remarks(&taken)
    );
}

#[tokio::test]
async fn a_rename_is_one_file_of_the_change() {
    let Some((_scratch, top)) = desk() else { return };
    run(&top, "hg", &["rename", "a", "z"]);
    run(&top, "hg", &["copy", "b", "copy"]);
    let taken = taken(&top, System::Hg).await;
    let [copy, moved] = taken.files.as_slice() else {
        panic!("not two files: {taken:?}");
    };
    assert_eq!((copy.path.as_slice(), copy.kind), (b"copy".as_slice(), FileKind::Added));
    assert_eq!(
        (moved.path.as_slice(), moved.kind),
        (b"z".as_slice(), FileKind::Renamed)
    );
    assert_eq!((&copy.from, moved.from.as_deref()), (&None, Some(b"a".as_slice())));
}

#[tokio::test]
async fn what_the_patch_tool_cannot_carry_is_named() {
    let Some((_scratch, top)) = desk() else { return };
    put(&top, b"a", &Thing::File(b"one\ntwo\nthree\n".to_vec(), true));
    let taken = taken(&top, System::Hg).await;
    let unfit = taken.diff(&super::rig::everything(&taken), Carrier::Patch);
    let Err(Unfit::Kinds(files)) = unfit else {
        panic!("it was carried: {unfit:?}");
    };
    assert_eq!(
        (files[0].path.as_str(), files[0].reason.as_str()),
        ("a", "its mode changes")
    );
}

#[tokio::test]
async fn without_a_public_changeset_there_is_no_base_unless_named() {
    let Some((_scratch, top)) = desk() else { return };
    run(&top, "hg", &["phase", "--force", "--draft", "0"]);
    let error = refused(wanted(&top, System::Hg)).await;
    assert_eq!(
        error.to_string(),
        "no base was found that a master can reach: no changeset here is public: nothing was pushed or pulled yet"
    );
    let mut named = wanted(&top, System::Hg);
    named.base = Some("0".to_owned());
    put(&top, b"a", &file("x\n"));
    let taken = vcs::working_copy::take(named).await.expect("a change");
    assert_eq!(taken.files.len(), 1);
    let mut unknown = wanted(&top, System::Hg);
    unknown.base = Some("nothing-like-it".to_owned());
    let error = refused(unknown).await;
    assert_eq!(error, TakeError::NoRevision("nothing-like-it".to_owned()));
}

#[tokio::test]
async fn a_repository_without_a_default_path_starts_from_its_parent() {
    if lacks("hg") {
        return;
    }
    let scratch = TempDir::new().expect("folder");
    run(scratch.path(), "hg", &["init", "empty"]);
    let top = scratch.path().join("empty");
    let error = refused(wanted(&top, System::Hg)).await;
    assert!(
        error.to_string().ends_with("the repository has no changeset yet"),
        "{error}"
    );
    let top = desk_of(scratch.path());
    put(&top, b"a", &file("b\n"));
    let taken = taken(&top, System::Hg).await;
    assert!(remarks(&taken).contains("no default path"), "{}", remarks(&taken));
    assert_eq!((taken.files.len(), taken.base.ahead), (1, 0));
    let made = scratch.path().join("made");
    run(scratch.path(), "hg", &["clone", "-q", "alone", "made"]);
    apply(&made, &whole(&taken, Carrier::Own));
    assert_eq!(tree(&made, ".hg"), tree(&top, ".hg"));
}

#[tokio::test]
async fn a_file_that_is_too_large_is_named_and_can_be_left_out() {
    let Some((_scratch, top)) = desk() else { return };
    put(&top, b"a", &file("edited\n"));
    let size = (512 << 20) + 1;
    let vast = std::fs::File::options().write(true).open(top.join("b"));
    vast.and_then(|vast| vast.set_len(size)).expect("a hole");
    let taken = taken(&top, System::Hg).await;
    assert_eq!(taken.files[1].size, size);
    let refused = taken.diff(&Chosen::default(), Carrier::Own).expect_err("too large");
    assert!(refused.to_string().starts_with("b cannot be carried"), "{refused}");
    let first = Chosen {
        files: Some(vec![ChosenFile { file: 0, hunks: None }]),
        untracked: Vec::new(),
    };
    assert_eq!(taken.diff(&first, Carrier::Own).expect("a patch").files, 1);
}
