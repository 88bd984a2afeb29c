//! Darcs working trees.

use super::generated::{self, Can, Tool};
use super::rig::{Tree, apply_by_patch, file, put, refused, remarks, run, taken, text, tree, wanted, whole};
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use vcs::working_copy::{Carrier, System, TakeError, Taken};

struct Darcs;

const RECORD: [&str; 6] = ["record", "-q", "-a", "-A", "ann@example.org", "-m"];

impl Tool for Darcs {
    fn system(&self) -> System {
        System::Darcs
    }

    fn programs(&self) -> &'static [&'static str] {
        &["darcs"]
    }

    fn administration(&self) -> &'static str {
        "_darcs"
    }

    fn can(&self) -> Can {
        Can {
            renames: true,
            ..Can::default()
        }
    }

    fn committed(&self, folder: &Path, tree: &Tree) -> PathBuf {
        run(folder, "darcs", &["initialize", "-q", "server"]);
        let server = folder.join("server");
        for (name, thing) in tree {
            put(&server, name, thing);
        }
        run(&server, "darcs", &["add", "-q", "-r", "--reserved-ok", "--boring", "."]);
        run(&server, "darcs", &[&RECORD[..], &["the base"]].concat());
        run(folder, "darcs", &["clone", "-q", "server", "mine"]);
        folder.join("mine")
    }

    fn add(&self, top: &Path, names: &[&str]) {
        run(top, "darcs", &[&["add", "-q", "--"], names].concat());
    }

    fn remove(&self, top: &Path, names: &[&str]) {
        // What is deleted is deleted for Darcs too.
        for name in names {
            std::fs::remove_file(top.join(name)).expect("file");
        }
    }

    fn rename(&self, top: &Path, from: &str, to: &str) {
        std::fs::create_dir_all(top.join(to).parent().expect("folder")).expect("folder");
        super::rig::try_run(top, "darcs", &["add", "-q", "moved"]);
        run(top, "darcs", &["move", "-q", "--reserved-ok", "--", from, to]);
    }

    fn export(&self, top: &Path, taken: &Taken, folder: &Path) -> PathBuf {
        let context = folder.join("context");
        std::fs::write(&context, taken.base.revision.as_deref().expect("a base")).expect("context");
        let from = if taken.repository.is_empty() {
            text(top)
        } else {
            &taken.repository
        };
        let context = format!("--context={}", text(&context));
        run(
            folder,
            "darcs",
            &["clone", "-q", "--no-set-scripts-executable", &context, from, "made"],
        );
        folder.join("made")
    }
}

/// A clone of a repository with one patch.
fn desk() -> Option<(TempDir, PathBuf)> {
    let files = [("a", "one\ntwo\nthree\n"), ("b", "b\n"), ("c/d", "d\n")];
    generated::desk(&Darcs, &files)
}

#[test]
fn base_and_patch_make_the_tree_of_the_working_copy() {
    generated::run(&Darcs, 4);
}

#[tokio::test]
async fn own_patches_between_those_of_others_are_in_the_change() {
    let Some((scratch, top)) = desk() else { return };
    put(&top, b"a", &file("one\ntwo\nTHREE\n"));
    run(&top, "darcs", &[&RECORD[..], &["louder"]].concat());
    let server = scratch.path().join("server");
    put(&server, b"b", &file("their b\n"));
    run(&server, "darcs", &[&RECORD[..], &["theirs"]].concat());
    run(&top, "darcs", &["pull", "-q", "-a"]);
    run(&top, "darcs", &["move", "-q", "c", "moved"]);
    put(&top, b"moved/d", &file("D\n"));
    put(&top, b"new", &file("n\n"));
    put(&top, b"x.o", &file("boring\n"));
    let taken = taken(&top, System::Darcs).await;
    assert_eq!((taken.base.ahead, taken.files.len(), taken.untracked.len()), (1, 2, 1));
    let context = taken.base.revision.as_deref().expect("a base");
    assert!(context.contains("[theirs") && !context.contains("[louder"), "{context}");
    assert_eq!(Path::new(&taken.repository), server);
    let made = Darcs.export(&top, &taken, scratch.path());
    apply_by_patch(&made, &whole(&taken, Carrier::Patch));
    std::fs::remove_file(top.join("x.o")).expect("file");
    assert_eq!(tree(&made, "_darcs"), tree(&top, "_darcs"));
}

#[tokio::test]
async fn without_a_default_repository_all_patches_are_the_base() {
    let Some((scratch, _)) = desk() else { return };
    let alone = scratch.path().join("server");
    put(&alone, b"a", &file("other\n"));
    let taken = taken(&alone, System::Darcs).await;
    assert_eq!((taken.files.len(), taken.base.words.as_str()), (1, "1 patch"));
    assert!(remarks(&taken).contains("no default repository"), "{}", remarks(&taken));
    let mut unknown = wanted(&alone, System::Darcs);
    unknown.base = Some("0000".to_owned());
    assert_eq!(refused(unknown).await, TakeError::NoRevision("0000".to_owned()));
}
