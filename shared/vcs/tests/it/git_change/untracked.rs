//! Files that git does not know.

use super::{Team, files, kinds, remarks, text};
use crate::rig::git;
use std::fs::File;
use std::os::unix::fs::symlink;
use vcs::working_copy::{Carrier, Chosen, FileKind, Place, Unfit};

fn chosen(untracked: &[usize]) -> Chosen {
    Chosen {
        files: None,
        untracked: untracked.to_vec(),
    }
}

#[tokio::test]
async fn they_are_shown_and_the_chosen_ones_go_along() {
    let team = Team::new(&[(".gitignore", "*.o\nout/\n"), ("a", "a\n")]);
    team.write("made.o", "ignored");
    team.write("out/made", "ignored");
    team.write("new/deep file", "text\n");
    team.write("bin", "a\0b");
    symlink("a", team.work.join("link")).expect("link");
    git(&team.work, &["init", "-q", "nested"]);
    team.write("nested/inner", "not ours\n");
    let taken = team.take().await;
    let shown: Vec<_> = taken
        .untracked
        .iter()
        .map(|file| (text(&file.path), file.mode, file.binary))
        .collect();
    assert_eq!(
        shown,
        [
            ("bin".to_owned(), 0o100_644, true),
            ("link".to_owned(), 0o120_000, false),
            ("new/deep file".to_owned(), 0o100_644, false),
        ]
    );
    assert!(
        remarks(&taken)
            .iter()
            .any(|text| text.starts_with("nested/ is a repository of its own"))
    );
    let diff = taken.diff(&chosen(&[]), Carrier::Git).expect("a patch");
    assert_eq!(diff.body, b"", "nothing goes along unasked");
    let hunks = taken.hunks(Place::Untracked(2)).expect("hunks");
    assert_eq!(text(&hunks[0].lines[0].text), "text");
    let mut expected = files(&team.work);
    expected.retain(|path, _| !path.ends_with("made.o") && !path.ends_with("made") && !path.ends_with("inner"));
    team.reproduces(&taken, &chosen(&[0, 1, 2]), &expected);
    assert_eq!(taken.diff(&chosen(&[3]), Carrier::Git), Err(Unfit::NoSuchPlace));
}

#[tokio::test]
async fn large_ones_are_not_read_and_said_to_be_large() {
    let team = Team::new(&[]);
    let sized = |name: &str, size: u64| {
        let file = File::create(team.work.join(name)).expect("file");
        file.set_len(size).expect("size");
    };
    sized("binary", (1 << 20) + 1);
    sized("huge", 2 << 30);
    team.write("large text", "x\n".repeat(5 << 20));
    team.write("larger text", "x\n".repeat((5 << 20) + 1));
    let taken = team.take().await;
    let large: Vec<_> = taken
        .untracked
        .iter()
        .map(|file| (text(&file.path), file.large))
        .collect();
    let expected = [
        ("binary", true),
        ("huge", true),
        ("large text", false),
        ("larger text", true),
    ];
    assert_eq!(large, expected.map(|(name, large)| (name.to_owned(), large)));
    let refused = taken.diff(&chosen(&[1]), Carrier::Git).expect_err("too large");
    assert_eq!(refused.to_string(), "the patch would have more than 268435456 bytes");
    team.write("larger text", "changed");
    let refused = taken.diff(&chosen(&[3]), Carrier::Git).expect_err("changed");
    assert_eq!(
        refused.to_string(),
        "larger text cannot be read: it changed while it was being read"
    );
}

#[tokio::test]
async fn a_file_that_was_taken_out_of_the_index_is_not_lost() {
    let team = Team::new(&[("a", "a\n"), ("b", "b\n")]);
    team.git(&["rm", "-q", "--cached", "a"]);
    team.write("a", "edited\n");
    let taken = team.take().await;
    assert_eq!(kinds(&taken), [("a".to_owned(), FileKind::Deleted)]);
    team.reproduces(&taken, &chosen(&[0]), &files(&team.work));
}
