//! Tries that are over.

use crate::desk::*;
use watch::{Happening, MuteLength, Scope, Tell, TryOver};

fn over(green: bool) -> Happening {
    let failed = match green {
        true => Vec::new(),
        false => vec!["linux".to_owned(), "mac".to_owned()],
    };
    Happening::TryOver(TryOver {
        id: 7,
        project: "frob".to_owned(),
        master: "Team".to_owned(),
        green,
        words: "2 of 3 builders did not succeed".to_owned(),
        failed,
    })
}

#[test]
fn a_try_is_told_once_when_it_is_over() {
    let mut desk = Desk::new();
    let tells = desk.hear(over(false));
    let notice = aloud(&tells);
    assert_eq!(notice.title, "Your change of frob did not pass");
    assert_eq!(notice.body, "2 of 3 builders did not succeed, on Team\nlinux, mac");
    assert_eq!(notice.target.path(), "/try/7");
    assert_eq!(desk.tick_after(600), []);
    assert_eq!(aloud(&desk.hear(over(true))).title, "Your change of frob is green");
}

#[test]
fn silence_keeps_it_until_it_is_over() {
    let mut desk = Desk::new();
    desk.hear(Happening::DoNotDisturb(true));
    assert_eq!(desk.hear(over(false)), []);
    let tells = desk.hear(Happening::DoNotDisturb(false));
    assert_eq!(aloud(&tells).target.path(), "/try/7");

    let mut desk = Desk::new();
    desk.hear(Happening::Mute {
        scope: Scope::All,
        length: MuteLength::Minutes(60),
    });
    assert_eq!(desk.hear(over(false)), []);
    assert_eq!(aloud(&desk.tick_after(61)).target.path(), "/try/7");
}

#[test]
fn in_a_long_silence_the_last_ones_are_kept() {
    let mut desk = Desk::new();
    desk.hear(Happening::DoNotDisturb(true));
    for id in 1..=60 {
        let mut one = over(true);
        if let Happening::TryOver(over) = &mut one {
            over.id = id;
        }
        desk.hear(one);
    }
    let told = desk.hear(Happening::DoNotDisturb(false));
    assert_eq!(told.len(), 50);
    assert!(matches!(&told[0], Tell::Show(notice) if notice.target.path() == "/try/11"));
}
