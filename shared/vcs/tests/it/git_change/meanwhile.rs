//! Files that are written, removed or replaced while a change is being taken.

use super::{Files, Team, everything, files, kinds, only, text};
use crate::rig::{PATIENCE, git_program};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use vcs::working_copy::{Carrier, Chosen, FileKind, TakeError, Taken, Wanted, take};

/// A program that is git, and does something in the working copy before and after each look at it: shell's words. What is
/// done before was already done once.
fn meddled(team: &Team, before: &str, after: &str) -> Wanted {
    let done = std::process::Command::new("sh")
        .args(["-c", before])
        .current_dir(&team.work)
        .status();
    assert!(done.expect("sh").success(), "{before}");
    let program = team.folder.path().join("meddling-git");
    let (git, work) = (git_program(), team.work.display());
    let git = git.display();
    let script = format!(
        "#!/bin/sh\ncase \" $* \" in *' status '*|*' diff-files '*) ;; *) exec '{git}' \"$@\" ;; esac\n\
         (cd '{work}' && {before}) && '{git}' \"$@\" && (cd '{work}' && {after})\n"
    );
    std::fs::write(&program, script).expect("program");
    std::fs::set_permissions(&program, PermissionsExt::from_mode(0o755)).expect("mode");
    Wanted {
        program: Some(program),
        ..team.wanted()
    }
}

/// Words that are done after the first look only.
fn once(words: &str) -> String {
    format!("(test -e ../once || {{ touch ../once; {words}; }})")
}

/// Takes the change, which ends. Nothing is written but the two files that are meddled with.
async fn taken(team: &Team, wanted: Wanted) -> Result<Taken, TakeError> {
    let others = || {
        let mut all = everything(&team.work);
        all.retain(|path, _| !path.ends_with("a") && !path.ends_with("link"));
        all
    };
    let before = others();
    let taken = tokio::time::timeout(PATIENCE, take(wanted)).await.expect("it ends");
    assert!(others() == before, "something was written");
    taken
}

fn team() -> Team {
    let team = Team::new(&[("a", "a\n"), ("b", "b\n")]);
    symlink("a", team.work.join("link")).expect("link");
    team.commit("a link");
    team.git(&["push", "-q", "origin", "main"]);
    team.write("a", "edited\n");
    team
}

fn whole() -> Chosen {
    Chosen::default()
}

#[tokio::test]
async fn what_is_there_at_the_end_is_the_change() {
    let cases = [
        ("echo later >a", FileKind::Modified),
        ("rm a", FileKind::Deleted),
        ("ln -sf b a", FileKind::Retyped),
    ];
    for (words, kind) in cases {
        let team = team();
        let wanted = meddled(&team, "true", &once(words));
        let taken = taken(&team, wanted).await.expect("a change");
        assert_eq!(kinds(&taken), [("a".to_owned(), kind)], "{words}");
        let expected: Files = files(&team.work);
        team.reproduces(&taken, &whole(), &expected);
    }
}

#[tokio::test]
async fn a_file_that_does_not_hold_still_is_named_with_the_next_step() {
    let cases = [
        ("a", "rm -f a; echo edited >a", "rm a"),
        ("a", "rm -f a; echo edited >a", "ln -sf b a"),
        (
            "link",
            "rm -f a link; echo edited >a; ln -s b link",
            "rm link; echo b >link",
        ),
    ];
    for (name, before, after) in cases {
        let team = team();
        let wanted = meddled(&team, before, after);
        let refused = taken(&team, wanted).await.expect_err(after);
        let sentence = format!("{name} cannot be read: it changed while it was being read");
        assert_eq!(refused.to_string(), sentence, "{after}");
        let hint = refused.hint().expect("a next step");
        assert!(hint.contains("Look at the change again"), "{hint}");
    }
}

#[tokio::test]
async fn a_file_that_a_filter_changes_is_not_taken_for_a_link() {
    let team = team();
    team.write(".gitattributes", "a filter=louder\n");
    team.git(&["config", "filter.louder.clean", "tr a-z A-Z"]);
    let wanted = meddled(&team, "rm -f a; echo edited >a", "ln -sf b a");
    let refused = taken(&team, wanted).await.expect_err("it is a link now");
    assert_eq!(
        refused.to_string(),
        "a cannot be read: it changed while it was being read"
    );
}

#[tokio::test]
async fn a_file_that_is_none_any_more_is_refused_and_not_waited_for() {
    let team = team();
    let wanted = meddled(&team, "true", "rm a; mkfifo a");
    let taking = tokio::time::timeout(PATIENCE, take(wanted)).await.expect("it ends");
    let refused = taking.expect_err("a pipe");
    assert_eq!(refused.to_string(), "a cannot be read: it is neither a file nor a link");
}

#[tokio::test]
async fn an_untracked_file_is_shown_as_it_is_at_the_end() {
    let cases = [
        ("rm new", vec![]),
        ("echo longer >new", vec![("new", 0o100_644, 7)]),
        ("ln -sf b new", vec![("new", 0o120_000, 1)]),
        ("rm new; mkfifo new", vec![]),
    ];
    for (words, expected) in cases {
        let team = team();
        team.write("new", "x\n");
        let wanted = meddled(&team, "true", words);
        let taking = tokio::time::timeout(PATIENCE, take(wanted)).await.expect("it ends");
        let taken = taking.expect("a change");
        let shown: Vec<_> = taken
            .untracked
            .iter()
            .map(|file| (text(&file.path), file.mode, file.size))
            .collect();
        let expected: Vec<_> = expected
            .into_iter()
            .map(|(name, mode, size)| (name.to_owned(), mode, size))
            .collect();
        assert_eq!(shown, expected, "{words}");
    }
}

fn befall(file: &Path, fate: &str) {
    if fate == "grown" {
        let opened = std::fs::File::options().write(true).open(file).expect("file");
        return opened.set_len(600 << 20).expect("size");
    }
    std::fs::remove_file(file).expect("file");
    if fate == "a link" {
        symlink("b", file).expect("link");
    }
}

#[tokio::test]
async fn of_an_untracked_file_goes_what_was_shown_or_nothing() {
    for fate in ["gone", "a link", "grown"] {
        let team = team();
        team.write("large", "long enough\n".repeat(200_000));
        team.write("small", "x\n");
        let taken = team.take().await;
        let [large, small] = [0, 1].map(|place| Chosen {
            untracked: vec![place],
            ..only(&taken, "a")
        });
        befall(&team.work.join("large"), fate);
        befall(&team.work.join("small"), fate);
        // It was small enough to be held.
        let diff = taken.diff(&small, Carrier::Git).expect("a patch");
        let (_, built) = team.applied(&taken, &diff);
        assert_eq!(built[Path::new("small")], (0, b"x\n".to_vec()), "{fate}");
        let refused = taken.diff(&large, Carrier::Git).expect_err(fate);
        let sentence = "large cannot be read: it changed while it was being read";
        assert_eq!(refused.to_string(), sentence, "{fate}");
    }
}
