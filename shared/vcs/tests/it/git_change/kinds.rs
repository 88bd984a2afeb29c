//! Every kind of change is reproduced byte for byte.

use super::{Team, files, kinds, only, remarks, text};
use crate::rig::{git, other_formats};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use vcs::working_copy::{Carrier, Chosen, ChosenFile, FileKind, LineKind, Place, Unfit, Wanted};

const LONG: &str = "one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\nten\neleven\ntwelve\nthirteen\nfourteen\n";

fn every_kind() -> Team {
    let team = Team::new(&[
        ("edited", LONG),
        ("moved", LONG),
        ("other", &LONG.replace("one", "1")),
        ("gone", "gone\n"),
        ("emptied", "text\n"),
        ("run", "#!/bin/sh\n"),
        ("windows", "a\r\nb\r\n"),
        ("unfinished", "a\nb"),
        ("retyped", "a file\n"),
        ("folder/file", "a\n"),
        ("bin", "a\0b"),
        ("\u{fc}n\"quoted\\\tname", "x\n"),
        ("same", "same\n"),
    ]);
    let work = &team.work;
    team.write("edited", LONG.replace("one", "ONE").replace("fourteen", "FOURTEEN"));
    team.git(&["mv", "moved", "elsewhere"]);
    team.write("other", LONG.replace("one", "1").replace("two", "2"));
    team.git(&["mv", "other", "a new place"]);
    std::fs::remove_file(work.join("gone")).expect("removed");
    team.write("emptied", "");
    team.write("new empty", "");
    std::fs::set_permissions(work.join("run"), PermissionsExt::from_mode(0o755)).expect("mode");
    team.write("windows", "a\r\nc\r\n");
    team.write("unfinished", "a\nb\nc");
    std::fs::remove_file(work.join("retyped")).expect("removed");
    symlink("edited", work.join("retyped")).expect("link");
    std::fs::remove_dir_all(work.join("folder")).expect("removed");
    team.write("folder", "a file now\n");
    team.write("bin", b"a\0c\xff");
    team.write("\u{fc}n\"quoted\\\tname", "y\n");
    team.write("line\nfeed", "new\n");
    std::fs::write(work.join(OsStr::from_bytes(b"latin-\xfc")), b"gr\xfcn\n").expect("file");
    symlink("nowhere", work.join("new link")).expect("link");
    team.git(&["add", "-A", "."]);
    team.write(
        "edited",
        LONG.replace("one", "ONE").replace("fourteen", "FOURTEEN, unstaged"),
    );
    team
}

#[tokio::test]
async fn every_kind_of_change_is_reproduced() {
    let team = every_kind();
    let taken = team.take().await;
    assert_eq!(
        remarks(&taken).len(),
        1,
        "the origin is a folder: {:?}",
        remarks(&taken)
    );
    let found = kinds(&taken);
    for (path, kind) in [
        ("edited", FileKind::Modified),
        ("elsewhere", FileKind::Renamed),
        ("a new place", FileKind::Renamed),
        ("gone", FileKind::Deleted),
        ("retyped", FileKind::Retyped),
        ("folder", FileKind::Added),
        ("folder/file", FileKind::Deleted),
        ("new link", FileKind::Added),
        ("run", FileKind::Modified),
    ] {
        assert!(found.contains(&(path.to_owned(), kind)), "{path} in {found:?}");
    }
    assert!(!found.iter().any(|(path, _)| path == "moved" || path == "same"));
    team.reproduces(&taken, &Chosen::default(), &files(&team.work));
}

#[tokio::test]
async fn everything_can_go() {
    let team = Team::new(&[("a", LONG), ("deep/down/b", "b\n")]);
    team.git(&["rm", "-q", "-r", "."]);
    let taken = team.take().await;
    team.reproduces(&taken, &Chosen::default(), &files(&team.work));
}

#[tokio::test]
async fn what_is_shown_of_a_file_is_true() {
    let team = every_kind();
    let taken = team.take().await;
    let file = |path: &str| {
        taken
            .files
            .iter()
            .find(|file| file.path == path.as_bytes())
            .expect("file")
    };
    let edited = file("edited");
    assert_eq!(
        (edited.added, edited.removed, edited.hunks, edited.binary),
        (2, 2, 2, false)
    );
    assert_eq!(file("run").new_mode, Some(0o100_755));
    assert_eq!((file("bin").binary, file("bin").hunks), (true, 0));
    assert_eq!(file("a new place").from.as_deref(), Some(&b"other"[..]));
    let place = taken
        .files
        .iter()
        .position(|file| file.path == b"edited")
        .expect("file");
    let hunks = taken.hunks(Place::File(place)).expect("hunks");
    let lines: Vec<_> = hunks[1]
        .lines
        .iter()
        .filter(|line| line.kind != LineKind::Context)
        .collect();
    assert_eq!(text(&lines[1].text), "FOURTEEN, unstaged");
    assert!(taken.hunks(Place::File(99)).is_err());
}

