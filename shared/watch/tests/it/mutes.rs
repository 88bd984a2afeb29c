//! Mutes, quiet hours and do-not-disturb: silence, never a wrong state.

use crate::desk::*;
use model::Results::*;
use watch::{Happening, MasterKey, MuteLength, QuietHours, Rule, Scope, Settings, Tell, Urgency};

fn mute(scope: Scope, length: MuteLength) -> Happening {
    Happening::Mute { scope, length }
}

#[test]
fn every_scope_keeps_its_builders_quiet_and_no_others() {
    let project = |name: &str| Scope::Project {
        master: MasterKey::bundled(),
        project: name.to_owned(),
    };
    let table = [
        (Scope::All, true),
        (Scope::Master(MasterKey::bundled()), true),
        (Scope::Master(MasterKey("farm".to_owned())), false),
        (project("app"), true),
        (project("other"), false),
        (Scope::Tag("odd".to_owned()), true),
        (Scope::Tag("even".to_owned()), false),
        (Scope::Builder(builder(1)), true),
        (Scope::Builder(builder(2)), false),
    ];
    for (scope, quiet) in table {
        let mut desk = Desk::green();
        desk.hear(mute(scope.clone(), MuteLength::ForEver));
        let tells = desk.finish(1, 2, Failure, &[change(2, ME)]);
        assert_eq!(tells.is_empty(), quiet, "{scope:?}");
        let view = desk
            .snapshot()
            .builders
            .into_iter()
            .find(|b| b.key == builder(1))
            .unwrap();
        assert_eq!(view.muted.is_some(), quiet);
        assert!(
            view.blame.is_some_and(|blame| blame.mine),
            "the state is shown all the same"
        );
    }
}

#[test]
fn a_mute_ends_by_itself_and_is_listed_until_then() {
    let mut desk = Desk::green();
    desk.hear(mute(Scope::All, MuteLength::Minutes(60)));
    let listed = &desk.snapshot().mutes[0];
    assert_eq!(
        (listed.what.as_str(), listed.until.as_str()),
        ("everything", "until 13:00")
    );
    assert_eq!(desk.state.next_tick(desk.now), Some(desk.now.plus_millis(60 * MINUTE)));
    assert_eq!(desk.finish(1, 2, Failure, &[change(2, ME)]), []);
    assert_eq!(
        desk.why(1, 2).reason,
        "b1 turned red on a change of yours, but everything is muted until 13:00."
    );
    assert_eq!(desk.tick_after(60), [], "what was muted is not told afterwards");
    assert!(desk.snapshot().mutes.is_empty());
    aloud(&desk.finish(2, 2, Failure, &[change(3, ME)]));
}

#[test]
fn a_mute_until_fixed_ends_with_the_repair_and_lets_it_be_told() {
    let mut desk = Desk::green();
    desk.finish(1, 2, Failure, &[change(2, ME)]);
    desk.hear(mute(Scope::Builder(builder(1)), MuteLength::UntilFixed));
    assert_eq!(desk.finish(1, 3, Failure, &[change(3, ME)]), []);
    aloud(&desk.finish(1, 4, Success, &[change(4, ME)]));
    assert!(desk.snapshot().mutes.is_empty());
}

#[test]
fn a_mute_of_several_until_fixed_waits_for_all_of_them() {
    let mut desk = Desk::green();
    desk.finish(1, 2, Failure, &[change(2, ME)]);
    desk.finish(2, 2, Failure, &[change(3, ME)]);
    desk.hear(mute(Scope::All, MuteLength::UntilFixed));
    desk.finish(1, 3, Success, &[change(4, ME)]);
    assert_eq!(desk.snapshot().mutes.len(), 1, "b2 is red still");
    desk.finish(2, 3, Success, &[change(4, ME)]);
    assert!(desk.snapshot().mutes.is_empty());
}

#[test]
fn a_repair_while_muted_takes_the_stale_notice_away() {
    let mut desk = Desk::green();
    let broken = desk.finish(1, 2, Failure, &[change(2, ME)]);
    desk.hear(mute(Scope::All, MuteLength::ForEver));
    let tells = desk.finish(1, 3, Success, &[change(3, ME)]);
    assert_eq!(tells, [Tell::Withdraw(aloud(&broken).id.clone())]);
}

