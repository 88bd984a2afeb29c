//! What git changes on the way into the repository.

use super::{Team, kinds, remarks};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use vcs::working_copy::{Carrier, Chosen, Diff, Taken};

/// The tree that git itself makes of everything.
fn tree_by_git(team: &Team) -> String {
    team.git(&["add", "-A"]);
    team.git(&["write-tree"])
}

fn patch(taken: &Taken) -> Diff {
    let all = Chosen {
        files: None,
        untracked: (0..taken.untracked.len()).collect(),
    };
    taken.diff(&all, Carrier::Git).expect("a patch")
}

#[tokio::test]
async fn line_ends_are_those_that_git_stores() {
    let team = Team::new(&[
        (".gitattributes", "*.txt text=auto\nraw.txt -text\n"),
        ("a.txt", "a\nb\n"),
        ("raw.txt", "a\r\n"),
    ]);
    // In the index with carriage returns: git leaves such a file as it is.
    team.git(&["config", "core.autocrlf", "false"]);
    team.write("kept.txt", "a\r\nb\r\n");
    let blob = team.git(&["hash-object", "-w", "--no-filters", "kept.txt"]);
    team.git(&[
        "update-index",
        "--add",
        "--cacheinfo",
        &format!("100644,{blob},kept.txt"),
    ]);
    team.git(&["commit", "-q", "-m", "with returns"]);
    team.git(&["push", "-q", "origin", "main"]);
    team.git(&["config", "core.autocrlf", "true"]);
    // Of other lengths: git may not see an edit of the same length in the second in which it kept its index.
    team.write("a.txt", "a\r\nB\r\n");
    team.write("kept.txt", "a\r\nB!\r\n");
    team.write("raw.txt", "A!\r\n");
    team.write("new.txt", "n\r\nn\r\n");
    team.write("new binary", "n\r\n\0");
    let taken = team.take().await;
    let diff = patch(&taken);
    let (tree, built) = team.applied(&taken, &diff);
    let content = |name: &str| built[std::path::Path::new(name)].1.clone();
    assert_eq!(content("a.txt"), b"a\nB\n");
    assert_eq!(content("raw.txt"), b"A!\r\n");
    assert_eq!(content("new.txt"), b"n\nn\n");
    assert_eq!(content("new binary"), b"n\r\n\0");
    assert_eq!(diff.tree.as_ref(), Some(&tree));
    assert_eq!(tree, tree_by_git(&team));
}

#[tokio::test]
async fn a_file_of_which_only_the_line_ends_look_different_is_not_there() {
    let team = Team::new(&[("a", "a\nb\n")]);
    team.git(&["config", "core.autocrlf", "true"]);
    team.write("a", "a\r\nb\r\n");
    assert_eq!(kinds(&team.take().await), []);
}

#[tokio::test]
async fn filters_of_ones_own_are_run() {
    let team = Team::new(&[(
        ".gitattributes",
        "*.up filter=case\n*.id ident\n*.wide working-tree-encoding=UTF-16LE\n",
    )]);
    team.git(&["config", "filter.case.clean", "tr a-z A-Z"]);
    team.git(&["config", "filter.case.required", "true"]);
    team.write("a.up", "first\n");
    team.write("b.id", "$Id$\n");
    team.commit("filtered");
    team.git(&["push", "-q", "origin", "main"]);
    team.write("a.up", "two\n");
    team.write("b.id", "$Id: 123 $\nmore\n");
    team.write("new.up", "new\n");
    team.write("large.up", "x\n".repeat(1 << 20));
    team.write("c.wide", b"a\0\n\0");
    let taken = team.take().await;
    let diff = patch(&taken);
    let (tree, built) = team.applied(&taken, &diff);
    let content = |name: &str| String::from_utf8_lossy(&built[std::path::Path::new(name)].1).into_owned();
    assert_eq!(
        (content("a.up").as_str(), content("new.up").as_str()),
        ("TWO\n", "NEW\n")
    );
    assert!(content("large.up").starts_with("X\nX\n"));
    assert_eq!(diff.tree.as_ref(), Some(&tree));
    assert_eq!(tree, tree_by_git(&team));
}

#[tokio::test]
async fn no_hook_hears_of_it() {
    let team = Team::new(&[(".gitattributes", "*.up filter=case\n"), ("a", "a\n"), ("a.up", "A\n")]);
    team.git(&["config", "filter.case.clean", "tr a-z A-Z"]);
    let [hook, heard] = ["work/.git/hooks/post-index-change", "heard"].map(|name| team.folder.path().join(name));
    std::fs::create_dir_all(hook.parent().expect("hooks")).expect("folder");
    std::fs::write(&hook, format!("#!/bin/sh\ntouch '{}'\n", heard.display())).expect("hook");
    std::fs::set_permissions(&hook, PermissionsExt::from_mode(0o755)).expect("mode");
    team.write("a", "a\n");
    team.write("a.up", "more\n");
    let taken = team.take().await;
    assert_eq!(kinds(&taken).len(), 1);
    assert!(!heard.exists(), "it was run");
    team.git(&["add", "a.up"]);
    assert!(heard.exists(), "it is run by what writes the repository's index");
}

#[tokio::test]
async fn a_filtered_file_that_is_as_it_was_is_not_there_whatever_is_staged() {
    let team = Team::new(&[(".gitattributes", "*.up filter=case\n")]);
    team.git(&["config", "filter.case.clean", "tr a-z A-Z"]);
    let names: [&[u8]; 2] = [b"a.up", b"latin-\xfc\n.up"];
    let write = |text: &str| {
        for name in names {
            std::fs::write(team.work.join(OsStr::from_bytes(name)), text).expect("file");
        }
    };
    write("one\n");
    team.commit("filtered");
    team.git(&["push", "-q", "origin", "main"]);
    write("two\n");
    team.git(&["add", "-A"]);
    write("one\n");
    assert_eq!(kinds(&team.take().await), []);
}

#[tokio::test]
async fn that_only_a_pointer_goes_along_is_said() {
    let team = Team::new(&[(".gitattributes", "*.big filter=lfs\n")]);
    let pointer = "version https://git-lfs.github.com/spec/v1\\noid sha256:00\\nsize 1\\n";
    let clean = format!("sh -c 'cat >/dev/null; printf \"{pointer}\"'");
    team.git(&["config", "filter.lfs.clean", &clean]);
    team.write("a.big", "content\n");
    team.git(&["add", "a.big"]);
    let taken = team.take().await;
    let said = "Git LFS keeps the content of a.big, and only its pointer goes along";
    assert!(remarks(&taken).iter().any(|text| text == said), "{:?}", remarks(&taken));
    assert!(patch(&taken).body.ends_with(b"+size 1\n"));
}

#[tokio::test]
async fn modes_count_only_where_git_is_told_so() {
    let team = Team::new(&[("a", "a\n"), ("run", "r\n")]);
    std::fs::set_permissions(team.work.join("a"), PermissionsExt::from_mode(0o755)).expect("mode");
    assert_eq!(kinds(&team.take().await).len(), 1);
    team.git(&["config", "core.fileMode", "false"]);
    assert_eq!(kinds(&team.take().await), []);
    team.write("a", "b\n");
    let taken = team.take().await;
    let (_, built) = team.applied(&taken, &patch(&taken));
    assert_eq!(built[std::path::Path::new("a")], (0, b"b\n".to_vec()));
}