#[tokio::test]
async fn hunks_can_be_chosen() {
    let team = every_kind();
    let taken = team.take().await;
    let mut chosen = only(&taken, "edited");
    chosen.files.as_mut().expect("files")[0].hunks = Some(vec![1]);
    let diff = taken.diff(&chosen, Carrier::Git).expect("a patch");
    assert_eq!(diff.files, 1);
    let (tree, built) = team.applied(&taken, &diff);
    let content = &built[std::path::Path::new("edited")].1;
    assert_eq!(text(content), LONG.replace("fourteen", "FOURTEEN, unstaged"));
    assert_eq!(diff.tree, Some(tree));
    let file = chosen.files.as_ref().expect("files")[0].file;
    let wrong = |file, hunks| Chosen {
        files: Some(vec![ChosenFile { file, hunks }]),
        untracked: vec![],
    };
    for wrong in [wrong(file, Some(vec![2])), wrong(999, None)] {
        assert_eq!(taken.diff(&wrong, Carrier::Git), Err(Unfit::NoSuchPlace));
    }
    let nothing = Chosen {
        files: Some(vec![]),
        untracked: vec![],
    };
    assert_eq!(taken.diff(&nothing, Carrier::Git).expect("nothing").body, b"");
}

#[tokio::test]
async fn what_is_staged_can_be_taken_alone() {
    let team = Team::new(&[("both", LONG), ("unstaged", "a\n")]);
    team.write("both", LONG.replace("one", "staged"));
    team.write("new", "staged\n");
    team.git(&["add", "-A"]);
    let expected = files(&team.work);
    team.write("both", LONG.replace("one", "later"));
    std::fs::remove_file(team.work.join("new")).expect("removed");
    team.write("unstaged", "b\n");
    team.write("untracked", "c\n");
    let wanted = Wanted {
        staged: true,
        ..team.wanted()
    };
    let taken = team.take_as(wanted).await.expect("a change");
    assert_eq!(
        kinds(&taken),
        [
            ("both".to_owned(), FileKind::Modified),
            ("new".to_owned(), FileKind::Added)
        ]
    );
    assert_eq!(taken.untracked, []);
    team.reproduces(&taken, &Chosen::default(), &expected);
}

#[tokio::test]
async fn commits_of_ones_own_and_what_lies_on_top_are_one_change() {
    let team = Team::new(&[("a", LONG), ("b", "b\n"), ("c", "c\n")]);
    team.write("a", LONG.replace("one", "committed"));
    team.write("b", "back again\n");
    team.write("d", "new and gone\n");
    team.commit("mine, with a message");
    team.write("a", LONG.replace("one", "committed").replace("ten", "edited"));
    team.write("b", "b\n");
    team.write("c", "edited\n");
    std::fs::remove_file(team.work.join("d")).expect("removed");
    let taken = team.take().await;
    assert_eq!(
        kinds(&taken),
        [
            ("a".to_owned(), FileKind::Modified),
            ("c".to_owned(), FileKind::Modified)
        ]
    );
    assert_eq!((taken.base.ahead, taken.comment.as_str()), (1, "mine, with a message"));
    team.reproduces(&taken, &Chosen::default(), &files(&team.work));
    team.git(&["checkout", "-q", "."]);
    let taken = team.take().await;
    assert!(taken.files.iter().all(|file| file.committed), "{:?}", taken.files);
}

#[tokio::test]
async fn later_edits_are_not_in_what_was_taken() {
    let team = Team::new(&[("a", "a\n")]);
    team.write("a", "taken\n");
    team.write("new", "taken\n");
    let expected = files(&team.work);
    let taken = team.take().await;
    team.write("a", "later\n");
    team.write("new", "later\n");
    team.commit("later");
    let all = Chosen {
        files: None,
        untracked: vec![0],
    };
    team.reproduces(&taken, &all, &expected);
}

#[tokio::test]
async fn formats_that_libgit2_refuses_and_linked_worktrees_are_as_good() {
    for (name, option) in other_formats() {
        let team = Team::of_format(&[("a", LONG), ("bin", "a\0"), ("deep/down/here", "x\n")], &[option]);
        team.write("a", LONG.replace("one", "two"));
        team.write("bin", "b\0");
        team.write("deep/down/here", "y\n");
        let taken = team.take().await;
        assert_eq!(taken.files.len(), 3, "{name}");
        team.reproduces(&taken, &Chosen::default(), &files(&team.work));
    }
    let mut team = Team::new(&[("a", LONG)]);
    let linked = team.folder.path().join("linked");
    team.git(&["worktree", "add", "-q", "-b", "topic", "../linked", "origin/main"]);
    team.work = linked;
    team.write("sub/a", "b");
    team.write("a", "linked\n");
    let wanted = Wanted {
        folder: team.work.join("sub"),
        ..team.wanted()
    };
    let taken = team.take_as(wanted).await.expect("a change");
    assert_eq!(taken.root, team.work);
    team.git(&["clean", "-qfd"]);
    let mut built = files(&team.work);
    built.retain(|path, _| !path.ends_with(".git"));
    team.reproduces(&taken, &Chosen::default(), &built);
}

