//! CVS working copies.

use super::generated::{self, Can, Tool};
use super::rig::{
    Tree, apply_by_patch, conflicts, file, put, refused, remarks, run, taken, text, tree, try_run, wanted, whole,
};
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use vcs::working_copy::{Carrier, System, TakeError, Taken};

struct Cvs;

impl Tool for Cvs {
    fn system(&self) -> System {
        System::Cvs
    }

    fn programs(&self) -> &'static [&'static str] {
        &["cvs"]
    }

    fn administration(&self) -> &'static str {
        "CVS"
    }

    fn can(&self) -> Can {
        Can::default()
    }

    fn committed(&self, folder: &Path, tree: &Tree) -> PathBuf {
        let server = folder.join("server");
        std::fs::create_dir_all(&server).expect("folder");
        let server = text(&server);
        run(folder, "cvs", &["-d", server, "init"]);
        let first = folder.join("first");
        std::fs::create_dir_all(&first).expect("folder");
        for (name, thing) in tree {
            put(&first, name, thing);
        }
        let words = [
            "-Q", "-d", server, "import", "-kb", "-I", "!", "-m", "the base", "module", "v", "r",
        ];
        run(&first, "cvs", &words);
        run(folder, "cvs", &["-Q", "-d", server, "checkout", "-d", "mine", "module"]);
        folder.join("mine")
    }

    fn add(&self, top: &Path, names: &[&str]) {
        for name in names {
            let mut end = 0;
            while let Some(slash) = name[end..].find('/') {
                end += slash;
                try_run(top, "cvs", &["-Q", "add", "--", &name[..end]]);
                end += 1;
            }
            run(top, "cvs", &["-Q", "add", "-kb", "--", name]);
        }
    }

    fn remove(&self, top: &Path, names: &[&str]) {
        for name in names {
            run(top, "cvs", &["-Q", "remove", "-f", "--", name]);
        }
    }

    fn rename(&self, _top: &Path, _from: &str, _to: &str) {}

    fn export(&self, _top: &Path, taken: &Taken, folder: &Path) -> PathBuf {
        let time = taken.base.revision.as_deref().expect("a base");
        let mut words = vec!["-Q", "-d", &taken.repository, "checkout", "-d", "made", "-D", time];
        if let Some(branch) = &taken.branch {
            words.extend(["-r", branch]);
        }
        words.push("module");
        run(folder, "cvs", &words);
        folder.join("made")
    }
}

/// A checkout of a module.
fn desk() -> Option<(TempDir, PathBuf)> {
    let files = [
        ("a", "one\ntwo\nthree\n"),
        ("b", "b\n"),
        ("c/d", "$Id$\nd\n"),
        ("c/e", "e\n"),
    ];
    let (scratch, top) = generated::desk(&Cvs, &files)?;
    // Keywords of this file are to be expanded.
    run(&top, "cvs", &["-Q", "admin", "-kkv", "c/d"]);
    run(&top, "cvs", &["-Q", "update", "-A", "c/d"]);
    Some((scratch, top))
}

#[test]
fn base_and_patch_make_the_tree_of_the_working_copy() {
    generated::run(&Cvs, 2);
}

#[tokio::test]
async fn keywords_untracked_and_ignored_files_are_as_in_cvs() {
    let Some((scratch, top)) = desk() else { return };
    let expanded = std::fs::read_to_string(top.join("c/d")).expect("file");
    assert!(expanded.starts_with("$Id: d,v 1.1"), "{expanded}");
    put(&top, b"c/d", &file(format!("{expanded}more\n")));
    put(&top, b"new/n", &file("n\n"));
    put(&top, b"new/n.o", &file("o\n"));
    put(&top, b"x.own", &file("x\n"));
    put(&top, b".cvsignore", &file("*.own\n"));
    let taken = taken(&top, System::Cvs).await;
    let untracked: Vec<&[u8]> = taken.untracked.iter().map(|file| file.path.as_slice()).collect();
    assert_eq!(untracked, [b".cvsignore".as_slice(), b"new/n"]);
    assert_eq!(Path::new(&taken.repository), scratch.path().join("server"));
    assert_eq!((taken.branch.clone(), taken.files.len()), (None, 1));
    let made = Cvs.export(&top, &taken, scratch.path());
    apply_by_patch(&made, &whole(&taken, Carrier::Patch));
    for name in ["new/n.o", "x.own"] {
        std::fs::remove_file(top.join(name)).expect("file");
    }
    assert_eq!(tree(&made, "CVS"), tree(&top, "CVS"));
}

#[tokio::test]
async fn a_file_that_was_only_touched_is_no_change() {
    let Some((_scratch, top)) = desk() else { return };
    let later = std::time::SystemTime::now() + std::time::Duration::from_secs(3600);
    let touched = std::fs::File::options().write(true).open(top.join("a")).expect("file");
    touched.set_modified(later).expect("time");
    let taken = taken(&top, System::Cvs).await;
    assert_eq!(taken.files, []);
}

#[tokio::test]
async fn the_base_is_a_time_after_the_own_commits_and_on_the_own_branch() {
    let Some((scratch, top)) = desk() else { return };
    run(&top, "cvs", &["-Q", "tag", "-b", "side"]);
    run(&top, "cvs", &["-Q", "update", "-r", "side"]);
    put(&top, b"a", &file("on the side\n"));
    run(&top, "cvs", &["-Q", "commit", "-m", "side"]);
    put(&top, b"b", &file("B\n"));
    let taken = taken(&top, System::Cvs).await;
    assert_eq!((taken.branch.as_deref(), remarks(&taken).as_str()), (Some("side"), ""));
    let made = Cvs.export(&top, &taken, scratch.path());
    apply_by_patch(&made, &whole(&taken, Carrier::Patch));
    assert_eq!(tree(&made, "CVS"), tree(&top, "CVS"));
}

#[tokio::test]
async fn newer_revisions_and_conflicts_are_told() {
    let Some((scratch, top)) = desk() else { return };
    let server = scratch.path().join("server");
    run(
        scratch.path(),
        "cvs",
        &["-Q", "-d", text(&server), "checkout", "-d", "other", "module"],
    );
    let other = scratch.path().join("other");
    put(&other, b"a", &file("theirs\n"));
    run(&other, "cvs", &["-Q", "commit", "-m", "theirs"]);
    put(&top, b"a", &file("mine\n"));
    let stale = taken(&top, System::Cvs).await;
    assert_eq!(remarks(&stale), "The server has newer revisions of a.");
    let made = Cvs.export(&top, &stale, scratch.path());
    apply_by_patch(&made, &whole(&stale, Carrier::Patch));
    assert_eq!(tree(&made, "CVS"), tree(&top, "CVS"));
    put(&other, b"c/d", &file("their d\n"));
    run(&other, "cvs", &["-Q", "commit", "-m", "theirs"]);
    put(&top, b"c/d", &file("my d\n"));
    try_run(&top, "cvs", &["-Q", "update", "c"]);
    let torn = taken(&top, System::Cvs).await;
    assert_eq!(conflicts(&torn), [b"c/d".as_slice()]);
}

#[tokio::test]
async fn a_server_that_is_away_is_an_error_with_its_words() {
    let Some((scratch, top)) = desk() else { return };
    std::fs::remove_dir_all(scratch.path().join("server")).expect("server");
    put(&top, b"a", &file("mine\n"));
    let error = refused(wanted(&top, System::Cvs)).await;
    assert!(matches!(error, TakeError::Failed { .. }), "{error}");
    assert!(error.to_string().contains("server"), "{error}");
}
