//! The state is plain JSON: after a restart nothing is told twice, and nothing is forgotten.

use crate::desk::*;
use model::Results::*;
use watch::{Happening, MuteLength, Scope, State};

#[test]
fn a_break_stays_one_break_over_a_restart() {
    let mut desk = Desk::green();
    aloud(&desk.finish(1, 2, Failure, &[change(2, ME)]));
    desk.restart();
    assert_eq!(
        desk.finish(1, 2, Failure, &[change(2, ME)]),
        [],
        "the same build, read again from the store"
    );
    silent(&desk.finish(2, 2, Failure, &[change(2, ME)]));
    desk.restart();
    assert_eq!(desk.finish(1, 3, Success, &[change(3, BOB)]).len(), 1);
    aloud(&desk.finish(2, 3, Success, &[change(3, BOB)]));
    assert!(desk.why(1, 2).told, "verdicts are kept");
}

#[test]
fn mutes_and_what_was_kept_survive() {
    let mut desk = Desk::green();
    desk.hear(Happening::Mute {
        scope: Scope::Builder(builder(1)),
        length: MuteLength::ForEver,
    });
    desk.hear(Happening::DoNotDisturb(true));
    desk.finish(2, 2, Failure, &[change(2, ME)]);
    desk.restart();
    let tells = desk.tick_after(0);
    assert_eq!(aloud(&tells).title, "Broken by you: b2 #2");
    assert_eq!(desk.finish(1, 2, Failure, &[change(3, ME)]), []);
}

#[test]
fn a_build_that_ended_while_the_state_was_not_saved_is_told_late_but_once() {
    let mut desk = Desk::green();
    desk.restart();
    let saved = desk.kept.clone();
    let unsaved = build(1, 2, Failure, &[change(2, ME)]);
    desk.state = State::restore(saved).0;
    aloud(&desk.finish_build(unsaved.clone()));
    assert_eq!(desk.finish_build(unsaved), []);
}

#[test]
fn settings_of_an_older_version_are_read() {
    let settings: watch::Settings = serde_json::from_str(r#"{"tell_fixed":false}"#).unwrap();
    assert_eq!(settings, watch::Settings::default());
}

#[test]
fn only_what_changed_is_kept_again() {
    let mut desk = Desk::green();
    desk.restart();
    assert!(!desk.state.has_changes());
    desk.hear(Happening::Tick { utc_offset_minutes: 0 });
    assert!(!desk.state.has_changes(), "nothing happened");
    aloud(&desk.finish(1, 2, Failure, &[change(2, ME)]));
    let names: Vec<String> = desk.state.changes().into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["builder bundled/1", "rest"]);
    desk.state.keep_again();
    assert_eq!(desk.state.changes().len(), 6, "five builders and the rest");
}

#[test]
fn a_row_that_is_lost_or_damaged_costs_that_row_only() {
    let mut desk = Desk::green();
    aloud(&desk.finish(1, 2, Failure, &[change(2, ME)]));
    desk.finish(2, 2, Failure, &[change(3, BOB)]);
    desk.restart();
    let mut lost = desk.kept.clone();
    lost.remove("builder bundled/1");
    lost.insert("builder bundled/3".to_owned(), "{".to_owned());
    let (state, bad) = State::restore(lost);
    assert_eq!(bad.len(), 1);
    assert!(
        bad[0]
            .to_string()
            .starts_with("what was kept as “builder bundled/3” cannot be read")
    );
    let snapshot = state.snapshot(desk.now);
    assert_eq!(snapshot.builders.len(), 3);
    assert_eq!(snapshot.breaks.len(), 1, "b1's break went with b1");
    let mut rest = desk.kept.clone();
    rest.remove("rest");
    let snapshot = State::restore(rest).0.snapshot(desk.now);
    assert!(snapshot.breaks.is_empty());
    assert!(snapshot.builders.iter().all(|b| b.blame.is_none()));
}

#[test]
fn builders_that_are_gone_are_kept_no_more() {
    let mut desk = Desk::green();
    desk.restart();
    assert_eq!(desk.kept.len(), 6);
    desk.hear(Happening::MasterGone(watch::MasterKey::bundled()));
    desk.restart();
    assert_eq!(desk.kept.keys().collect::<Vec<_>>(), ["rest"]);
}
