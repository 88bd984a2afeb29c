//! A master that is called by another key.

use crate::desk::*;
use model::Results::*;
use model::{BuildId, BuilderId, WorkerId};
use watch::*;

fn farm() -> MasterKey {
    MasterKey("farm".to_owned())
}

fn new() -> MasterKey {
    MasterKey("new".to_owned())
}

/// A build of the only builder of a joined master.
fn there(desk: &mut Desk, master: &MasterKey, number: i64, results: model::Results) -> Vec<Tell> {
    let mut build = build(1, number, results, &[change(number, ME)]);
    build.builder.master = master.clone();
    build.build.master = master.clone();
    desk.finish_build(build)
}

fn rename(desk: &mut Desk) -> Vec<Tell> {
    desk.hear(Happening::Renamed {
        from: farm(),
        to: new(),
    })
}

/// It is red and was told, muted and claimed.
fn known() -> Desk {
    let mut desk = Desk::green();
    assert_eq!(there(&mut desk, &farm(), 1, Success), []);
    aloud(&there(&mut desk, &farm(), 2, Failure));
    desk.hear(Happening::Claim {
        about: ClaimAbout::Builder(BuilderKey::new(&farm(), BuilderId(1))),
        by: "Ada".to_owned(),
        mine: true,
        shared: false,
    });
    desk
}

#[test]
fn what_was_told_seen_and_claimed_stays() {
    let mut desk = known();
    assert_eq!(rename(&mut desk), []);
    desk.restart();
    let snapshot = desk.snapshot();
    let keys: Vec<&MasterKey> = snapshot.builders.iter().map(|builder| &builder.key.master).collect();
    assert!(keys.contains(&&new()) && !keys.contains(&&farm()), "{keys:?}");
    assert!(snapshot.masters.iter().any(|master| master.key == new()));
    let red = snapshot
        .builders
        .iter()
        .find(|builder| builder.key.master == new())
        .expect("it");
    assert_eq!(
        (red.colour, red.claim.as_ref().map(|claim| claim.mine)),
        (Colour::Red, Some(true))
    );
    assert_eq!(
        desk.state
            .breaks()
            .iter()
            .filter(|b| b.master == new() && b.is_open())
            .count(),
        1
    );
    let build = BuildKey::new(&new(), BuildId(1002));
    assert!(desk.state.why(&build).is_some_and(|verdict| verdict.told));
    // The same build again is no news; its repair is, once.
    assert_eq!(there(&mut desk, &new(), 2, Failure), []);
    let told = there(&mut desk, &new(), 3, Success);
    assert!(
        told.iter()
            .any(|tell| matches!(tell, Tell::Show(notice) if notice.about == Subject::Fixed)),
        "{told:?}"
    );
}

#[test]
fn a_mute_goes_with_its_master() {
    for scope in [
        Scope::Master(farm()),
        Scope::Builder(BuilderKey::new(&farm(), BuilderId(1))),
    ] {
        let mut desk = Desk::green();
        assert_eq!(there(&mut desk, &farm(), 1, Success), []);
        desk.hear(Happening::Mute {
            scope,
            length: MuteLength::ForEver,
        });
        rename(&mut desk);
        assert_eq!(there(&mut desk, &new(), 2, Failure), [], "it is muted");
    }
}

#[test]
fn a_missing_worker_comes_back_under_the_new_name() {
    let mut desk = known();
    let told = desk.hear(Happening::WorkerMissing {
        master: farm(),
        worker: WorkerId(7),
        name: "mac".to_owned(),
        since: None,
    });
    let notice = aloud(&told).id.clone();
    assert_eq!(rename(&mut desk), [Tell::Withdraw(notice)]);
    assert_eq!(desk.state.missing_of(&new()), [WorkerId(7)]);
    assert_eq!(desk.state.missing_of(&farm()), []);
    assert_eq!(desk.tick_after(1), [], "it is not told again");
}

#[test]
fn a_key_that_is_another_masters_is_left_alone() {
    let mut desk = known();
    let before = desk.snapshot();
    desk.hear(Happening::Renamed {
        from: farm(),
        to: MasterKey::bundled(),
    });
    desk.hear(Happening::Renamed {
        from: MasterKey("nobody".to_owned()),
        to: new(),
    });
    assert_eq!(desk.snapshot().builders.len(), before.builders.len());
    assert_eq!(desk.snapshot().masters.len(), before.masters.len());
}
