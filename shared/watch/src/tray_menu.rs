//! The menu of the tray, and the lines that it shares with the tooltip.

use crate::few::{FORCED, Few, LISTED};
use crate::happening::{Link, MuteLength, TroubleAbout};
use crate::mute::Scope;
use crate::notice::Target;
use crate::snapshot::{BuilderView, MasterView, RunningView};
use crate::tray::{MenuAction, MenuItem};
use crate::{lending, words};

/// `by you and Bob`, or how far back it goes when nobody can be blamed.
pub(crate) fn by(builder: &BuilderView) -> String {
    match &builder.blame {
        Some(blame) if blame.mine || !blame.others.is_empty() => match blame.crowd {
            Some(crowd) if blame.mine => format!("by one of {crowd}, you among them"),
            Some(crowd) => format!("by one of {crowd}"),
            None => format!("by {}", blame.words),
        },
        _ if builder.flaky.is_some() => "without a change (flaky)".to_owned(),
        _ => "with nobody to blame".to_owned(),
    }
}

/// `linux #412 broken by you and Bob since 14:05, Bob has it, muted until fixed`
pub(crate) fn broken_line(few: &Few, b: &BuilderView) -> String {
    let number = b.blame.as_ref().map(|blame| format!(" #{}", blame.number));
    let since = b.since.map(|since| format!(" since {}", few.clock(since)));
    let claim = b.claim.as_ref().map(|claim| format!(", {}", claim.words()));
    let muted = b.muted.as_ref().map(|until| format!(", muted {until}"));
    let [number, since, claim, muted] = [number, since, claim, muted].map(Option::unwrap_or_default);
    format!("{}{number} broken {}{since}{claim}{muted}", b.name, by(b))
}

/// `linux #413 running, done about 14:12`; without an estimate, or past it, since when it runs.
pub(crate) fn running_line(few: &Few, b: &BuilderView, run: &RunningView) -> String {
    match run.expected_end {
        Some(end) if end > few.now => {
            format!("{} #{} running, done about {}", b.name, run.number, few.clock(end))
        }
        _ => format!("{} #{} running since {}", b.name, run.number, few.clock(run.started_at)),
    }
}

/// What waits, what is in trouble, and why nothing is told.
pub(crate) fn standing(few: &Few) -> Vec<String> {
    let mut lines = Vec::new();
    if few.waiting > 0 {
        lines.push(format!("{} waiting", words::count(few.waiting, "request")));
    }
    lines.extend(few.troubles.iter().take(LISTED).map(|trouble| match &trouble.about {
        TroubleAbout::Config => format!("Configuration: {}", words::cut(&trouble.message)),
        TroubleAbout::Worker(name) => format!("Worker {name}: {}", words::cut(&trouble.message)),
        TroubleAbout::ChangeSource(name) => format!("Changes of {name}: {}", words::cut(&trouble.message)),
        TroubleAbout::Store => format!("Database: {}", words::cut(&trouble.message)),
    }));
    lines.extend(few.hush.iter().map(|hush| format!("No notices: {hush}")));
    lines
}

/// The menu, whole.
pub(crate) fn menu(few: &Few, title: String) -> Vec<MenuItem> {
    let mut groups = if few.masters.len() > 1 {
        by_master(few, title)
    } else {
        of_one_master(few, title)
    };
    groups.push(lending::menu(few));
    groups.push(orders(few));
    groups.push(vec![item("Quit".to_owned(), MenuAction::Quit)]);
    groups.retain(|group| !group.is_empty());
    groups.join(&MenuItem::Separator)
}

fn of_one_master(few: &Few, title: String) -> Vec<Vec<MenuItem>> {
    let mut first = vec![MenuItem::Text(title)];
    first.extend(few.broken.iter().map(|b| broken(few, b)));
    first.extend(more_broken(few));
    let mut second: Vec<MenuItem> = few.runs.iter().map(|(b, run)| running(few, b, run)).collect();
    let standing = few.stale_lines().into_iter().chain(standing(few));
    second.extend(standing.map(MenuItem::Text));
    vec![first, second]
}

