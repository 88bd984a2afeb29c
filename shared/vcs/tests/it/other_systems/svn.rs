//! Subversion working copies.

use super::generated::{self, Can, Tool};
use super::rig::{
    Thing, Tree, apply, apply_by_patch, conflicts, file, place, put, refused, remarks, run, taken, text, tree, try_run,
    wanted, whole,
};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use vcs::working_copy::{Carrier, FileKind, System, TakeError, Taken, take};

struct Svn;

/// A name so that an `@` in it begins no revision.
fn pegged(name: &str) -> String {
    format!("./{name}@")
}

impl Tool for Svn {
    fn system(&self) -> System {
        System::Svn
    }

    fn programs(&self) -> &'static [&'static str] {
        &["svn", "svnadmin"]
    }

    fn administration(&self) -> &'static str {
        ".svn"
    }

    fn can(&self) -> Can {
        Can {
            modes: true,
            links: true,
            renames: true,
        }
    }

    fn committed(&self, folder: &Path, tree: &Tree) -> PathBuf {
        run(folder, "svnadmin", &["create", "server"]);
        let trunk = format!("{}/trunk", address(folder));
        run(folder, "svn", &["mkdir", "-q", "-m", "trunk", &trunk]);
        run(folder, "svn", &["checkout", "-q", &trunk, "mine"]);
        let top = folder.join("mine");
        for (name, thing) in tree {
            put(&top, name, thing);
        }
        run(&top, "svn", &["add", "-q", "--force", "."]);
        run(&top, "svn", &["commit", "-q", "-m", "the base"]);
        run(&top, "svn", &["update", "-q"]);
        top
    }

    fn add(&self, top: &Path, names: &[&str]) {
        for name in names {
            run(top, "svn", &["add", "-q", "--parents", &pegged(name)]);
        }
    }

    fn remove(&self, top: &Path, names: &[&str]) {
        for name in names {
            run(top, "svn", &["remove", "-q", &pegged(name)]);
        }
    }

    fn rename(&self, top: &Path, from: &str, to: &str) {
        run(top, "svn", &["move", "-q", "--parents", &pegged(from), &pegged(to)]);
    }

    fn mode_changed(&self, top: &Path, name: &str, executable: bool) {
        let name = pegged(name);
        let words: &[&str] = match executable {
            true => &["propset", "-q", "svn:executable", "*", &name],
            false => &["propdel", "-q", "svn:executable", &name],
        };
        run(top, "svn", words);
    }

    fn export(&self, _top: &Path, taken: &Taken, folder: &Path) -> PathBuf {
        let branch = taken.branch.as_deref().expect("a branch");
        let revision = taken.base.revision.as_deref().expect("a base");
        let url = format!("{}/{branch}", taken.repository);
        run(folder, "svn", &["checkout", "-q", "-r", revision, &url, "made"]);
        folder.join("made")
    }
}

fn address(folder: &Path) -> String {
    format!("file://{}/server", text(folder))
}

/// A working copy of `trunk`, in one revision.
fn desk() -> Option<(TempDir, PathBuf)> {
    let files = [("a", "one\ntwo\nthree\n"), ("b", "b\n"), ("c/d", "d\n"), ("c/e", "e\n")];
    generated::desk(&Svn, &files)
}

#[test]
fn base_and_patch_make_the_tree_of_the_working_copy() {
    generated::run(&Svn, 2);
}

#[tokio::test]
async fn branch_repository_and_base_are_those_of_the_checkout() {
    let Some((scratch, top)) = desk() else { return };
    put(&top, b"a", &file("one\nTWO\nthree\n"));
    put(&top, b"new/file", &file("n\n"));
    put(&top, b"new/file.o", &file("o\n"));
    let taken = taken(&top, System::Svn).await;
    assert_eq!(taken.repository, address(scratch.path()));
    assert_eq!(taken.branch.as_deref(), Some("trunk"));
    assert_eq!(
        (taken.base.revision.as_deref(), taken.base.behind),
        (Some("2"), Some(0))
    );
    assert_eq!(taken.base.words, "revision 2 of trunk");
    let untracked: Vec<&[u8]> = taken.untracked.iter().map(|file| file.path.as_slice()).collect();
    assert_eq!(untracked, [b"new/file".as_slice()]);
    assert_eq!(remarks(&taken), "");
    let made = Svn.export(&top, &taken, scratch.path());
    apply_by_patch(&made, &whole(&taken, Carrier::Patch));
    std::fs::remove_file(place(&top, b"new/file.o")).expect("file");
    assert_eq!(tree(&made, ".svn"), tree(&top, ".svn"));
}

