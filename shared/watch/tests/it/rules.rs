//! Rules: the first that fits decides whose builds are told, and which.

use crate::desk::*;
use model::Results::{self, *};
use watch::{About, Happening, IconState, MasterKey, Mode, MuteLength, Rule, Scope, Settings, Suspect, Urgency, Whose};

fn rule(about: About, whose: Whose, modes: &[Mode]) -> Rule {
    Rule {
        about,
        whose,
        modes: modes.to_vec(),
        ..Rule::usual()
    }
}

fn named(builder: &str) -> About {
    About {
        builder: Some(builder.to_owned()),
        ..About::default()
    }
}

fn with_rules(rules: Vec<Rule>) -> Desk {
    let mut desk = Desk::green();
    desk.hear(Happening::Settings(Settings { rules, ..settings() }));
    desk
}

fn on_branch(id: i64, author: &str, branch: &str) -> Suspect {
    Suspect {
        branch: Some(branch.to_owned()),
        ..change(id, author)
    }
}

#[test]
fn the_first_rule_that_fits_decides() {
    let quiet = rule(named("b1"), Whose::Nobody, &[Mode::All]);
    let loud = rule(named("b*"), Whose::Everybody, &[Mode::Change]);
    let mut desk = with_rules(vec![quiet.clone(), loud.clone()]);
    assert_eq!(desk.finish(1, 2, Failure, &[change(2, ME)]), []);
    assert_eq!(
        desk.why(1, 2).reason,
        "b1 turned red on a change of yours, but your rule 1 (builder b1) keeps it quiet."
    );
    let tells = desk.finish(2, 2, Failure, &[change(3, BOB)]);
    assert_eq!(aloud(&tells).title, "Broken by Bob: b2 #2");
    assert_eq!(desk.why(2, 2).rule, "your rule 2 (builder b*)");

    let mut other_order = with_rules(vec![loud, quiet]);
    aloud(&other_order.finish(1, 2, Failure, &[change(2, ME)]));
}

#[test]
fn a_rule_can_be_about_a_master_project_tag_builder_or_branch() {
    let some = |text: &str| Some(text.to_owned());
    let table: [(About, i64, &str, bool); 9] = [
        (
            About {
                master: Some(MasterKey::bundled()),
                ..About::default()
            },
            1,
            "main",
            true,
        ),
        (
            About {
                master: Some(MasterKey("farm".to_owned())),
                ..About::default()
            },
            1,
            "main",
            false,
        ),
        (
            About {
                project: some("app"),
                ..About::default()
            },
            1,
            "main",
            true,
        ),
        (
            About {
                project: some("web"),
                ..About::default()
            },
            1,
            "main",
            false,
        ),
        (
            About {
                tag: some("odd"),
                ..About::default()
            },
            1,
            "main",
            true,
        ),
        (
            About {
                tag: some("odd"),
                ..About::default()
            },
            2,
            "main",
            false,
        ),
        (
            About {
                branch: some("release/*"),
                ..About::default()
            },
            1,
            "release/4.2",
            true,
        ),
        (
            About {
                branch: some("release/*"),
                ..About::default()
            },
            1,
            "main",
            false,
        ),
        (
            About {
                branch: some("main"),
                builder: some("b2"),
                ..About::default()
            },
            2,
            "main",
            true,
        ),
    ];
    for (about, id, branch, told) in table {
        let mut desk = with_rules(vec![rule(about.clone(), Whose::Everybody, &[Mode::Problem])]);
        let tells = desk.finish(id, 2, Failure, &[on_branch(2, BOB, branch)]);
        assert_eq!(!tells.is_empty(), told, "{about:?}");
    }
}

#[test]
fn who_is_interested_hears_of_breaks_and_repairs_without_being_blamed() {
    let mut desk = with_rules(vec![rule(named("b1"), Whose::Everybody, &[Mode::Change])]);
    let tells = desk.finish(1, 2, Failure, &[change(2, BOB)]);
    let notice = aloud(&tells);
    assert_eq!(notice.title, "Broken by Bob: b1 #2");
    assert_eq!(
        notice.body,
        "b1 #2: compile failed: main.c:7: error: no\nBy: Bob (00000002)"
    );
    assert!(
        notice.why.contains("You asked for it by your rule 1 (builder b1)."),
        "{}",
        notice.why
    );
    assert_eq!(desk.state.tray(desk.now).icon.state, IconState::BrokenByOthers);
    assert!(!desk.state.tray(desk.now).attention);
    let fixed = desk.finish(1, 3, Success, &[change(3, EVE)]);
    assert_eq!(aloud(&fixed).title, "Fixed by Eve: b1");
    assert_eq!(
        desk.finish(2, 2, Failure, &[change(4, BOB)]),
        [],
        "b2 is of no interest"
    );
}

