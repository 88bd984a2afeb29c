//! Where it is doubtful that the person is to blame: crowds and builders that flip by themselves.

use crate::desk::*;
use model::Results::*;
use watch::{FinishedBuild, Happening, IconState, Rule, Settings, Suspect};

/// Ada and so many others.
fn crowd(others: i64) -> Vec<Suspect> {
    let mut all = vec![change(2, ME)];
    all.extend((0..others).map(|n| change(3 + n, &format!("P{n} <p{n}@example.org>"))));
    all
}

fn of_tree(id: i64, number: i64, results: model::Results, tree: &str) -> FinishedBuild {
    FinishedBuild {
        tree: Some(tree.to_owned()),
        ..build(id, number, results, &[])
    }
}

#[test]
fn one_of_many_is_marked_and_not_told() {
    let mut desk = Desk::green();
    assert_eq!(desk.finish(1, 2, Failure, &crowd(36)), []);
    assert_eq!(
        desk.why(1, 2).reason,
        "b1 turned red on a change of yours, but you are one of 37 that may be to blame, which is not told by your settings."
    );
    let snapshot = desk.snapshot();
    let blame = snapshot.builders[0].blame.as_ref().unwrap();
    assert_eq!((blame.mine, blame.crowd), (true, Some(37)));
    let tray = desk.state.tray(desk.now);
    assert_eq!((tray.icon.state, tray.attention), (IconState::BrokenByOthers, false));
    assert_eq!(
        tray.tooltip.text,
        "b1 #2 broken by one of 37, you among them since 12:00"
    );
    assert_eq!(desk.finish(1, 3, Success, &[change(90, BOB)]), [], "nor is its repair");
}

#[test]
fn ten_others_are_a_crowd_and_many_changes_of_ones_own_are_none() {
    assert_eq!(Desk::green().finish(1, 2, Failure, &crowd(10)), []);
    let mut desk = Desk::green();
    aloud(&desk.finish(1, 2, Failure, &crowd(9)));
    silent(&desk.finish(2, 2, Failure, &crowd(10)));
    let mine: Vec<Suspect> = (100..140).map(|id| change(id, ME)).collect();
    aloud(&desk.finish(3, 2, Failure, &mine));
}

#[test]
fn a_crowd_is_told_if_it_is_chosen() {
    let mut desk = Desk::green();
    desk.hear(Happening::Settings(Settings {
        otherwise: Rule {
            doubtful: true,
            ..Rule::usual()
        },
        ..settings()
    }));
    let tells = desk.finish(1, 2, Failure, &crowd(36));
    assert!(
        aloud(&tells).body.contains("\nYou are one of 37\n"),
        "{}",
        aloud(&tells).body
    );
}

#[test]
fn the_same_tree_with_both_results_makes_a_builder_flaky_and_nobody_guilty() {
    let mut desk = Desk::green();
    assert_eq!(desk.finish_build(of_tree(1, 2, Success, "abc")), []);
    let mut forced = of_tree(1, 3, Failure, "abc");
    forced.owners = vec![ME.to_owned()];
    assert_eq!(desk.finish_build(forced), []);
    assert_eq!(
        desk.why(1, 3).reason,
        "b1 turned red without a change: builds #2 and #3 of the same revision disagree. It is marked as flaky, and \
         nobody is blamed."
    );
    let view = &desk.snapshot().builders[0];
    assert_eq!(
        view.flaky.as_deref(),
        Some("builds #2 and #3 of the same revision disagree")
    );
    assert!(view.blame.as_ref().is_some_and(|blame| !blame.mine));
    assert_eq!(desk.state.tray(desk.now).icon.state, IconState::BrokenByOthers);
    assert_eq!(
        desk.state.tray(desk.now).tooltip.text,
        "b1 #3 broken without a change (flaky) since 12:00"
    );
    assert_eq!(desk.finish_build(of_tree(1, 4, Success, "abc")), []);
}

#[test]
fn another_tree_is_no_flip() {
    let mut desk = Desk::green();
    desk.finish_build(of_tree(1, 2, Success, "abc"));
    let mut forced = of_tree(1, 3, Failure, "abd");
    forced.owners = vec![ME.to_owned()];
    assert_eq!(aloud(&desk.finish_build(forced)).title, "Broken by you: b1 #3");
    assert_eq!(desk.snapshot().builders[0].flaky, None);
}

#[test]
fn a_flaky_builder_is_quiet_until_it_is_trusted_again() {
    let mut desk = Desk::green();
    desk.finish_build(of_tree(1, 2, Success, "abc"));
    desk.finish_build(of_tree(1, 3, Failure, "abc"));
    desk.finish_build(of_tree(1, 4, Success, "abd"));
    assert_eq!(desk.finish(1, 5, Failure, &[change(5, ME)]), []);
    assert!(
        desk.why(1, 5).reason.contains("b1 is flaky: builds #2 and #3"),
        "{}",
        desk.why(1, 5).reason
    );
    for number in 6..20 {
        desk.finish(1, number, Success, &[change(number, BOB)]);
    }
    assert_eq!(
        desk.snapshot().builders.iter().find(|b| b.name == "b1").unwrap().flaky,
        None
    );
    aloud(&desk.finish(1, 20, Failure, &[change(20, ME)]));
}
