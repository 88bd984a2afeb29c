//! Changing who one is marks what is known afresh.

use crate::desk::*;
use model::Results::*;
use watch::{Happening, IconState, Identity, Pattern, Settings};

#[test]
fn a_new_pattern_marks_existing_builds_at_once() {
    let mut desk = Desk::green();
    assert_eq!(desk.finish(1, 2, Failure, &[change(2, BOB)]), []);
    let last_is_mine = |desk: &Desk| desk.snapshot().builders[0].last.as_ref().unwrap().mine;
    assert!(!last_is_mine(&desk));
    assert_eq!(desk.state.tray(desk.now).icon.state, IconState::BrokenByOthers);
    let mut me = settings();
    me.identity.patterns.push(Pattern::parse("bob@example.org").unwrap());
    assert_eq!(desk.hear(Happening::Settings(me)), [], "old news stay untold");
    assert!(last_is_mine(&desk));
    assert_eq!(desk.state.tray(desk.now).icon.state, IconState::BrokenByMe);
    assert!(desk.snapshot().breaks[0].mine);
    aloud(&desk.finish(2, 2, Failure, &[change(2, BOB)]));
}

#[test]
fn without_patterns_nothing_is_mine() {
    let mut desk = Desk::green();
    desk.hear(Happening::Settings(Settings {
        identity: Identity::default(),
        ..Settings::default()
    }));
    assert_eq!(desk.finish(1, 2, Failure, &[change(2, ME), change(3, "")]), []);
    assert_eq!(desk.state.tray(desk.now).icon.state, IconState::BrokenByOthers);
}
