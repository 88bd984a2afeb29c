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

#[test]
fn of_a_joined_master_whose_sets_are_not_heard_to_end_each_break_is_told() {
    let mut desk = choosing();
    let farm = MasterKey("farm".to_owned());
    let mut there = |number, results, set| {
        let mut build = with_set(build(1, number, results, &[change(number, ME)]), set);
        build.builder.master = farm.clone();
        build.build.master = farm.clone();
        desk.finish_build(build)
    };
    assert_eq!(there(1, Success, SET), []);
    assert_eq!(aloud(&there(2, Failure, SET + 1)).title, "Broken by you: builder 1 #2");
}