#[test]
fn unmuting_ends_it_at_once_and_muting_again_replaces_it() {
    let mut desk = Desk::green();
    desk.hear(mute(Scope::All, MuteLength::Minutes(5)));
    desk.hear(mute(Scope::All, MuteLength::ForEver));
    assert_eq!(desk.snapshot().mutes.len(), 1);
    assert_eq!(desk.state.next_tick(desk.now), None);
    desk.hear(Happening::Unmute(Scope::All));
    aloud(&desk.finish(1, 2, Failure, &[change(2, ME)]));
}

#[test]
fn quiet_hours_keep_notices_for_one_summary() {
    let mut desk = Desk::green();
    let quiet = Some(QuietHours {
        from: 11 * 60,
        to: 13 * 60,
    });
    desk.hear(Happening::Settings(Settings { quiet, ..settings() }));
    assert_eq!(desk.snapshot().hush.as_deref(), Some("quiet hours until 13:00"));
    assert_eq!(desk.finish(1, 2, Failure, &[change(2, ME)]), []);
    assert_eq!(desk.finish(2, 2, Failure, &[change(3, ME)]), []);
    assert_eq!(desk.finish(3, 2, Failure, &[change(4, ME)]), []);
    assert_eq!(desk.finish(3, 3, Success, &[change(5, BOB)]), []);
    assert_eq!(desk.finish(4, 2, Failure, &[change(6, BOB)]), []);
    assert!(desk.why(1, 2).reason.ends_with("it is kept for afterwards."));
    assert_eq!(desk.tick_after(59), []);
    assert_eq!(desk.state.next_tick(desk.now), Some(NOON.plus_millis(60 * MINUTE)));
    let tells = desk.tick_after(1);
    let summary = aloud(&tells);
    assert_eq!(summary.title, "While notices were off: 2 broken by you, 1 fixed");
    assert_eq!(
        summary.body,
        "Broken by you: b1 #2\nBroken by you: b2 #2\nFixed by Bob: b3"
    );
    assert_eq!(desk.tick_after(1), [], "it comes once");
    silent(&desk.finish(5, 2, Failure, &[change(2, ME)]));
}

#[test]
fn one_kept_notice_comes_as_itself() {
    let mut desk = Desk::green();
    desk.hear(Happening::DoNotDisturb(true));
    assert_eq!(desk.finish(1, 2, Failure, &[change(2, ME)]), []);
    let tells = desk.hear(Happening::DoNotDisturb(false));
    assert_eq!(aloud(&tells).title, "Broken by you: b1 #2");
    assert_eq!(aloud(&tells).urgency, Urgency::Normal);
    silent(&desk.finish(2, 2, Failure, &[change(2, ME)]));
}

#[test]
fn do_not_disturb_also_stops_silent_updates() {
    let mut desk = Desk::green();
    aloud(&desk.finish(1, 2, Failure, &[change(2, ME)]));
    desk.hear(Happening::DoNotDisturb(true));
    assert_eq!(desk.finish(2, 2, Failure, &[change(2, ME)]), []);
    assert_eq!(desk.hear(Happening::DoNotDisturb(false)), [], "nothing new was kept");
}

#[test]
fn a_repair_that_was_kept_is_dropped_when_the_break_goes_on() {
    let mut desk = Desk::green();
    aloud(&desk.finish(1, 2, Failure, &[change(2, ME)]));
    desk.hear(Happening::DoNotDisturb(true));
    desk.finish(1, 3, Success, &[change(3, ME)]);
    desk.finish(2, 2, Failure, &[change(2, ME)]);
    assert_eq!(
        desk.hear(Happening::DoNotDisturb(false)),
        [],
        "it was told before, and is not repaired"
    );
    aloud(&desk.finish(2, 3, Success, &[change(3, ME)]));
}

#[test]
fn what_was_muted_while_it_was_kept_is_not_told() {
    let mut desk = Desk::green();
    desk.hear(Happening::DoNotDisturb(true));
    desk.finish(1, 2, Failure, &[change(2, ME)]);
    desk.hear(mute(Scope::Builder(builder(1)), MuteLength::ForEver));
    assert_eq!(desk.hear(Happening::DoNotDisturb(false)), []);
}

#[test]
fn quiet_hours_follow_local_time() {
    let mut desk = Desk::green();
    let quiet = Some(QuietHours {
        from: 22 * 60,
        to: 8 * 60,
    });
    desk.hear(Happening::Settings(Settings { quiet, ..settings() }));
    assert_eq!(desk.snapshot().hush, None, "12:00");
    desk.hear(Happening::Tick {
        utc_offset_minutes: 11 * 60,
    });
    assert!(desk.snapshot().hush.is_some(), "23:00");
    assert_eq!(
        desk.state.next_tick(desk.now),
        Some(desk.now.plus_millis(9 * 60 * MINUTE))
    );
}

