//! What a break's notices say.

use crate::breaks::{Break, BrokenBuilder};
use crate::happening::Suspect;
use crate::notice::{Button, Notice, NoticeAction, Subject, Target, Urgency};
use crate::state::State;
use crate::words;
use crate::{BuilderKey, Scope};
use model::Time;

/// Lines about builders and about changes that a notice has room for.
const LINES: usize = 3;

/// “Broken by you and 2 others: linux #412”: the failing steps, my changes, the other suspects.
pub(crate) fn broken(state: &State, broken: &Break, now: Time, silent: bool, why: &str) -> Notice {
    let me = &state.settings.identity;
    let red = broken.red();
    let mut lines: Vec<String> = some(&red, "builder", |(_, b)| failure(b));
    lines.extend(
        broken
            .crowd
            .filter(|_| broken.mine)
            .map(|crowd| format!("You are one of {crowd}")),
    );
    lines.extend(some(&broken.my_changes(me), "change", |change| {
        format!("Yours: {}", words::change(change))
    }));
    lines.extend(other_suspects(state, broken));
    let target = red.first().map_or(Target::Now, |(key, b)| log_of(key, b));
    Notice {
        id: broken.notice(),
        about: Subject::Broken,
        title: format!(
            "Broken by {}: {}",
            words::people(broken.mine, &broken.others),
            builders(&red)
        ),
        body: lines.join("\n"),
        urgency: if silent { Urgency::Low } else { Urgency::Normal },
        buttons: buttons(state, &target, red.first().map(|(key, _)| *key)),
        silent,
        target,
        why: sentence_now(state, why, now),
    }
}

/// “Fixed by Bob: linux #413”: which changes repaired it, and how long it was broken.
pub(crate) fn fixed(state: &State, broken: &Break, now: Time, silent: bool, why: &str) -> Notice {
    let all: Vec<(&BuilderKey, &BrokenBuilder)> = broken.builders.iter().collect();
    let mut changes: Vec<&Suspect> = Vec::new();
    for change in all
        .iter()
        .filter_map(|(_, b)| b.fixed.as_ref())
        .flat_map(|fixed| &fixed.changes)
    {
        if !changes.iter().any(|c| c.change == change.change) {
            changes.push(change);
        }
    }
    let mut lines = some(&changes, "change", |change| words::change(change));
    if changes.is_empty() {
        lines.push("Without a new change: a repetition was green.".to_owned());
    }
    let length = words::duration(broken.closed_at.unwrap_or(now).since(broken.opened_at));
    lines.push(format!("Broken for {length}"));
    let last = all
        .iter()
        .filter_map(|(key, b)| Some((b.fixed.as_ref()?, *key)))
        .max_by_key(|(fixed, _)| fixed.at);
    let target = last.map_or(Target::Now, |(fixed, key)| Target::Build {
        builder: key.clone(),
        number: fixed.number,
    });
    let repaired: Vec<String> = all.iter().map(|(_, b)| b.name.clone()).collect();
    Notice {
        id: broken.notice(),
        about: Subject::Fixed,
        title: format!("{}: {}", fixed_by(state, broken, &changes), list(&repaired)),
        body: lines.join("\n"),
        urgency: Urgency::Low,
        buttons: vec![Button {
            label: "Open build".to_owned(),
            action: NoticeAction::Open(target.clone()),
        }],
        silent,
        target,
        why: sentence_now(state, why, now),
    }
}

/// The same break again, for a reminder.
pub(crate) fn still_broken(state: &State, b: &Break, now: Time) -> Notice {
    let since = words::clock(b.opened_at, now, state.utc_offset_minutes);
    let mut notice = broken(state, b, now, false, "You asked to be reminded while it is broken.");
    notice.title = format!("Still broken since {since}: {}", builders(&b.red()));
    notice
}

fn fixed_by(state: &State, broken: &Break, changes: &[&Suspect]) -> String {
    let me = &state.settings.identity;
    let mine = changes.iter().any(|c| me.is_me(&broken.master, &c.author));
    let others = words::names(
        changes
            .iter()
            .map(|c| c.author.as_str())
            .filter(|author| !me.is_me(&broken.master, author)),
    );
    if changes.is_empty() {
        "Green again".to_owned()
    } else {
        format!("Fixed by {}", words::people(mine, &others))
    }
}