/// A group for each master of which there is something to say, under its name.
fn by_master(few: &Few, title: String) -> Vec<Vec<MenuItem>> {
    let mut groups = vec![vec![MenuItem::Text(title)]];
    groups.extend(few.masters.iter().map(|master| group(few, master)));
    let mut rest: Vec<MenuItem> = more_broken(few).into_iter().collect();
    rest.extend(standing(few).into_iter().map(MenuItem::Text));
    groups.push(rest);
    groups
}

fn group(few: &Few, master: &MasterView) -> Vec<MenuItem> {
    let name = words::cut(&master.title);
    if let Link::Stale(since) = master.link {
        return vec![MenuItem::Text(format!("{name}: stale since {}", few.clock(since)))];
    }
    let is_its = |b: &&BuilderView| b.key.master == master.key;
    let red = few.broken.iter().filter(is_its).map(|b| broken(few, b));
    let runs = few.runs.iter().filter(|(b, _)| is_its(&b));
    let lines: Vec<MenuItem> = red.chain(runs.map(|(b, run)| running(few, b, run))).collect();
    let header = (!lines.is_empty()).then_some(MenuItem::Text(name));
    header.into_iter().chain(lines).collect()
}

fn broken(few: &Few, b: &BuilderView) -> MenuItem {
    item(broken_line(few, b), MenuAction::Open(b.target.clone()))
}

fn running(few: &Few, b: &BuilderView, run: &RunningView) -> MenuItem {
    let target = Target::Build {
        builder: b.key.clone(),
        number: run.number,
    };
    item(running_line(few, b, run), MenuAction::Open(target))
}

fn more_broken(few: &Few) -> Option<MenuItem> {
    let more = few.red - few.broken.len();
    let label = || format!("{} broken", words::count(more, "more builder"));
    (more > 0).then(|| item(label(), MenuAction::Open(Target::Now)))
}

fn orders(few: &Few) -> Vec<MenuItem> {
    let mut orders = vec![item("Open Outpost".to_owned(), MenuAction::Open(Target::Now))];
    orders.extend(force_menu(few));
    orders.extend(mute_menu(few));
    orders.extend(few.mutes.iter().map(|m| {
        let label = format!("Unmute {} (muted {})", m.what, m.until);
        item(label, MenuAction::Unmute(m.mute.scope.clone()))
    }));
    orders
}

fn force_menu(few: &Few) -> Option<MenuItem> {
    match few.forced.as_slice() {
        [] => None,
        [(name, key)] => Some(item(format!("Build {name} now"), MenuAction::Force(key.clone()))),
        many => Some(MenuItem::Submenu {
            label: "Build now".to_owned(),
            items: many
                .iter()
                .take(FORCED)
                .map(|(name, key)| item(name.clone(), MenuAction::Force(key.clone())))
                .collect(),
        }),
    }
}

/// What can be muted: everything, and each builder that is broken and not muted yet. Nothing when all is muted.
fn mute_menu(few: &Few) -> Option<MenuItem> {
    if few.all_muted() || few.builders == 0 {
        return None;
    }
    let mute = |label: String, scope: Scope, length: MuteLength| item(label, MenuAction::Mute(scope, length));
    let everything = |words: &str, length| mute(format!("Everything {words}"), Scope::All, length);
    let mut items = vec![
        everything("for 1 hour", MuteLength::Minutes(60)),
        everything("until tomorrow", MuteLength::UntilTomorrow),
    ];
    if few.red > 0 {
        items.push(everything("until fixed", MuteLength::UntilFixed));
    }
    items.push(everything("until I end it", MuteLength::ForEver));
    for b in few.broken.iter().filter(|b| b.muted.is_none()) {
        let scope = || Scope::Builder(b.key.clone());
        items.push(MenuItem::Separator);
        items.push(mute(format!("{} for 1 hour", b.name), scope(), MuteLength::Minutes(60)));
        items.push(mute(format!("{} until fixed", b.name), scope(), MuteLength::UntilFixed));
        items.push(mute(format!("{} until I end it", b.name), scope(), MuteLength::ForEver));
    }
    Some(MenuItem::Submenu {
        label: "Mute".to_owned(),
        items,
    })
}

fn item(label: String, action: MenuAction) -> MenuItem {
    MenuItem::Action { label, action }
}
