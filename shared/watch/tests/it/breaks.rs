//! Colours and breaks: what turns a builder red, and what is one break.

use crate::desk::*;
use model::Results::{self, *};
use watch::{Colour, Happening};

#[test]
fn only_success_warnings_and_failure_have_a_colour() {
    let table = [
        (Success, Colour::Green, Colour::Green),
        (Warnings, Colour::Green, Colour::Green),
        (Failure, Colour::Red, Colour::Red),
        (Skipped, Colour::Green, Colour::Red),
        (Exception, Colour::Green, Colour::Red),
        (Retry, Colour::Green, Colour::Red),
        (Cancelled, Colour::Green, Colour::Red),
    ];
    for (results, after_green, after_red) in table {
        for (before, after) in [(Success, after_green), (Failure, after_red)] {
            let mut desk = Desk::new();
            desk.finish(1, 1, before, &[]);
            desk.finish(1, 2, results, &[change(2, ME)]);
            assert_eq!(desk.colour(1), after, "{results} after {before}");
        }
        let mut desk = Desk::new();
        assert_eq!(
            desk.finish(1, 1, results, &[change(1, ME)]),
            [],
            "a first {results} is no news"
        );
    }
}

#[test]
fn nothing_is_told_of_what_says_nothing() {
    let mut desk = Desk::green();
    for (number, results) in (2..).zip([Exception, Retry, Cancelled, Skipped, Success]) {
        assert_eq!(desk.finish(1, number, results, &[change(number, ME)]), []);
        assert!(!desk.why(1, number).told);
    }
    assert!(desk.why(1, 2).reason.contains("exception"), "{}", desk.why(1, 2).reason);
    assert!(
        desk.why(1, 3).reason.contains("worker was lost"),
        "{}",
        desk.why(1, 3).reason
    );
}

#[test]
fn a_change_that_only_met_an_exception_is_a_suspect_of_the_next_failure() {
    let mut desk = Desk::green();
    desk.finish(1, 2, Exception, &[change(2, ME)]);
    let tells = desk.finish(1, 3, Failure, &[change(3, BOB)]);
    assert_eq!(aloud(&tells).title, "Broken by you and Bob: b1 #3");
}

#[test]
fn a_change_that_was_green_before_is_no_suspect() {
    let mut desk = Desk::green();
    desk.finish(1, 2, Warnings, &[change(2, ME)]);
    // A master that counts changes from the last success names it again.
    assert_eq!(desk.finish(1, 3, Failure, &[change(2, ME), change(3, BOB)]), []);
    assert_eq!(desk.colour(1), Colour::Red);
    assert_eq!(
        desk.why(1, 3).reason,
        "b1 turned red, but none of the changes that may be to blame is yours (Bob)."
    );
}

#[test]
fn a_builder_that_was_red_is_not_broken_again() {
    let mut desk = Desk::green();
    desk.finish(1, 2, Failure, &[change(2, BOB)]);
    assert_eq!(desk.finish(1, 3, Failure, &[change(3, ME)]), []);
    assert_eq!(desk.why(1, 3).reason, "b1 was already red, since build #2 at 12:00.");
    desk.finish(1, 4, Retry, &[change(4, ME)]);
    assert_eq!(desk.finish(1, 5, Failure, &[change(5, ME)]), []);
}

#[test]
fn one_break_has_one_notice_however_many_builders() {
    let mut desk = Desk::green();
    let mine = [change(2, ME)];
    let first = desk.finish(1, 2, Failure, &mine);
    let id = aloud(&first).id.clone();
    for builder in 2..=4 {
        let update = desk.finish(builder, 2, Failure, &mine);
        assert_eq!(silent(&update).id, id);
    }
    let last = desk.finish(5, 2, Failure, &mine);
    assert_eq!(silent(&last).title, "Broken by you: b1 #2 and 4 more builders");
    assert_eq!(desk.snapshot().breaks.len(), 1);
    assert!(!desk.why(5, 2).told);
}

#[test]
fn other_new_changes_are_another_break() {
    let mut desk = Desk::green();
    let first = desk.finish(1, 2, Failure, &[change(2, ME)]);
    let second = desk.finish(2, 2, Failure, &[change(3, ME)]);
    assert_ne!(aloud(&first).id, aloud(&second).id);
}

#[test]
fn merged_builds_share_a_break_by_any_common_change() {
    let mut desk = Desk::green();
    assert_eq!(desk.finish(1, 2, Failure, &[change(2, BOB)]), [], "not mine yet");
    let tells = desk.finish(2, 2, Failure, &[change(2, BOB), change(3, ME), change(4, EVE)]);
    let notice = aloud(&tells);
    assert_eq!(notice.title, "Broken by you and 2 others: b1 #2 and b2 #2");
    assert_eq!(desk.snapshot().breaks.len(), 1);
    let late = desk.finish(3, 2, Failure, &[change(3, ME)]);
    assert_eq!(silent(&late).id, aloud(&tells).id);
}

#[test]
fn builders_that_break_together_without_changes_are_one_break() {
    let mut desk = Desk::green();
    let forced = |id| {
        let mut build = with_set(build(id, 2, Failure, &[]), 7);
        build.owners = vec![ME.to_owned()];
        build
    };
    let first = desk.finish_build(forced(1));
    assert_eq!(aloud(&first).title, "Broken by you: b1 #2");
    silent(&desk.finish_build(forced(2)));
    let mut foreign = with_set(build(3, 2, Failure, &[]), 8);
    foreign.owners = vec![BOB.to_owned()];
    assert_eq!(desk.finish_build(foreign), []);
    assert_eq!(desk.snapshot().breaks.len(), 2);
}

