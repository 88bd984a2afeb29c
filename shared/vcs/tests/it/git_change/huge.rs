//! Files with which a change would be too large: named, not read, and left out like any other.

use super::{Team, only, remarks, text};
use std::fs::File;
use vcs::working_copy::{Carrier, Chosen, Place, Taken, Wanted, take};

/// One byte more than is held of a change.
const HUGE: u64 = (512 << 20) + 1;

fn is_named(taken: &Taken) {
    let sizes: Vec<_> = taken.files.iter().map(|file| (text(&file.path), file.size)).collect();
    assert_eq!(sizes, [("a".to_owned(), 7), ("vast".to_owned(), HUGE)]);
    assert!(remarks(taken).contains(&"vast is too large to go along".to_owned()));
    let refused = taken.diff(&Chosen::default(), Carrier::Own).expect_err("too large");
    assert!(
        refused
            .to_string()
            .starts_with(&format!("vast cannot be carried: it has {HUGE} bytes")),
        "{refused}"
    );
    assert_eq!(taken.hunks(Place::File(1)).expect("none to choose"), []);
    let diff = taken.diff(&only(taken, "a"), Carrier::Own).expect("a patch");
    assert!(text(&diff.body).ends_with("-a\n+edited\n"));
    assert!(diff.tree.is_some());
}

#[tokio::test]
async fn a_tracked_file_that_is_too_large_is_named_and_can_be_left_out() {
    let team = Team::new(&[("vast", "small\n"), ("a", "a\n")]);
    team.write("a", "edited\n");
    let file = File::options().write(true).open(team.work.join("vast"));
    file.and_then(|file| file.set_len(HUGE)).expect("a hole");
    is_named(&take(team.wanted()).await.expect("a change"));
    team.git(&["-c", "core.compression=0", "add", "-A"]);
    let staged = Wanted {
        staged: true,
        ..team.wanted()
    };
    is_named(&take(staged).await.expect("a change"));
    // Now it is too large before, too.
    team.git(&["commit", "-q", "-m", "vast"]);
    team.git(&["push", "-q", "origin", "main"]);
    team.write("vast", "small again\n");
    let taken = take(team.wanted()).await.expect("a change");
    assert_eq!(taken.files.len(), 1);
    let refused = taken.diff(&Chosen::default(), Carrier::Own).expect_err("too large");
    assert!(refused.to_string().contains(&HUGE.to_string()), "{refused}");
}