/// `linux #412: compile failed: main.c:7: error: …`
fn failure(broken: &BrokenBuilder) -> String {
    let Some(step) = &broken.failed else {
        return format!("{} #{} failed", broken.name, broken.number);
    };
    let text = step
        .log
        .as_ref()
        .and_then(|log| log.text.as_deref())
        .map(words::cut)
        .filter(|text| !text.is_empty());
    let error = text.map(|text| format!(": {text}")).unwrap_or_default();
    format!("{} #{}: {} failed{error}", broken.name, broken.number, step.name)
}

fn other_suspects(state: &State, broken: &Break) -> Option<String> {
    let others = &broken.others;
    if others.is_empty() {
        return None;
    }
    let me = &state.settings.identity;
    let foreign: Vec<&Suspect> = broken
        .suspects
        .iter()
        .filter(|s| !me.is_me(&broken.master, &s.author))
        .collect();
    let shown: Vec<String> = others
        .iter()
        .take(LINES)
        .map(|name| {
            let theirs = foreign.iter().find(|s| crate::Who::display(&s.author) == *name);
            match theirs.and_then(|s| s.revision.as_deref()) {
                Some(revision) => format!("{name} ({})", words::revision(revision)),
                None => name.clone(),
            }
        })
        .collect();
    let more = others.len() - shown.len();
    let rest = if more == 0 {
        String::new()
    } else {
        format!(" and {more} more")
    };
    let begin = if broken.mine { "Or" } else { "By" };
    Some(format!("{begin}: {}{rest}", shown.join(", ")))
}

/// Up to three lines, and how many more there are.
fn some<T>(things: &[T], what: &str, line: impl Fn(&T) -> String) -> Vec<String> {
    let room = if things.len() > LINES { LINES - 1 } else { LINES };
    let mut lines: Vec<String> = things.iter().take(room).map(line).collect();
    if things.len() > room {
        lines.push(format!(
            "and {}",
            words::count(things.len() - room, &format!("more {what}"))
        ));
    }
    lines
}

fn builders(red: &[(&BuilderKey, &BrokenBuilder)]) -> String {
    let names: Vec<String> = red.iter().map(|(_, b)| format!("{} #{}", b.name, b.number)).collect();
    list(&names)
}

fn list(names: &[String]) -> String {
    match names {
        [] => "nothing".to_owned(),
        [one] => one.clone(),
        [one, two] => format!("{one} and {two}"),
        [one, more @ ..] => format!("{one} and {}", words::count(more.len(), "more builder")),
    }
}

/// The failing log at its first error, or as near as is known.
pub(crate) fn log_of(key: &BuilderKey, broken: &BrokenBuilder) -> Target {
    match broken
        .failed
        .as_ref()
        .and_then(|step| Some((step.number, step.log.as_ref()?)))
    {
        Some((step, log)) => Target::Log {
            builder: key.clone(),
            number: broken.number,
            step,
            log: log.slug.clone(),
            line: log.line,
        },
        None => Target::Build {
            builder: key.clone(),
            number: broken.number,
        },
    }
}

fn buttons(state: &State, target: &Target, builder: Option<&BuilderKey>) -> Vec<Button> {
    let label = if matches!(target, Target::Log { .. }) {
        "Open log"
    } else {
        "Open build"
    };
    let scope = builder
        .filter(|key| state.builders.contains_key(*key))
        .map_or(Scope::All, |key| Scope::Builder(key.clone()));
    vec![
        Button {
            label: label.to_owned(),
            action: NoticeAction::Open(target.clone()),
        },
        Button {
            label: "Mute 1 h".to_owned(),
            action: NoticeAction::Mute(scope),
        },
    ]
}

/// The reason, with the time at which it was decided.
fn sentence_now(state: &State, why: &str, now: Time) -> String {
    format!("{why} ({})", words::clock(now, now, state.utc_offset_minutes))
}
