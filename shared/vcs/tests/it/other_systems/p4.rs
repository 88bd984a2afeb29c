//! A Perforce client, by a stand-in for `p4`.

use super::rig::{Thing, apply, file, put, refused, remarks, tree, wanted, whole};
use super::standin::Standin;
use std::path::Path;
use tempfile::TempDir;
use vcs::working_copy::{Carrier, System, TakeError, Wanted, take};

const OPENED: &str = "... depotFile //depot/proj/main/a
... clientFile //mine/sub/a
... rev 3
... haveRev 3
... action edit
... type text

... depotFile //depot/proj/main/new%40x
... clientFile //mine/sub/new%40x
... rev 1
... haveRev none
... action add
... type text+x

... depotFile //depot/proj/main/moved
... clientFile //mine/sub/moved
... rev 1
... haveRev none
... action move/add
... type text
... movedFile //depot/proj/main/b

... depotFile //depot/proj/main/b
... clientFile //mine/sub/b
... rev 2
... haveRev 2
... action move/delete
... type text
... movedFile //depot/proj/main/moved

";

const FILES: &str = "... depotFile //depot/proj/main/a
... rev 3
... type text+x

... depotFile //depot/proj/main/b
... rev 2
... type text

... depotFile //depot/proj/main/c
... rev 1
... type symlink

";

/// A client's folder `sub`, and the answers of a server that knows it.
fn answers(root: &Path) -> Vec<(&'static str, Vec<u8>)> {
    let top = root.join("sub");
    let info = format!(
        "... clientName mine\n... clientRoot {}\n... serverAddress perforce:1666\n\n",
        root.display()
    );
    let reconciled = format!(
        "... depotFile //depot/proj/main/u\n... clientFile {0}/u\n... rev 1\n... action add\n... type text\n\n\
         ... depotFile //depot/proj/main/c\n... clientFile {0}/c\n... rev 1\n... action edit\n... type symlink\n\n",
        top.display()
    );
    vec![
        ("-ztag info", info.into_bytes()),
        (
            "-ztag where ./...",
            b"... depotFile //depot/proj/main/...\n... clientFile //mine/sub/...\n\n".to_vec(),
        ),
        (
            "-ztag changes -m1 ./...#have",
            b"... change 41\n... desc x\n\n".to_vec(),
        ),
        ("-ztag changes -m1 ./...#head", b"... change 43\n\n".to_vec()),
        ("-ztag opened ./...", OPENED.as_bytes().to_vec()),
        ("-ztag reconcile -n -a -e -d ./...", reconciled.into_bytes()),
        ("-ztag resolve -n ./...", b"".to_vec()),
        (
            "-ztag files //depot/proj/main/a#3 //depot/proj/main/b#2 //depot/proj/main/c#1",
            FILES.as_bytes().to_vec(),
        ),
        ("print -q //depot/proj/main/a#3", b"one\n".to_vec()),
        ("print -q //depot/proj/main/b#2", b"b\n".to_vec()),
        ("print -q //depot/proj/main/c#1", b"a\n".to_vec()),
    ]
}

fn standin(folder: &Path, answers: &[(&'static str, Vec<u8>)]) -> (Standin, Wanted) {
    let answers: Vec<(&str, &[u8])> = answers
        .iter()
        .map(|(question, answer)| (*question, answer.as_slice()))
        .collect();
    let standin = Standin::new(folder, &answers);
    let mut wanted = wanted(&folder.join("root/sub"), System::P4);
    wanted.program = Some(standin.program());
    (standin, wanted)
}

/// The folder as the opened files say.
fn desk(folder: &Path) -> std::path::PathBuf {
    let root = folder.join("root");
    let top = root.join("sub");
    put(&top, b"a", &file("ONE\n"));
    put(&top, b"new@x", &Thing::File(b"n\n".to_vec(), true));
    put(&top, b"moved", &file("b\n"));
    put(&top, b"c", &Thing::Link(b"moved".to_vec()));
    put(&top, b"u", &file("u\n"));
    root
}

#[tokio::test]
async fn base_and_patch_make_the_tree_of_the_client() {
    let scratch = TempDir::new().expect("folder");
    let root = desk(scratch.path());
    let (standin, wanted) = standin(scratch.path(), &answers(&root));
    let taken = take(wanted)
        .await
        .unwrap_or_else(|error| panic!("{error}\n{}", standin.asked()));
    assert_eq!(
        (taken.branch.as_deref(), taken.repository.as_str()),
        (Some("proj/main"), "perforce:1666")
    );
    let base = &taken.base;
    assert_eq!(
        (base.revision.as_deref(), base.newest.as_deref()),
        (Some("41"), Some("43"))
    );
    assert!(
        remarks(&taken).contains("c was changed without having been opened"),
        "{}",
        remarks(&taken)
    );
    let made = scratch.path().join("made");
    put(&made, b"a", &Thing::File(b"one\n".to_vec(), true));
    put(&made, b"b", &file("b\n"));
    put(&made, b"c", &Thing::Link(b"a".to_vec()));
    apply(&made, &whole(&taken, Carrier::Own));
    assert_eq!(tree(&made, ".p4"), tree(&root.join("sub"), ".p4"));
}

#[tokio::test]
async fn a_named_change_is_taken_and_other_names_are_refused() {
    let scratch = TempDir::new().expect("folder");
    let root = desk(scratch.path());
    let (_, wanted) = standin(scratch.path(), &answers(&root));
    let mut named = wanted.clone();
    named.base = Some("@40".to_owned());
    let taken = take(named).await.expect("a change");
    assert_eq!(taken.base.revision.as_deref(), Some("40"));
    let mut nonsense = wanted;
    nonsense.base = Some("-x".to_owned());
    assert_eq!(refused(nonsense).await, TakeError::NoRevision("-x".to_owned()));
}

#[tokio::test]
async fn without_a_login_the_words_of_the_server_are_told() {
    let scratch = TempDir::new().expect("folder");
    desk(scratch.path());
    let script = "echo 'Perforce password (P4PASSWD) invalid or unset.' >&2; exit 1";
    let mut wanted = wanted(&scratch.path().join("root/sub"), System::P4);
    wanted.program = Some(Standin::script(scratch.path(), script).program());
    let error = refused(wanted).await.to_string();
    assert!(
        error.ends_with("info failed: Perforce password (P4PASSWD) invalid or unset."),
        "{error}"
    );
}

#[tokio::test]
async fn a_folder_outside_of_the_client_is_refused() {
    let scratch = TempDir::new().expect("folder");
    desk(scratch.path());
    let (_, wanted) = standin(scratch.path(), &answers(Path::new("/elsewhere")));
    let error = refused(wanted).await.to_string();
    assert!(
        error.contains("is not below the root /elsewhere of the client mine"),
        "{error}"
    );
}
