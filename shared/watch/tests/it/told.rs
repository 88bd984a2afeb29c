//! What the notices say, and to whom.

use crate::desk::*;
use model::Results::*;
use watch::{Happening, NoticeAction, Rule, Scope, Settings, Target, Urgency};

#[test]
fn a_break_names_builder_number_step_revision_and_suspects() {
    let mut desk = Desk::green();
    let tells = desk.finish(1, 412, Failure, &[change(2, ME), change(3, BOB), change(4, EVE)]);
    let notice = aloud(&tells);
    assert_eq!(notice.title, "Broken by you and 2 others: b1 #412");
    assert_eq!(
        notice.body,
        "b1 #412: compile failed: main.c:7: error: no\nYours: 00000002 Change 2\nOr: Bob (00000003), Eve (00000004)"
    );
    assert_eq!(notice.urgency, Urgency::Normal);
    let log = Target::Log {
        builder: builder(1),
        number: 412,
        step: 2,
        log: "stdio".to_owned(),
        line: Some(41),
    };
    assert_eq!(notice.target, log);
    let labels: Vec<&str> = notice.buttons.iter().map(|b| b.label.as_str()).collect();
    assert_eq!(labels, ["Open log", "Mute 1 h"]);
    assert_eq!(notice.buttons[0].action, NoticeAction::Open(log));
    assert_eq!(notice.buttons[1].action, NoticeAction::Mute(Scope::Builder(builder(1))));
    assert!(
        notice
            .why
            .starts_with("b1 turned red on changes that no earlier build had tried"),
        "{}",
        notice.why
    );
    let verdict = desk.why(1, 412);
    assert!(verdict.told);
    assert_eq!(verdict.notice.as_ref(), Some(&notice.id));
}

#[test]
fn a_failure_without_step_or_log_leads_to_the_build() {
    let mut desk = Desk::green();
    let mut bare = build(1, 2, Failure, &[change(2, ME)]);
    bare.failed = None;
    let tells = desk.finish_build(bare);
    assert_eq!(aloud(&tells).body, "b1 #2 failed\nYours: 00000002 Change 2");
    assert_eq!(
        aloud(&tells).target,
        Target::Build {
            builder: builder(1),
            number: 2
        }
    );
    assert_eq!(aloud(&tells).buttons[0].label, "Open build");
}

#[test]
fn who_is_not_blamed_hears_nothing() {
    let mut desk = Desk::green();
    assert_eq!(desk.finish(1, 2, Failure, &[change(2, BOB)]), []);
    assert_eq!(desk.finish(1, 3, Success, &[change(3, BOB)]), []);
    assert_eq!(
        desk.why(1, 3).reason,
        "b1 is green again; you were not blamed for the break."
    );
}

#[test]
fn a_repair_is_told_with_its_author_to_who_was_blamed() {
    let mut desk = Desk::green();
    let broken = desk.finish(1, 2, Failure, &[change(2, ME)]);
    desk.now = desk.now.plus_millis(72 * MINUTE);
    let tells = desk.finish(1, 3, Success, &[change(3, BOB)]);
    let notice = aloud(&tells);
    assert_eq!(notice.title, "Fixed by Bob: b1");
    assert_eq!(notice.body, "00000003 Change 3\nBroken for 1 h 12 m");
    assert_eq!(notice.id, aloud(&broken).id, "it takes the break's place");
    assert_eq!((notice.urgency, notice.about), (Urgency::Low, watch::Subject::Fixed));
    assert_eq!(
        notice.target,
        Target::Build {
            builder: builder(1),
            number: 3
        }
    );
    assert!(desk.why(1, 3).told);
}

#[test]
fn my_own_repair_is_mine() {
    let mut desk = Desk::green();
    desk.finish(1, 2, Failure, &[change(2, ME)]);
    let both = desk.finish(1, 3, Success, &[change(3, ME), change(4, BOB)]);
    assert_eq!(aloud(&both).title, "Fixed by you and Bob: b1");
}