#[tokio::test]
async fn keywords_folders_and_replaced_files_come_over() {
    let Some((scratch, top)) = desk() else { return };
    put(&top, b"key", &file("$Id$\n$Revision$\nx\n"));
    run(&top, "svn", &["add", "-q", "key"]);
    run(&top, "svn", &["propset", "-q", "svn:keywords", "Id Revision", "key"]);
    run(&top, "svn", &["commit", "-q", "-m", "keywords"]);
    run(&top, "svn", &["update", "-q"]);
    let expanded = std::fs::read(top.join("key")).expect("file");
    put(
        &top,
        b"key",
        &Thing::File([&expanded, b"more\n".as_slice()].concat(), false),
    );
    run(&top, "svn", &["move", "-q", "c", "moved"]);
    put(&top, b"moved/e", &file("E\n"));
    run(&top, "svn", &["copy", "-q", "moved", "copied"]);
    run(&top, "svn", &["remove", "-q", "b"]);
    put(&top, b"b", &file("another b\n"));
    run(&top, "svn", &["add", "-q", "b"]);
    std::fs::remove_file(top.join("a")).expect("file");
    symlink("b", top.join("a")).expect("link");
    let taken = taken(&top, System::Svn).await;
    let moved = taken
        .files
        .iter()
        .find(|file| file.path == b"moved/d")
        .expect("moved file");
    assert_eq!(
        (moved.kind, moved.from.as_deref()),
        (FileKind::Renamed, Some(b"c/d".as_slice()))
    );
    let made = Svn.export(&top, &taken, scratch.path());
    apply(&made, &whole(&taken, Carrier::Own));
    assert_eq!(tree(&made, ".svn"), tree(&top, ".svn"));
}

#[tokio::test]
async fn a_mixed_or_stale_working_copy_names_both_revisions() {
    let Some((_scratch, top)) = desk() else { return };
    put(&top, b"a", &file("committed\n"));
    run(&top, "svn", &["commit", "-q", "-m", "mixes"]);
    let mixed = taken(&top, System::Svn).await;
    assert_eq!(mixed.base.revision.as_deref(), Some("3"));
    assert!(
        remarks(&mixed).contains("mixes revisions 2 to 3"),
        "{}",
        remarks(&mixed)
    );
    run(&top, "svn", &["update", "-q", "-r", "2"]);
    let stale = taken(&top, System::Svn).await;
    assert_eq!(
        (stale.base.revision.as_deref(), stale.base.newest.as_deref()),
        (Some("2"), Some("3"))
    );
}

#[tokio::test]
async fn what_no_patch_has_is_remarked() {
    let Some((_scratch, top)) = desk() else { return };
    run(&top, "svn", &["propset", "-q", "svn:keywords", "Id", "a"]);
    std::fs::remove_file(top.join("b")).expect("file");
    std::fs::remove_dir_all(top.join("c")).expect("folder");
    put(&top, b"c", &file("no folder\n"));
    let taken = taken(&top, System::Svn).await;
    let said = remarks(&taken);
    for part in [
        "svn:keywords of a",
        "b, c/d, c/e is not there any more",
        "c is no folder any more",
    ] {
        assert!(said.contains(part), "no '{part}' in {said}");
    }
    assert!(taken.remarks.iter().any(|remark| remark.stops));
}

#[tokio::test]
async fn a_conflict_is_told() {
    let Some((_scratch, top)) = desk() else { return };
    put(&top, b"a", &file("theirs\n"));
    run(&top, "svn", &["commit", "-q", "-m", "theirs"]);
    run(&top, "svn", &["update", "-q", "-r", "2"]);
    put(&top, b"a", &file("mine\n"));
    try_run(&top, "svn", &["update", "-q", "--accept", "postpone"]);
    let taken = taken(&top, System::Svn).await;
    assert_eq!(conflicts(&taken), [b"a".as_slice()]);
}

#[tokio::test]
async fn a_part_of_a_branch_is_remarked() {
    let Some((scratch, _)) = desk() else { return };
    let url = format!("{}/trunk/c", address(scratch.path()));
    run(scratch.path(), "svn", &["checkout", "-q", &url, "part"]);
    let taken = taken(&scratch.path().join("part"), System::Svn).await;
    assert_eq!(taken.branch.as_deref(), Some("trunk/c"));
    assert!(remarks(&taken).contains("of c in trunk"), "{}", remarks(&taken));
}

#[tokio::test]
async fn what_is_wanted_otherwise_is_taken_or_refused() {
    let Some((scratch, top)) = desk() else { return };
    let mut named = wanted(&top, System::Svn);
    (named.base, named.branch) = (Some("r1".to_owned()), Some("branches/x".to_owned()));
    let taken = take(named).await.expect("a change");
    assert_eq!(
        (taken.base.revision.as_deref(), taken.branch.as_deref()),
        (Some("1"), Some("branches/x"))
    );
    assert!(
        remarks(&taken).contains("at revision 2, not at 1"),
        "{}",
        remarks(&taken)
    );
    let mut nonsense = wanted(&top, System::Svn);
    nonsense.base = Some("--nonsense".to_owned());
    assert_eq!(refused(nonsense).await, TakeError::NoRevision("--nonsense".to_owned()));
    let mut staged = wanted(&top, System::Svn);
    staged.staged = true;
    assert_eq!(
        refused(staged).await.to_string(),
        "a staged change is not for Subversion"
    );
    let nothing = wanted(scratch.path(), System::Svn);
    let error = refused(nothing).await.to_string();
    assert!(error.starts_with("svn info failed: svn: E155007"), "{error}");
}

#[tokio::test]
async fn of_very_many_untracked_files_some_are_shown() {
    let Some((_scratch, top)) = desk() else { return };
    std::fs::create_dir(top.join("new")).expect("folder");
    for number in 0..50_001 {
        std::fs::File::create(top.join(format!("new/{number}"))).expect("file");
    }
    let taken = taken(&top, System::Svn).await;
    assert_eq!(taken.untracked.len(), 50_000);
    assert_eq!(
        remarks(&taken),
        "There are many untracked files, of which 50000 are shown."
    );
}