#[test]
fn each_mode_tells_what_it_says_and_no_more() {
    // What is told of a green, a failure, another failure, an exception, a cancelled one, warnings, a success.
    let story = [Success, Failure, Failure, Exception, Cancelled, Warnings, Success];
    let table: [(Mode, [bool; 7]); 10] = [
        (Mode::Change, [false, true, false, false, false, true, false]),
        (Mode::Problem, [false, true, false, false, false, false, false]),
        (Mode::Fixed, [false, false, false, false, false, true, false]),
        (Mode::Failing, [false, true, true, false, false, false, false]),
        (Mode::Passing, [true, false, false, false, false, true, true]),
        (Mode::Warnings, [false, false, false, false, false, true, false]),
        (Mode::Exception, [false, false, false, true, false, false, false]),
        (Mode::Cancelled, [false, false, false, false, true, false, false]),
        (Mode::All, [true; 7]),
        (Mode::FirstFailure, [false, true, false, false, false, false, false]),
    ];
    for (mode, told) in table {
        let mut desk = with_rules(vec![rule(About::default(), Whose::Mine, &[mode])]);
        for (at, (results, told)) in story.into_iter().zip(told).enumerate() {
            let number = at as i64 + 2;
            let tells = desk.finish(1, number, results, &[change(number, ME)]);
            let heard = tells
                .iter()
                .any(|tell| matches!(tell, watch::Tell::Show(n) if !n.silent));
            assert_eq!(heard, told, "{mode:?}: {results} at {at}");
            assert_eq!(desk.why(1, number).told, told, "{mode:?}: {results} at {at}");
        }
    }
}

#[test]
fn every_build_of_a_builder_shares_one_notice_and_foreign_ones_are_not_told() {
    let mut desk = with_rules(vec![rule(About::default(), Whose::Mine, &[Mode::Passing])]);
    let first = desk.finish(1, 2, Success, &[change(2, ME)]);
    let second = desk.finish(1, 3, Success, &[change(3, ME)]);
    assert_eq!(aloud(&first).title, "b1 #2 succeeded");
    assert_eq!(aloud(&first).urgency, Urgency::Low);
    assert_eq!(aloud(&first).id, aloud(&second).id);
    assert_eq!(desk.finish(1, 4, Success, &[change(4, BOB)]), []);
    desk.hear(Happening::Mute {
        scope: Scope::All,
        length: MuteLength::Minutes(60),
    });
    assert_eq!(desk.finish(1, 5, Success, &[change(5, ME)]), []);
    assert_eq!(
        desk.why(1, 5).reason,
        "b1 was green and stays green. It would have been told, but everything is muted until 13:00."
    );
}

#[test]
fn a_retry_is_never_told_and_leaves_the_builder_as_it_was() {
    for before in [Success, Failure] {
        let mut desk = with_rules(vec![rule(About::default(), Whose::Everybody, &[Mode::All])]);
        desk.finish(1, 2, before, &[change(2, ME)]);
        let colour = desk.colour(1);
        assert_eq!(desk.finish(1, 3, Retry, &[change(3, ME)]), []);
        assert_eq!(desk.colour(1), colour);
    }
}

#[test]
fn a_build_of_a_patch_is_told_to_nobody_whatever_is_asked_for() {
    let mut desk = with_rules(vec![rule(About::default(), Whose::Everybody, &[Mode::All])]);
    for (number, results) in [(2, Failure), (3, Success), (4, Exception)] {
        let mut tried = build(1, number, results, &[]);
        (tried.patched, tried.owners) = (true, vec![ME.to_owned()]);
        assert_eq!(desk.finish_build(tried), [], "{results:?}");
        let why = desk.why(1, number);
        assert_eq!(why.reason, "It built a patch; that says nothing about b1.");
    }
    aloud(&desk.finish(1, 5, Failure, &[]));
}

#[test]
fn a_rule_reminds_of_its_own_builders_only() {
    let mut nagging = rule(named("b1"), Whose::Mine, &[Mode::Change]);
    nagging.remind_minutes = Some(120);
    let mut desk = with_rules(vec![nagging]);
    aloud(&desk.finish(1, 2, Failure, &[change(2, ME)]));
    aloud(&desk.finish(2, 2, Failure, &[change(3, ME)]));
    assert_eq!(desk.tick_after(119), []);
    let tells = desk.tick_after(1);
    assert_eq!(aloud(&tells).title, "Still broken since 12:00: b1 #2");
    assert_eq!(aloud(&desk.tick_after(120)).title, "Still broken since 12:00: b1 #2");
    desk.finish(1, 3, Success, &[change(4, BOB)]);
    assert_eq!(desk.tick_after(600), []);
}

#[test]
fn of_two_people_only_the_blamed_one_is_told() {
    let person = |mail: &str| {
        let mut desk = Desk::green();
        let mut me = settings();
        me.identity.patterns = watch::Pattern::parse(mail).into_iter().collect();
        desk.hear(Happening::Settings(me));
        desk
    };
    let (mut ada, mut bob) = (person("ada@example.org"), person("bob@example.org"));
    let story: [(i64, Results, Suspect); 4] = [
        (2, Failure, change(2, ME)),
        (3, Failure, change(3, BOB)),
        (4, Exception, change(4, BOB)),
        (5, Success, change(5, BOB)),
    ];
    let heard = |desk: &mut Desk| {
        let tells = story
            .iter()
            .flat_map(|(n, r, c)| desk.finish(1, *n, *r, std::slice::from_ref(c)));
        let titles = tells.map(|tell| match tell {
            watch::Tell::Show(notice) => notice.title.clone(),
            watch::Tell::Withdraw(key) => panic!("{key:?}"),
        });
        titles.collect::<Vec<_>>()
    };
    assert_eq!(heard(&mut ada), ["Broken by you: b1 #2", "Fixed by Bob: b1"]);
    assert_eq!(heard(&mut bob), [] as [&str; 0]);
}