#[test]
fn a_reminder_that_may_not_come_does_not_keep_the_clock_busy() {
    let mut desk = Desk::green();
    desk.hear(Happening::Settings(Settings {
        otherwise: Rule {
            remind_minutes: Some(10),
            ..Rule::usual()
        },
        ..settings()
    }));
    desk.finish(1, 2, Failure, &[change(2, ME)]);
    desk.hear(mute(Scope::All, MuteLength::ForEver));
    assert_eq!(desk.tick_after(60), []);
    assert_eq!(desk.state.next_tick(desk.now), None);
}

#[test]
fn a_reminder_in_silence_waits_for_its_end_and_keeps_no_clock_busy() {
    let reminding = Settings {
        otherwise: Rule {
            remind_minutes: Some(10),
            ..Rule::usual()
        },
        ..settings()
    };
    let quiet = Some(QuietHours {
        from: 12 * 60 + 5,
        to: 13 * 60,
    });
    let mut desk = Desk::green();
    desk.hear(Happening::Settings(Settings {
        quiet,
        ..reminding.clone()
    }));
    aloud(&desk.finish(1, 2, Failure, &[change(2, ME)]));
    assert_eq!(desk.tick_after(20), []);
    assert_eq!(desk.state.next_tick(desk.now), Some(NOON.plus_millis(60 * MINUTE)));
    aloud(&desk.tick_after(40));

    let mut desk = Desk::green();
    desk.hear(Happening::Settings(reminding));
    aloud(&desk.finish(1, 2, Failure, &[change(2, ME)]));
    desk.hear(Happening::DoNotDisturb(true));
    assert_eq!(desk.tick_after(20), []);
    assert_eq!(desk.state.next_tick(desk.now), None);
    desk.hear(Happening::DoNotDisturb(false));
    assert_eq!(desk.state.next_tick(desk.now), Some(desk.now));
    aloud(&desk.tick_after(0));
}

#[test]
fn a_mute_until_fixed_ends_when_what_is_red_is_gone() {
    let bundled = MasterKey::bundled;
    let others = (2..=5).map(info).collect();
    let without_it = Happening::Builders {
        master: bundled(),
        builders: others,
    };
    for gone in [without_it, Happening::MasterGone(bundled())] {
        let mut desk = Desk::green();
        desk.finish(1, 2, Failure, &[change(2, ME)]);
        desk.hear(mute(Scope::Tag("odd".to_owned()), MuteLength::UntilFixed));
        desk.hear(mute(Scope::Tag("even".to_owned()), MuteLength::UntilFixed));
        desk.hear(gone.clone());
        let left = desk.state.mutes().iter().map(|mute| mute.scope.clone());
        assert_eq!(left.collect::<Vec<_>>(), [Scope::Tag("even".to_owned())], "{gone:?}");
    }
}

#[test]
fn a_builder_that_comes_with_the_id_of_one_that_is_gone_is_not_muted() {
    let mut desk = Desk::green();
    desk.hear(mute(Scope::Builder(builder(1)), MuteLength::ForEver));
    desk.hear(Happening::MasterGone(MasterKey::bundled()));
    assert!(desk.state.mutes().is_empty());
}

#[test]
fn a_snooze_until_tomorrow_ends_at_eight_local_time() {
    // NOON is 12:00 UTC on a Friday; local time, the local hours of the day and the end in UTC hours from NOON.
    for (offset, hours) in [(0, 20), (60, 19), (-13 * 60, 9), (12 * 60, 32)] {
        let mut desk = Desk::green();
        desk.hear(Happening::Tick {
            utc_offset_minutes: offset,
        });
        desk.hear(mute(Scope::All, MuteLength::UntilTomorrow));
        let end = desk.now.plus_millis(hours * 60 * MINUTE);
        assert_eq!(desk.state.next_tick(desk.now), Some(end), "{offset}");
        assert!(
            desk.snapshot().mutes[0].until.ends_with(" 08:00"),
            "{:?}",
            desk.snapshot().mutes
        );
        desk.now = end;
        aloud(&desk.finish(1, 2, Failure, &[change(2, ME)]));
    }
}
