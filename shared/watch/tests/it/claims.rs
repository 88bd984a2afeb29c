//! “I have it”.

use crate::desk::*;
use model::Results::*;
use watch::{Claim, ClaimAbout, Happening, MasterKey, Rule, Settings, Suspect};

fn claim(about: ClaimAbout, by: &str, mine: bool) -> Happening {
    Happening::Claim {
        about,
        by: by.to_owned(),
        mine,
        shared: false,
    }
}

fn on(id: i64) -> ClaimAbout {
    ClaimAbout::Builder(builder(id))
}

fn broken() -> (Desk, [Suspect; 1]) {
    let mut desk = Desk::green();
    desk.hear(Happening::Settings(Settings {
        otherwise: Rule {
            remind_minutes: Some(60),
            ..Rule::usual()
        },
        ..settings()
    }));
    let mine = [change(2, ME)];
    aloud(&desk.finish(1, 2, Failure, &mine));
    (desk, mine)
}

fn who(desk: &Desk) -> Option<String> {
    desk.snapshot().breaks[0].claim.as_ref().map(|claim| claim.by.clone())
}

#[test]
fn a_claim_is_seen_on_the_break_and_ends_at_green() {
    let (mut desk, _) = broken();
    let id = desk.snapshot().breaks[0].id;
    assert_eq!(desk.hear(claim(ClaimAbout::Break(id), "Bob", false)), []);
    assert_eq!(who(&desk).as_deref(), Some("Bob"));
    assert_eq!(
        desk.state.tray(desk.now).tooltip.text,
        "b1 #2 broken by you since 12:00, Bob has it"
    );
    desk.restart();
    assert_eq!(who(&desk).as_deref(), Some("Bob"), "it is kept");
    desk.finish(1, 3, Success, &[change(3, BOB)]);
    assert!(desk.state.claims().is_empty());
    desk.finish(1, 4, Failure, &[change(4, ME)]);
    assert_eq!(who(&desk), None, "the next break is nobody's yet");
}

#[test]
fn a_claim_ends_after_a_day() {
    let (mut desk, _) = broken();
    desk.hear(claim(on(1), "Ada", true));
    assert_eq!(
        desk.state.next_tick(desk.now),
        Some(desk.now.plus_millis(24 * 60 * MINUTE))
    );
    desk.tick_after(24 * 60 - 1);
    assert_eq!(desk.state.claims().len(), 1);
    let tells = desk.tick_after(1);
    assert!(desk.state.claims().is_empty());
    assert_eq!(
        aloud(&tells).title,
        "Still broken since Fri 12:00: b1 #2",
        "reminders go on"
    );
}

#[test]
fn the_claimers_own_reminders_are_quiet_and_no_others() {
    let (mut desk, mine) = broken();
    desk.hear(claim(on(1), "Ada", true));
    assert_eq!(desk.tick_after(61), []);
    silent(&desk.finish(2, 2, Failure, &mine));
    desk.hear(Happening::Unclaim(on(1)));
    aloud(&desk.tick_after(0));
    desk.hear(claim(on(1), "Bob", false));
    aloud(&desk.tick_after(60));
}

#[test]
fn the_newest_claim_counts_and_a_break_can_be_given_back_whole() {
    let (mut desk, mine) = broken();
    desk.finish(2, 2, Failure, &mine);
    let id = desk.snapshot().breaks[0].id;
    desk.hear(claim(ClaimAbout::Break(id), "Bob", false));
    desk.hear(claim(on(2), "Ada\u{1b}[31m", true));
    assert_eq!(desk.state.claims().len(), 2);
    assert_eq!(
        who(&desk).as_deref(),
        Some("Ada[31m"),
        "the person's own first, as text"
    );
    desk.hear(Happening::Unclaim(ClaimAbout::Break(id)));
    assert!(desk.state.claims().is_empty());
}

#[test]
fn a_masters_list_replaces_what_was_shared_and_keeps_whose_it_is() {
    let (mut desk, mine) = broken();
    desk.finish(2, 2, Failure, &mine);
    let shared = |id, by: &str, minutes: i64| Claim {
        builder: builder(id),
        by: by.to_owned(),
        mine: false,
        since: NOON.plus_millis(minutes * MINUTE),
        shared: true,
    };
    let list = |claims| Happening::Claims {
        master: MasterKey::bundled(),
        claims,
    };
    desk.hear(Happening::Claim {
        about: on(1),
        by: "Ada".to_owned(),
        mine: true,
        shared: true,
    });
    desk.hear(list(vec![shared(1, "Ada", 0), shared(2, "Bob", 600)]));
    let claims = desk.state.claims();
    assert!(claims[0].mine && !claims[1].mine, "{claims:?}");
    assert_eq!(claims[1].since, desk.now, "a clock that runs ahead prolongs nothing");
    desk.hear(list(vec![shared(1, "Eve", 0), shared(3, "Bob", -25 * 60)]));
    let claims: Vec<(&str, bool)> = desk.state.claims().iter().map(|c| (c.by.as_str(), c.mine)).collect();
    assert_eq!(
        claims,
        [("Eve", false)],
        "somebody took it over, and an old one is over"
    );
    desk.hear(list(vec![]));
    assert!(desk.state.claims().is_empty());
}
