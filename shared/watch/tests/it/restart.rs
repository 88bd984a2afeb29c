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
