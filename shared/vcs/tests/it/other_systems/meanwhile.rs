//! Files that are written, removed or replaced while a change is being taken.

use super::rig::{apply, file, lacks, put, remarks, run, text, tree, wanted, whole};
use super::standin::Standin;
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use vcs::working_copy::{Carrier, FileKind, System, Wanted, take};

/// A Subversion working copy in which `a` is edited, and what is wanted of it: a program that is `svn`, and does
/// something there after it has told what differs.
fn meddled(folder: &Path, words: &str) -> (PathBuf, Wanted) {
    run(folder, "svnadmin", &["create", "server"]);
    let address = format!("file://{}/server", folder.display());
    run(folder, "svn", &["checkout", "-q", &address, "mine"]);
    let top = folder.join("mine");
    put(&top, b"a", &file("a\n"));
    run(&top, "svn", &["add", "-q", "a"]);
    run(&top, "svn", &["commit", "-q", "-m", "one"]);
    run(&top, "svn", &["update", "-q"]);
    put(&top, b"a", &file("edited\n"));
    let script = format!(
        "svn \"$@\" || exit\ncase \" $* \" in *' status '*) cd '{}' && {words} ;; esac",
        text(&top)
    );
    let mut wanted = wanted(&top, System::Svn);
    wanted.program = Some(Standin::script(folder, &script).program());
    (top, wanted)
}

#[tokio::test]
async fn a_file_that_is_written_removed_or_replaced_meanwhile_goes_as_it_is_read() {
    if lacks("svnadmin") {
        return;
    }
    let cases = [
        ("echo later >a", FileKind::Modified, ""),
        (
            "rm a",
            FileKind::Deleted,
            "a is not there any more without Subversion having been told",
        ),
        ("ln -sf other a", FileKind::Retyped, ""),
    ];
    for (words, kind, remark) in cases {
        let scratch = TempDir::new().expect("folder");
        let (top, wanted) = meddled(scratch.path(), words);
        let taken = take(wanted).await.expect("a change");
        assert_eq!(taken.files[0].kind, kind, "{words}");
        assert!(remarks(&taken).contains(remark), "{words}: {}", remarks(&taken));
        let built = scratch.path().join("built");
        put(&built, b"a", &file("a\n"));
        apply(&built, &whole(&taken, Carrier::Own));
        let left = tree(&top, ".svn");
        assert_eq!(tree(&built, ".svn"), left, "{words}");
    }
}

#[tokio::test]
async fn a_file_that_is_none_any_more_stops() {
    if lacks("svnadmin") {
        return;
    }
    for words in ["rm a && mkdir a", "rm a && mkfifo a"] {
        let scratch = TempDir::new().expect("folder");
        let (_, wanted) = meddled(scratch.path(), words);
        let taken = take(wanted).await.expect("a change");
        let stops: Vec<&str> = taken
            .remarks
            .iter()
            .filter(|remark| remark.stops)
            .map(|remark| remark.text.as_str())
            .collect();
        assert_eq!(stops, ["a is a folder or a device where a file was."], "{words}");
    }
}
