//! The first failure of a build set, and its end.

use crate::desk::*;
use model::BuildSetId;
use model::Results::*;
use watch::{Happening, MasterKey, Mode, Rule, Settings, Suspect, Tell};

const SET: i64 = 70;

fn choosing() -> Desk {
    let mut desk = Desk::green();
    desk.hear(Happening::Settings(Settings {
        otherwise: Rule {
            modes: vec![Mode::Change, Mode::FirstFailure],
            ..Rule::usual()
        },
        ..settings()
    }));
    desk
}

fn in_set(desk: &mut Desk, id: i64, results: model::Results, by: &[Suspect]) -> Vec<Tell> {
    desk.finish_build(with_set(build(id, 2, results, by), SET))
}

fn over(desk: &mut Desk) -> Vec<Tell> {
    desk.hear(Happening::SetOver {
        master: MasterKey::bundled(),
        set: BuildSetId(SET),
    })
}

#[test]
fn the_first_failure_is_told_at_once_and_the_end_once() {
    let mut desk = choosing();
    let mine = [change(2, ME)];
    assert_eq!(in_set(&mut desk, 1, Success, &mine), []);
    let first = in_set(&mut desk, 2, Failure, &mine);
    assert_eq!(aloud(&first).title, "First failure: b2 #2");
    assert_eq!(
        aloud(&first).target.path(),
        "/builders/2/builds/2/steps/2/logs/stdio?line=41"
    );
    assert_eq!(in_set(&mut desk, 3, Failure, &mine), []);
    assert_eq!(in_set(&mut desk, 4, Exception, &mine), []);
    assert_eq!(in_set(&mut desk, 5, Success, &mine), []);
    let end = over(&mut desk);
    assert_eq!(aloud(&end).title, "Done: 2 of 4 builders failed");
    assert_eq!(aloud(&end).body, "b2 #2 failed\nb3 #2 failed");
    assert_eq!(aloud(&end).id, aloud(&first).id, "it takes the first one's place");
    assert_eq!(over(&mut desk), [], "it ends once");
    desk.finish(2, 3, Success, &[change(3, BOB)]);
    aloud(&desk.finish(3, 3, Success, &[change(3, BOB)]));
}

#[test]
fn a_set_without_a_failure_of_mine_ends_in_silence() {
    let mut desk = choosing();
    assert_eq!(in_set(&mut desk, 1, Success, &[change(2, ME)]), []);
    assert_eq!(over(&mut desk), []);
    assert_eq!(in_set(&mut desk, 2, Failure, &[change(3, BOB)]), []);
    assert_eq!(over(&mut desk), []);
}

#[test]
fn the_end_survives_a_restart_and_respects_a_mute() {
    let mut desk = choosing();
    let first = in_set(&mut desk, 1, Failure, &[change(2, ME)]);
    desk.restart();
    let mut muted = Desk::empty();
    (muted.state, muted.now) = (desk.state.clone(), desk.now);
    muted.hear(Happening::Mute {
        scope: watch::Scope::All,
        length: watch::MuteLength::Minutes(5),
    });
    assert_eq!(over(&mut muted), [Tell::Withdraw(aloud(&first).id.clone())]);
    assert_eq!(aloud(&over(&mut desk)).title, "Done: 1 of 1 builder failed");
}

#[test]
fn without_the_choice_a_set_is_told_by_its_breaks() {
    let mut desk = Desk::green();
    assert_eq!(
        aloud(&in_set(&mut desk, 1, Failure, &[change(2, ME)])).title,
        "Broken by you: b1 #2"
    );
    assert_eq!(over(&mut desk), []);
}

/// A build of the only builder of a joined master.
fn there(desk: &mut Desk, number: i64, results: model::Results, set: i64) -> Vec<Tell> {
    let farm = MasterKey("farm".to_owned());
    let mut build = with_set(build(1, number, results, &[change(number, ME)]), set);
    build.builder.master = farm.clone();
    build.build.master = farm;
    desk.finish_build(build)
}

fn under_way(desk: &mut Desk, sets: impl IntoIterator<Item = i64>) -> Vec<Tell> {
    desk.hear(Happening::BuildSets {
        master: MasterKey("farm".to_owned()),
        under_way: sets.into_iter().map(BuildSetId).collect(),
    })
}

#[test]
fn the_sets_of_a_joined_master_are_told_alike_and_are_others_than_those_of_the_own() {
    let mut desk = choosing();
    let farm = MasterKey("farm".to_owned());
    assert_eq!(there(&mut desk, 1, Success, SET + 1), []);
    let first = there(&mut desk, 2, Failure, SET);
    assert_eq!(aloud(&first).title, "First failure: builder 1 #2");
    assert_eq!(over(&mut desk), [], "it is of another master");
    assert!(desk.state.awaits_end_of(&farm, BuildSetId(SET)));
    let end = desk.hear(Happening::SetOver {
        master: farm.clone(),
        set: BuildSetId(SET),
    });
    assert_eq!(aloud(&end).title, "Done: 1 of 1 builder failed");
    assert!(!desk.state.awaits_end_of(&farm, BuildSetId(SET)));
}

#[test]
fn a_set_that_ended_while_its_master_was_not_heard_ends_when_it_is() {
    let mut desk = choosing();
    assert_eq!(there(&mut desk, 1, Success, SET), []);
    aloud(&there(&mut desk, 2, Failure, SET + 1));
    desk.restart();
    assert_eq!(under_way(&mut desk, [SET + 1, SET + 2]), [], "it goes on");
    let end = under_way(&mut desk, [SET + 2]);
    assert_eq!(aloud(&end).title, "Done: 1 of 1 builder failed");
    assert_eq!(under_way(&mut desk, []), []);
}

#[test]
fn many_sets_wash_away_none_whose_end_is_awaited() {
    let mut desk = choosing();
    assert_eq!(there(&mut desk, 1, Success, SET), []);
    aloud(&there(&mut desk, 2, Failure, SET + 1));
    for number in 3..1000 {
        there(&mut desk, number, Failure, SET + number);
    }
    let end = under_way(&mut desk, SET + 2..2000);
    assert_eq!(aloud(&end).title, "Done: 1 of 1 builder failed");
}

#[test]
fn a_master_that_is_no_longer_followed_takes_its_sets_with_it() {
    let mut desk = choosing();
    assert_eq!(there(&mut desk, 1, Success, SET), []);
    let first = there(&mut desk, 2, Failure, SET + 1);
    let gone = desk.hear(Happening::MasterGone(MasterKey("farm".to_owned())));
    assert!(gone.contains(&Tell::Withdraw(aloud(&first).id.clone())), "{gone:?}");
    assert_eq!(under_way(&mut desk, []), []);
}