#[test]
fn a_break_is_fixed_with_its_last_builder() {
    let mut desk = Desk::green();
    desk.finish(1, 2, Failure, &[change(2, ME)]);
    desk.finish(2, 2, Failure, &[change(2, ME)]);
    let half = desk.finish(1, 3, Success, &[change(3, BOB)]);
    assert_eq!(silent(&half).title, "Broken by you: b2 #2");
    let whole = desk.finish(2, 3, Success, &[change(3, BOB)]);
    assert_eq!(aloud(&whole).title, "Fixed by Bob: b1 and b2");
}

#[test]
fn breaks_and_repairs_can_be_switched_off() {
    let mut desk = Desk::green();
    desk.hear(Happening::Settings(Settings {
        otherwise: Rule {
            modes: Vec::new(),
            ..Rule::usual()
        },
        ..settings()
    }));
    assert_eq!(desk.finish(1, 2, Failure, &[change(2, ME)]), []);
    assert_eq!(desk.finish(1, 3, Success, &[change(3, ME)]), []);
    assert!(desk.why(1, 2).reason.contains("settings"), "{}", desk.why(1, 2).reason);
}

#[test]
fn reminders_come_at_their_interval_and_stop_with_the_repair() {
    let mut desk = Desk::green();
    desk.hear(Happening::Settings(Settings {
        otherwise: Rule {
            remind_minutes: Some(30),
            ..Rule::usual()
        },
        ..settings()
    }));
    desk.finish(1, 2, Failure, &[change(2, ME)]);
    assert_eq!(desk.state.next_tick(desk.now), Some(desk.now.plus_millis(30 * MINUTE)));
    assert_eq!(desk.tick_after(29), []);
    let again = desk.tick_after(1);
    assert_eq!(aloud(&again).title, "Still broken since 12:00: b1 #2");
    assert_eq!(desk.tick_after(29), []);
    aloud(&desk.finish(1, 3, Success, &[change(3, ME)]));
    assert_eq!(desk.tick_after(60), []);
    assert_eq!(desk.state.next_tick(desk.now), None);
}

#[test]
fn what_ended_before_the_master_was_followed_is_no_news() {
    let mut desk = Desk::new();
    let long_ago = |number, results, changes: &[watch::Suspect]| {
        let mut old = build(1, number, results, changes);
        old.complete_at = NOON.plus_millis(-600 * MINUTE);
        Happening::Finished(Box::new(old))
    };
    desk.hear(long_ago(1, Success, &[]));
    assert_eq!(desk.hear(long_ago(2, Failure, &[change(2, ME)])), []);
    assert_eq!(desk.colour(1), watch::Colour::Red);
    assert!(
        desk.why(1, 2).reason.contains("before this master was followed"),
        "{}",
        desk.why(1, 2).reason
    );
}

#[test]
fn what_ended_in_the_second_in_which_the_master_was_joined_is_news() {
    let mut desk = Desk::new();
    desk.finish(1, 1, Success, &[]);
    let mut broke = build(1, 2, Failure, &[change(2, ME)]);
    // Told in whole seconds: the master was followed since the middle of it.
    broke.complete_at = NOON.plus_millis(-500);
    aloud(&desk.hear(Happening::Finished(Box::new(broke))));
}

#[test]
fn long_texts_are_cut_and_counted() {
    let mut desk = Desk::green();
    let mut many: Vec<watch::Suspect> = (2..12).map(|id| change(id, ME)).collect();
    many[0].comments = "word ".repeat(100);
    many.extend((12..20).map(|id| change(id, &format!("Person {id} <p{id}@example.org>"))));
    let tells = desk.finish(1, 2, Failure, &many);
    let lines: Vec<&str> = aloud(&tells).body.lines().collect();
    assert_eq!(lines.len(), 5, "{lines:#?}");
    assert!(lines[1].ends_with('…') && lines[1].chars().count() < 100);
    assert_eq!(lines[3], "and 8 more changes");
    assert_eq!(
        lines[4],
        "Or: Person 12 (0000000c), Person 13 (0000000d), Person 14 (0000000e) and 5 more"
    );
}
