//! Changing who one is marks what is known afresh.

use crate::desk::*;
use model::Results::*;
use watch::{Happening, IconState, Identity, MasterKey, Pattern, Settings};

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

#[test]
fn who_one_is_on_one_master_decides_there_and_is_said() {
    let mut desk = Desk::green();
    let mut me = settings();
    me.identity.patterns = Vec::new();
    let there = |key: MasterKey| (key, Pattern::parse(BOB).into_iter().collect());
    me.identity.only_on.extend([there(MasterKey("farm".to_owned()))]);
    desk.hear(Happening::Settings(me.clone()));
    assert_eq!(
        desk.finish(1, 2, Failure, &[change(2, BOB)]),
        [],
        "it is Bob on another master"
    );
    assert_eq!(desk.why(1, 2).identity, None);

    me.identity.only_on.extend([there(MasterKey::bundled())]);
    desk.hear(Happening::Settings(me));
    aloud(&desk.finish(2, 2, Failure, &[change(3, BOB)]));
    let said = desk.why(2, 2).identity.as_deref().unwrap();
    assert!(
        said.contains("is you by “bob@example.org”") && said.contains("this master"),
        "{said}"
    );
}
