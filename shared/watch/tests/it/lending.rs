//! What the tray says of a machine that is lent.

use crate::desk::*;
use watch::{Happening, IconState, LentState, LentView, MenuAction, MenuItem};

/// Nothing is configured here.
fn empty() -> Desk {
    Desk::empty()
}

fn lent(master: &str, state: LentState, builds: &[&str]) -> LentView {
    LentView {
        master: master.to_owned(),
        state,
        builds: builds.iter().map(|name| ((*name).to_owned(), NOON)).collect(),
    }
}

/// The labels of the menu and what they do.
fn group(desk: &Desk) -> Vec<(String, Option<MenuAction>)> {
    let menu = desk.state.tray(desk.now).menu;
    let groups: Vec<_> = menu.split(|item| *item == MenuItem::Separator).collect();
    let ours = groups
        .iter()
        .find(|group| matches!(group.first(), Some(MenuItem::Action { label, .. }) if label.starts_with("Lending")));
    let said = |item: &MenuItem| match item {
        MenuItem::Text(label) => (label.clone(), None),
        MenuItem::Action { label, action } => (label.clone(), Some(action.clone())),
        other => panic!("{other:?}"),
    };
    ours.map_or_else(Vec::new, |group| group.iter().map(said).collect())
}

fn labels(desk: &Desk) -> Vec<String> {
    group(desk).into_iter().map(|(label, _)| label).collect()
}

#[test]
fn a_machine_that_is_lent_to_nobody_says_nothing() {
    let mut desk = empty();
    assert!(labels(&desk).is_empty());
    desk.hear(Happening::Lending(vec![lent("farm", LentState::Off, &[])]));
    assert!(labels(&desk).is_empty());
    assert_eq!(desk.state.tray(desk.now).icon.state, IconState::NoProjects);
}

#[test]
fn what_is_built_for_whom_is_said_and_can_be_ended() {
    let mut desk = empty();
    desk.hear(Happening::Lending(vec![
        lent("farm", LentState::Lent, &["linux"]),
        lent("attic", LentState::Paused, &[]),
    ]));
    assert_eq!(desk.state.tray(desk.now).icon.state, IconState::Lending);
    let actions: Vec<_> = group(&desk).into_iter().skip(2).map(|(_, action)| action).collect();
    let wanted = [
        MenuAction::PauseLending,
        MenuAction::ResumeLending,
        MenuAction::TakeBack,
    ];
    assert_eq!(actions, wanted.map(Some));
    let said = labels(&desk);
    assert_eq!(said[0], "Lending: 1 build running");
    assert!(said[1].starts_with("linux for farm since "), "{}", said[1]);
    let tooltip = desk.state.tray(desk.now).tooltip.text;
    assert!(tooltip.contains("Lending: 1 build running"), "{tooltip}");
}

#[test]
fn each_state_has_its_words() {
    let mut desk = empty();
    let mut say = |state: LentState, builds: &[&str]| {
        desk.hear(Happening::Lending(vec![lent("farm", state, builds)]));
        labels(&desk)
    };
    assert_eq!(
        say(LentState::Lent, &[]),
        ["Lending: waiting for builds", "Pause lending"]
    );
    assert_eq!(
        say(LentState::Connecting, &[]),
        ["Lending: connecting", "Pause lending"]
    );
    let away = LentState::Away("cannot reach farm".to_owned());
    assert_eq!(say(away, &[]), ["Lending: not connected", "Pause lending"]);
    assert_eq!(say(LentState::Paused, &[]), ["Lending: paused", "Resume lending"]);
    assert_eq!(say(LentState::Leaving, &["a", "b"])[0], "Lending: finishing 2 builds");
}
