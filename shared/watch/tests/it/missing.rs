//! Workers that stay away.

use crate::desk::*;
use model::{Time, WorkerId};
use watch::{Happening, MasterKey, MuteLength, NoticeKey, Scope, Tell};

fn missing(since: Time) -> Happening {
    Happening::WorkerMissing {
        master: MasterKey::bundled(),
        worker: WorkerId(7),
        name: "mac".to_owned(),
        since: Some(since),
    }
}

fn back() -> Happening {
    Happening::WorkerBack {
        master: MasterKey::bundled(),
        worker: WorkerId(7),
    }
}

fn withdrawn() -> Vec<Tell> {
    vec![Tell::Withdraw(NoticeKey("worker/bundled/7".to_owned()))]
}

#[test]
fn a_missing_worker_is_told_once_and_taken_away_when_it_is_back() {
    let mut desk = Desk::new();
    let tells = desk.hear(missing(NOON.plus_millis(-90 * MINUTE)));
    let notice = aloud(&tells);
    assert_eq!(notice.title, "Worker mac is missing");
    assert_eq!(notice.body, "It is away since 10:30. Builds that need it wait.");
    assert_eq!(notice.target.path(), "/workers/7");
    assert_eq!(desk.tick_after(600), [], "once is enough");
    assert_eq!(desk.hear(back()), withdrawn());
    assert_eq!(desk.hear(back()), [], "it was here already");
}

#[test]
fn a_worker_that_is_told_to_be_missing_again_is_no_news() {
    let mut desk = Desk::new();
    aloud(&desk.hear(missing(NOON)));
    assert_eq!(desk.hear(missing(NOON)), []);
    assert_eq!(desk.state.missing_of(&MasterKey::bundled()), [WorkerId(7)]);
    assert_eq!(desk.hear(back()), withdrawn());
    assert_eq!(desk.state.missing_of(&MasterKey::bundled()), []);
}

#[test]
fn nothing_is_said_of_a_time_that_nobody_knows() {
    let mut desk = Desk::new();
    let tells = desk.hear(Happening::WorkerMissing {
        master: MasterKey("farm".to_owned()),
        worker: WorkerId(7),
        name: "mac".to_owned(),
        since: None,
    });
    let notice = aloud(&tells);
    assert_eq!(
        notice.body,
        "It is away for longer than its master allows. Builds that need it wait."
    );
    assert_eq!(notice.target.path(), "/masters/farm/workers/7");
}

#[test]
fn silence_keeps_a_missing_worker_for_afterwards() {
    let mut desk = Desk::new();
    desk.hear(Happening::DoNotDisturb(true));
    assert_eq!(desk.hear(missing(NOON)), []);
    aloud(&desk.hear(Happening::DoNotDisturb(false)));

    let mut desk = Desk::new();
    desk.hear(Happening::Mute {
        scope: Scope::All,
        length: MuteLength::Minutes(60),
    });
    assert_eq!(desk.hear(missing(NOON)), []);
    aloud(&desk.tick_after(61));
}

#[test]
fn a_worker_that_came_back_in_silence_is_not_told() {
    let mut desk = Desk::new();
    desk.hear(Happening::DoNotDisturb(true));
    desk.hear(missing(NOON));
    assert_eq!(desk.hear(back()), []);
    assert_eq!(desk.hear(Happening::DoNotDisturb(false)), []);
}

#[test]
fn a_master_that_is_no_longer_followed_takes_its_missing_workers_with_it() {
    let mut desk = Desk::new();
    desk.hear(missing(NOON));
    assert_eq!(desk.hear(Happening::MasterGone(MasterKey::bundled())), withdrawn());
}