#[tokio::test]
async fn a_submodule_goes_along_as_its_commit() {
    let team = Team::new(&[("a", "a\n")]);
    let inner = Team::new(&[("inner", "1\n")]);
    let allow = ["-c", "protocol.file.allow=always", "submodule", "--quiet", "add"];
    team.git(&[&allow[..], &[inner.origin.to_str().expect("UTF-8"), "sub"]].concat());
    team.commit("with a submodule");
    team.git(&["push", "-q", "origin", "main"]);
    let sub = team.work.join("sub");
    std::fs::write(sub.join("inner"), "2\n").expect("file");
    git(&sub, &["commit", "-qam", "two"]);
    let commit = git(&sub, &["rev-parse", "HEAD"]);
    std::fs::write(sub.join("inner"), "3\n").expect("file");
    let taken = team.take().await;
    assert_eq!(kinds(&taken), [("sub".to_owned(), FileKind::Submodule)]);
    assert!(
        remarks(&taken)
            .iter()
            .any(|text| text.contains("submodule sub cannot go along"))
    );
    let diff = taken.diff(&Chosen::default(), Carrier::Git).expect("a patch");
    assert!(
        text(&diff.body).contains(&format!("+Subproject commit {commit}\n")),
        "{}",
        text(&diff.body)
    );
    let (tree, _) = team.applied(&taken, &diff);
    assert_eq!(diff.tree, Some(tree));
    let refused = taken.diff(&Chosen::default(), Carrier::Patch).expect_err("unfit");
    assert_eq!(refused.to_string(), "sub cannot be carried: it is a submodule");
    git(&sub, &["checkout", "-q", "-f", "HEAD^"]);
    assert_eq!(team.take().await.files, []);
}

#[tokio::test]
async fn an_entry_that_is_only_intended_is_new_and_what_is_skipped_is_unchanged() {
    let team = Team::new(&[("a", "a\n"), ("skipped", "s\n"), ("assumed", "u\n"), ("deep/x", "x\n")]);
    team.write("intended", "new\n");
    team.git(&["add", "-N", "intended"]);
    team.git(&["update-index", "--skip-worktree", "skipped"]);
    team.git(&["update-index", "--assume-unchanged", "assumed"]);
    let mut expected = files(&team.work);
    team.write("skipped", "other\n");
    team.write("assumed", "other\n");
    std::fs::remove_file(team.work.join("skipped")).expect("removed");
    let taken = team.take().await;
    assert_eq!(kinds(&taken), [("intended".to_owned(), FileKind::Added)]);
    team.reproduces(&taken, &Chosen::default(), &expected);
    team.git(&["update-index", "--no-skip-worktree", "skipped"]);
    team.git(&["update-index", "--no-assume-unchanged", "assumed"]);
    team.git(&["checkout", "-q", "skipped", "assumed"]);
    team.git(&["sparse-checkout", "set", "--no-cone", "/*", "!/deep/"]);
    team.write("a", "b\n");
    expected.get_mut(std::path::Path::new("a")).expect("a").1 = b"b\n".to_vec();
    let taken = team.take().await;
    team.reproduces(&taken, &Chosen::default(), &expected);
}

#[tokio::test]
async fn a_submodule_moves_also_where_git_is_told_to_ignore_it() {
    let team = Team::new(&[("a", "a\n")]);
    let inner = Team::new(&[("inner", "1\n")]);
    let allow = ["-c", "protocol.file.allow=always", "submodule", "--quiet", "add"];
    team.git(&[&allow[..], &[inner.origin.to_str().expect("UTF-8"), "sub"]].concat());
    team.git(&["config", "-f", ".gitmodules", "submodule.sub.ignore", "all"]);
    team.commit("with a submodule");
    team.git(&["push", "-q", "origin", "main"]);
    let sub = team.work.join("sub");
    git(&sub, &["commit", "-q", "--allow-empty", "-m", "two"]);
    let moved = format!("160000,{},sub", git(&sub, &["rev-parse", "HEAD"]));
    team.git(&["update-index", "--cacheinfo", &moved]);
    team.git(&["commit", "-q", "--allow-empty", "-m", "moved"]);
    let taken = team.take().await;
    assert_eq!(kinds(&taken), [("sub".to_owned(), FileKind::Submodule)]);
    let diff = taken.diff(&Chosen::default(), Carrier::Git).expect("a patch");
    assert_eq!(diff.tree, Some(team.git(&["rev-parse", "HEAD^{tree}"])));
}

#[tokio::test]
async fn what_is_put_in_a_commits_place_here_is_not_what_the_master_has() {
    let team = Team::new(&[("a", "a\n")]);
    let first = team.git(&["rev-parse", "HEAD"]);
    team.write("a", "b\n");
    let second = team.commit("second");
    team.git(&["replace", &first, &second]);
    team.git(&["reset", "-q", "--hard", &first]);
    let taken = team.take().await;
    team.reproduces(&taken, &Chosen::default(), &files(&team.work));
    assert_eq!(kinds(&taken).len(), 1);
}