#[test]
fn owners_are_blamed_unless_they_only_wrote_changes_that_are_not_new() {
    let mut desk = Desk::green();
    desk.finish(1, 2, Warnings, &[change(2, ME)]);
    let mut cumulative = build(1, 3, Failure, &[change(2, ME), change(3, BOB)]);
    cumulative.owners = vec![ME.to_owned(), BOB.to_owned()];
    assert_eq!(desk.finish_build(cumulative), []);
    let mut forced = build(2, 2, Failure, &[change(3, BOB)]);
    forced.owners = vec!["ada@example.org".to_owned()];
    assert_eq!(
        aloud(&desk.finish_build(forced)).title,
        "Broken by you and Bob: b1 #3 and b2 #2"
    );
}

#[test]
fn an_older_build_that_ends_later_does_not_flip_the_colour() {
    let flip = |newer: Results, older: Results| {
        let mut desk = Desk::green();
        desk.finish(1, 3, newer, &[change(3, BOB)]);
        let tells = desk.finish(1, 2, older, &[change(2, ME)]);
        (desk.colour(1), tells)
    };
    assert_eq!(flip(Success, Failure), (Colour::Green, vec![]));
    assert_eq!(flip(Failure, Success), (Colour::Red, vec![]));
}

#[test]
fn an_older_red_build_shows_that_the_break_began_earlier() {
    let mut desk = Desk::green();
    assert_eq!(desk.finish(1, 3, Failure, &[change(3, BOB)]), []);
    let tells = desk.finish(1, 2, Failure, &[change(2, ME)]);
    assert_eq!(aloud(&tells).title, "Broken by you and Bob: b1 #3");
}

#[test]
fn an_old_tree_that_is_built_again_says_nothing_about_the_newest() {
    let mut desk = Desk::green();
    aloud(&desk.finish(1, 2, Failure, &[change(2, ME)]));
    let mut again = build(1, 3, Success, &[change(1, BOB)]);
    again.rebuilt = true;
    assert_eq!(desk.finish_build(again), []);
    assert_eq!(desk.colour(1), Colour::Red);
    assert_eq!(desk.why(1, 3).reason, "A newer build of b1 had already ended.");
}

#[test]
fn a_rebuild_of_the_same_tree_repairs_and_a_flaky_one_makes_no_noise() {
    let mut desk = Desk::green();
    let mine = [change(2, ME)];
    aloud(&desk.finish(1, 2, Failure, &mine));
    let rebuilt = |number, results| {
        let mut again = build(1, number, results, &mine);
        again.rebuilt = true;
        again
    };
    let fixed = desk.finish_build(rebuilt(3, Success));
    assert_eq!(aloud(&fixed).title, "Green again: b1");
    assert_eq!(desk.finish_build(rebuilt(4, Failure)), []);
    assert_eq!(desk.colour(1), Colour::Red);
    assert_eq!(desk.finish_build(rebuilt(5, Success)), []);
    assert_eq!(desk.colour(1), Colour::Green);
}

#[test]
fn a_slow_builder_of_a_repaired_break_is_not_a_new_one() {
    let mut desk = Desk::green();
    aloud(&desk.finish(1, 2, Failure, &[change(2, ME)]));
    aloud(&desk.finish(1, 3, Success, &[change(3, ME)]));
    let late = desk.finish(2, 2, Failure, &[change(2, ME)]);
    assert_eq!(silent(&late).title, "Broken by you: b2 #2");
}

#[test]
fn a_patch_says_nothing_about_the_builder() {
    let mut desk = Desk::green();
    let mut tried = build(1, 2, Failure, &[]);
    tried.patched = true;
    tried.owners = vec![ME.to_owned()];
    assert_eq!(desk.finish_build(tried), []);
    assert_eq!(desk.colour(1), Colour::Green);
}

#[test]
fn a_build_counts_once() {
    let mut desk = Desk::green();
    aloud(&desk.finish(1, 2, Failure, &[change(2, ME)]));
    assert_eq!(desk.finish(1, 2, Failure, &[change(2, ME)]), []);
    assert_eq!(
        desk.state
            .verdicts()
            .filter(|v| v.builder == "b1" && v.number == 2)
            .count(),
        1
    );
}

#[test]
fn a_builder_that_is_gone_breaks_nothing() {
    let mut desk = Desk::green();
    let tells = desk.finish(1, 2, Failure, &[change(2, ME)]);
    let id = aloud(&tells).id.clone();
    let master = watch::MasterKey::bundled();
    let withdrawn = desk.hear(Happening::Builders {
        master: master.clone(),
        builders: (2..=5).map(info).collect(),
    });
    assert_eq!(withdrawn, [watch::Tell::Withdraw(id)]);
    assert!(desk.snapshot().breaks.is_empty());
    assert_eq!(desk.snapshot().builders.len(), 4);
    desk.finish(2, 2, Failure, &[change(2, ME)]);
    assert!(matches!(
        desk.hear(Happening::MasterGone(master))[..],
        [watch::Tell::Withdraw(_)]
    ));
    assert!(desk.snapshot().builders.is_empty());
}
