//! What ended while a master was not heard is told once, in one notice.

use crate::desk::*;
use model::Results::*;
use watch::{FinishedBuild, Happening, MasterKey, MuteLength, Scope, Tell};

fn missed(desk: &mut Desk, builds: Vec<FinishedBuild>) -> Vec<Tell> {
    desk.hear(Happening::Missed {
        master: MasterKey::bundled(),
        builds,
    })
}

/// The build ended so many minutes before now.
fn ago(desk: &Desk, minutes: i64, mut build: FinishedBuild) -> FinishedBuild {
    build.complete_at = desk.now.plus_millis(-minutes * MINUTE);
    build
}

fn three_transitions(desk: &Desk) -> Vec<FinishedBuild> {
    vec![
        ago(desk, 1, build(3, 3, Success, &[change(5, BOB)])),
        ago(desk, 9, build(1, 2, Failure, &[change(2, ME)])),
        ago(desk, 7, build(2, 2, Failure, &[change(4, BOB)])),
        ago(desk, 8, build(3, 2, Failure, &[change(3, ME)])),
        ago(desk, 6, build(4, 2, Exception, &[change(4, ME)])),
    ]
}

#[test]
fn all_that_was_missed_is_one_notice_with_the_right_counts() {
    let mut desk = Desk::green();
    desk.now = desk.now.plus_millis(20 * MINUTE);
    let builds = three_transitions(&desk);
    let tells = missed(&mut desk, builds.clone());
    let notice = aloud(&tells);
    assert_eq!(notice.title, "While This machine was away: 1 broken by you, 1 fixed");
    assert_eq!(
        notice.body,
        "Broken by you: b1 #2\nFixed by Bob: b3\n5 builds ended meanwhile"
    );
    assert_eq!(
        desk.why(1, 2).reason,
        "b1 turned red on a change of yours, but it ended while This machine was not heard; it is kept for afterwards."
    );
    assert_eq!(missed(&mut desk, builds.clone()), [], "the same again says nothing");
    for build in builds {
        assert_eq!(desk.hear(Happening::Finished(Box::new(build))), []);
    }
    assert_eq!(desk.tick_after(60), []);
    assert_eq!(
        aloud(&desk.finish(1, 3, Success, &[change(6, BOB)])).title,
        "Fixed by Bob: b1"
    );
}

#[test]
fn what_concerns_others_is_not_told() {
    let mut desk = Desk::green();
    let builds = vec![ago(&desk, 0, build(2, 2, Failure, &[change(4, BOB)]))];
    assert_eq!(missed(&mut desk, builds), []);
    assert_eq!(desk.colour(2), watch::Colour::Red);
}

#[test]
fn a_break_that_was_told_before_is_not_told_again() {
    let mut desk = Desk::green();
    let broken = desk.finish(1, 2, Failure, &[change(2, ME)]);
    let id = aloud(&broken).id.clone();
    let more = vec![ago(&desk, 0, build(2, 2, Failure, &[change(2, ME)]))];
    assert_eq!(missed(&mut desk, more), []);
    let fixed = vec![
        ago(&desk, 0, build(1, 3, Success, &[change(3, BOB)])),
        ago(&desk, 0, build(2, 3, Success, &[change(3, BOB)])),
    ];
    let tells = missed(&mut desk, fixed);
    assert_eq!(tells[0], Tell::Withdraw(id), "the old notice is over");
    assert_eq!(aloud(&tells[1..]).title, "While This machine was away: 1 fixed");
}

#[test]
fn silence_keeps_it_for_the_one_notice_afterwards() {
    let mut desk = Desk::green();
    desk.hear(Happening::DoNotDisturb(true));
    desk.now = desk.now.plus_millis(20 * MINUTE);
    let builds = three_transitions(&desk);
    assert_eq!(missed(&mut desk, builds), []);
    let tells = desk.hear(Happening::DoNotDisturb(false));
    assert_eq!(aloud(&tells).title, "While notices were off: 1 broken by you, 1 fixed");

    let mut muted = Desk::green();
    muted.hear(Happening::Mute {
        scope: Scope::Builder(builder(1)),
        length: MuteLength::ForEver,
    });
    let one = vec![ago(&muted, 0, build(1, 2, Failure, &[change(2, ME)]))];
    assert_eq!(missed(&mut muted, one), []);
}

#[test]
fn builds_of_another_master_and_repetitions_are_not_counted() {
    let mut desk = Desk::green();
    let mut foreign = build(1, 2, Failure, &[change(2, ME)]);
    foreign.builder.master = MasterKey("farm".to_owned());
    let mine = ago(&desk, 0, build(1, 2, Failure, &[change(2, ME)]));
    let tells = missed(&mut desk, vec![foreign, mine.clone(), mine]);
    assert!(
        aloud(&tells).body.ends_with("1 build ended meanwhile"),
        "{}",
        aloud(&tells).body
    );
}

#[test]
fn it_stays_until_it_is_put_away_over_a_restart_too() {
    let mut desk = Desk::green();
    desk.now = desk.now.plus_millis(20 * MINUTE);
    let builds = three_transitions(&desk);
    missed(&mut desk, builds.clone());
    desk.restart();
    let [away] = desk.state.away() else {
        panic!("one row, not {:#?}", desk.state.away());
    };
    assert_eq!(
        (away.ended, away.broken_by_me, away.broken_by_others, away.fixed),
        (5, 1, 1, 1)
    );
    assert_eq!(away.from, desk.now.plus_millis(-9 * MINUTE));
    assert_eq!(away.until, desk.now.plus_millis(-MINUTE));
    let named: Vec<&str> = away.named.iter().map(|(words, _)| words.as_str()).collect();
    assert_eq!(
        named,
        ["Broken by you: b1 #2", "Broken by Bob: b2 #2", "Fixed by Bob: b3"]
    );
    assert!(away.named[0].1.path().starts_with("/builders/1/builds/2"));

    let id = away.id;
    assert_eq!(missed(&mut desk, builds), []);
    assert_eq!(desk.state.away().len(), 1, "the same builds again are no second outage");
    desk.hear(Happening::PutAway(id));
    desk.restart();
    assert_eq!(desk.state.away(), []);
}

#[test]
fn what_changed_nothing_is_not_kept_and_silence_keeps_it_too() {
    let mut desk = Desk::green();
    let same = vec![ago(&desk, 0, build(1, 2, Success, &[change(2, ME)]))];
    missed(&mut desk, same);
    assert_eq!(desk.state.away(), []);
    desk.hear(Happening::DoNotDisturb(true));
    let red = vec![ago(&desk, 0, build(1, 3, Failure, &[change(3, BOB)]))];
    missed(&mut desk, red);
    assert_eq!(desk.state.away()[0].broken_by_others, 1);
}

#[test]
fn of_each_master_the_last_few_are_kept_and_none_of_one_that_is_gone() {
    let mut desk = Desk::green();
    for number in 2..12 {
        let results = if number % 2 == 0 { Failure } else { Success };
        let one = vec![ago(&desk, 0, build(1, number, results, &[change(number, BOB)]))];
        missed(&mut desk, one);
        desk.now = desk.now.plus_millis(MINUTE);
    }
    let ids: Vec<u64> = desk.state.away().iter().map(|away| away.id).collect();
    assert_eq!(ids, [8, 9, 10]);
    desk.hear(Happening::MasterGone(MasterKey::bundled()));
    assert_eq!(desk.state.away(), []);
}
