//! What the tray shows of the masters that this machine is lent to.

use crate::few::Few;
use crate::happening::{LentState, LentView};
use crate::notice::Target;
use crate::tray::{MenuAction, MenuItem};
use crate::words;

/// Builders listed one by one; more are counted.
const LISTED: usize = 8;

/// How many builds run here for others.
pub(crate) fn builds(lending: &[LentView]) -> usize {
    lending.iter().map(|lent| lent.builds.len()).sum()
}

/// One line that sums it up; none when nothing is lent.
pub(crate) fn line(lending: &[LentView]) -> Option<String> {
    let on = || lending.iter().filter(|lent| lent.state != LentState::Off);
    let is = |wanted: fn(&LentState) -> bool| on().any(|lent| wanted(&lent.state));
    on().next()?;
    let leaving = is(|state| *state == LentState::Leaving);
    Some(match builds(lending) {
        0 if is(|state| *state == LentState::Lent) => "Lending: waiting for builds".to_owned(),
        0 if is(|state| matches!(state, LentState::Away(_))) => "Lending: not connected".to_owned(),
        0 if is(|state| *state == LentState::Connecting) => "Lending: connecting".to_owned(),
        0 if leaving => "Lending: leaving".to_owned(),
        0 => "Lending: paused".to_owned(),
        count if leaving => format!("Lending: finishing {}", words::count(count, "build")),
        count => format!("Lending: {} running", words::count(count, "build")),
    })
}

/// What is built for whom, since when.
pub(crate) fn lines(few: &Few) -> Vec<String> {
    let all = few.lending.iter().flat_map(|lent| {
        lent.builds.iter().map(move |(builder, since)| {
            let what = if builder.is_empty() { "a build" } else { builder };
            format!(
                "{} for {} since {}",
                words::cut(what),
                words::cut(&lent.master),
                few.clock(*since)
            )
        })
    });
    all.take(LISTED).collect()
}

/// The menu's group; nothing when nothing is lent.
pub(crate) fn menu(few: &Few) -> Vec<MenuItem> {
    let Some(line) = line(&few.lending) else {
        return Vec::new();
    };
    let item = |label: String, action: MenuAction| MenuItem::Action { label, action };
    let mut items = vec![item(line, MenuAction::Open(Target::Lending))];
    items.extend(lines(few).into_iter().map(MenuItem::Text));
    let any = |wanted: fn(&LentState) -> bool| few.lending.iter().any(|lent| wanted(&lent.state));
    let can_pause = any(|state| matches!(state, LentState::Connecting | LentState::Lent | LentState::Away(_)));
    let can_resume = any(|state| matches!(state, LentState::Leaving | LentState::Paused));
    if can_pause {
        items.push(item("Pause lending".to_owned(), MenuAction::PauseLending));
    }
    if can_resume {
        items.push(item("Resume lending".to_owned(), MenuAction::ResumeLending));
    }
    if builds(&few.lending) > 0 {
        items.push(item("Take this machine back".to_owned(), MenuAction::TakeBack));
    }
    items
}
