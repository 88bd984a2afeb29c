//! The tray as a value: what the icon, its tooltip and its menu show for a snapshot.
//!
//! Times in it are absolute, so that an idle tray never has to be drawn again because a minute passed.

use crate::builder::Colour;
use crate::happening::{Link, MuteLength, TroubleAbout};
use crate::mute::Scope;
use crate::notice::Target;
use crate::snapshot::{BuilderView, RunningView, Snapshot};
use crate::{BuilderKey, lending, words};
use model::Time;
use serde::{Deserialize, Serialize};

/// Builders listed one by one in the menu and the tooltip; more are counted.
const LISTED: usize = 8;
/// Builders in the menu of builds to force; beyond that the window is the better place.
const FORCED: usize = 20;

/// What the icon says; worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IconState {
    /// No master can be heard.
    Offline,
    /// There is nothing to watch yet.
    NoProjects,
    /// A builder is red and the person is among those blamed.
    BrokenByMe,
    /// A builder is red.
    BrokenByOthers,
    /// Nothing is red and a build runs.
    Building,
    /// Nothing is red, no build of the person's own runs, and one runs here for somebody else.
    Lending,
    /// Nothing is red.
    AllWell,
}

/// The icon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TrayIcon {
    /// What it says.
    pub state: IconState,
    /// Notices about that are off: the state shows, with a mark.
    pub muted: bool,
}

/// What shows while the pointer rests on the icon.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tooltip {
    /// One line.
    pub title: String,
    /// A few lines of plain text.
    pub text: String,
}

/// A line of the menu. Labels are plain text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MenuItem {
    /// Says something.
    Text(String),
    /// Does something.
    Action {
        /// What it says.
        label: String,
        /// What it does.
        action: MenuAction,
    },
    /// Opens another menu.
    Submenu {
        /// What it says.
        label: String,
        /// What is in it.
        items: Vec<MenuItem>,
    },
    /// A line between groups.
    Separator,
}

/// What a menu item does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MenuAction {
    /// Opens the window there.
    Open(Target),
    /// Forces a build.
    Force(BuilderKey),
    /// Mutes.
    Mute(Scope, MuteLength),
    /// Ends a mute.
    Unmute(Scope),
    /// Finishes what runs here for others and takes no more until resumed.
    PauseLending,
    /// Builds for others again.
    ResumeLending,
    /// Ends what runs here for others at once.
    TakeBack,
    /// Quits, asking first when builds run.
    Quit,
}

/// The tray, whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrayView {
    /// The icon.
    pub icon: TrayIcon,
    /// Whether it asks for attention: broken by the person, and not muted.
    pub attention: bool,
    /// The tooltip.
    pub tooltip: Tooltip,
    /// The menu.
    pub menu: Vec<MenuItem>,
}

/// What the tray shows for a snapshot.
pub fn tray(snapshot: &Snapshot) -> TrayView {
    let state = icon_state(snapshot);
    let muted = snapshot.hush.is_some() || all_muted(snapshot) || culprits(snapshot, state).all_muted();
    let title = title(snapshot, state);
    TrayView {
        icon: TrayIcon { state, muted },
        attention: state == IconState::BrokenByMe && !muted,
        tooltip: Tooltip {
            text: tooltip_text(snapshot),
            title: title.clone(),
        },
        menu: menu(snapshot, title),
    }
}

fn icon_state(snapshot: &Snapshot) -> IconState {
    let offline = snapshot.masters.iter().all(|m| m.link != Link::Live) && !snapshot.masters.is_empty();
    if offline {
        IconState::Offline
    } else if snapshot.builders.is_empty() && lending::builds(snapshot) == 0 {
        IconState::NoProjects
    } else if snapshot.builders.iter().any(is_mine) {
        IconState::BrokenByMe
    } else if snapshot.builders.iter().any(is_red) {
        IconState::BrokenByOthers
    } else if snapshot.builders.iter().any(|b| !b.running.is_empty()) {
        IconState::Building
    } else if lending::builds(snapshot) > 0 {
        IconState::Lending
    } else {
        IconState::AllWell
    }
}

fn is_red(builder: &BuilderView) -> bool {
    builder.colour == Colour::Red
}

fn is_mine(builder: &BuilderView) -> bool {
    is_red(builder) && builder.blame.as_ref().is_some_and(|blame| blame.mine)
}

fn all_muted(snapshot: &Snapshot) -> bool {
    snapshot.mutes.iter().any(|m| m.mute.scope == Scope::All)
}

/// The builders that give the icon its state.
struct Culprits<'s>(Vec<&'s BuilderView>);

impl Culprits<'_> {
    fn all_muted(&self) -> bool {
        !self.0.is_empty() && self.0.iter().all(|b| b.muted.is_some())
    }
}

fn culprits(snapshot: &Snapshot, state: IconState) -> Culprits<'_> {
    let all = snapshot.builders.iter();
    Culprits(match state {
        IconState::BrokenByMe => all.filter(|b| is_mine(b)).collect(),
        IconState::BrokenByOthers => all.filter(|b| is_red(b)).collect(),
        IconState::Offline | IconState::NoProjects | IconState::Building | IconState::Lending | IconState::AllWell => {
            Vec::new()
        }
    })
}

fn title(snapshot: &Snapshot, state: IconState) -> String {
    let red = snapshot.builders.iter().filter(|b| is_red(b)).count();
    match state {
        IconState::Offline => "Not connected".to_owned(),
        IconState::NoProjects => "No projects yet".to_owned(),
        IconState::BrokenByMe | IconState::BrokenByOthers => {
            let culprits = culprits(snapshot, state).0;
            let by = match culprits.as_slice() {
                [one] => by(one),
                many if is_mine(many[0]) => "by you".to_owned(),
                many => format!("in {}", words::count(many.len(), "builder")),
            };
            let of = words::count(snapshot.builders.len(), "builder");
            if red == 1 && culprits.len() == 1 {
                format!("{} broken {by}", culprits[0].name)
            } else {
                format!("Broken {by}: {red} of {of} red")
            }
        }
        IconState::Building => {
            let running: usize = snapshot.builders.iter().map(|b| b.running.len()).sum();
            format!("Building: {} running", words::count(running, "build"))
        }
        IconState::Lending => lending::line(snapshot).unwrap_or_else(|| "All well".to_owned()),
        IconState::AllWell => "All well".to_owned(),
    }
}

/// `by you and Bob`, or how far back it goes when nobody can be blamed.
fn by(builder: &BuilderView) -> String {
    match &builder.blame {
        Some(blame) if blame.mine || !blame.others.is_empty() => format!("by {}", blame.words),
        _ => "with nobody to blame".to_owned(),
    }
}

fn tooltip_text(snapshot: &Snapshot) -> String {
    let mut lines = counted(snapshot.builders.iter().filter(|b| is_red(b)), |b| {
        broken_line(snapshot, b)
    });
    lines.extend(counted(running(snapshot), |(b, run)| running_line(snapshot, b, run)));
    lines.extend(lending::line(snapshot));
    lines.extend(lending::lines(snapshot));
    lines.extend(standing(snapshot));
    lines.join("\n")
}

/// Lines for the first few and a count of the rest.
fn counted<T>(things: impl Iterator<Item = T>, line: impl Fn(&T) -> String) -> Vec<String> {
    let things: Vec<T> = things.collect();
    let mut lines: Vec<String> = things.iter().take(LISTED).map(line).collect();
    if things.len() > LISTED {
        lines.push(format!("and {} more", things.len() - LISTED));
    }
    lines
}

fn running(snapshot: &Snapshot) -> impl Iterator<Item = (&BuilderView, &RunningView)> {
    snapshot
        .builders
        .iter()
        .flat_map(|b| b.running.iter().map(move |run| (b, run)))
}

fn at(snapshot: &Snapshot, time: Time) -> String {
    words::clock(time, snapshot.at, snapshot.utc_offset_minutes)
}

/// `linux #412 broken by you and Bob since 14:05, muted until fixed`
fn broken_line(snapshot: &Snapshot, b: &BuilderView) -> String {
    let number = b
        .blame
        .as_ref()
        .map(|blame| format!(" #{}", blame.number))
        .unwrap_or_default();
    let since = b
        .since
        .map(|since| format!(" since {}", at(snapshot, since)))
        .unwrap_or_default();
    let muted = b
        .muted
        .as_ref()
        .map(|until| format!(", muted {until}"))
        .unwrap_or_default();
    format!("{}{number} broken {}{since}{muted}", b.name, by(b))
}

/// `linux #413 running, done about 14:12`; without an estimate, or past it, since when it runs.
fn running_line(snapshot: &Snapshot, b: &BuilderView, run: &RunningView) -> String {
    match run.expected_end {
        Some(end) if end > snapshot.at => {
            format!("{} #{} running, done about {}", b.name, run.number, at(snapshot, end))
        }
        _ => format!(
            "{} #{} running since {}",
            b.name,
            run.number,
            at(snapshot, run.started_at)
        ),
    }
}

/// What waits, what is in trouble, who cannot be heard, and why nothing is told.
fn standing(snapshot: &Snapshot) -> Vec<String> {
    let waiting: usize = snapshot.builders.iter().map(|b| b.waiting).sum();
    let mut lines = Vec::new();
    if waiting > 0 {
        lines.push(format!("{} waiting", words::count(waiting, "request")));
    }
    for master in &snapshot.masters {
        if let Link::Stale(since) = master.link {
            lines.push(format!("{}: stale since {}", master.title, at(snapshot, since)));
        }
    }
    lines.extend(
        snapshot
            .troubles
            .iter()
            .take(LISTED)
            .map(|trouble| match &trouble.about {
                TroubleAbout::Config => format!("Configuration: {}", words::cut(&trouble.message)),
                TroubleAbout::Worker(name) => format!("Worker {name}: {}", words::cut(&trouble.message)),
                TroubleAbout::ChangeSource(name) => format!("Changes of {name}: {}", words::cut(&trouble.message)),
                TroubleAbout::Store => format!("Database: {}", words::cut(&trouble.message)),
            }),
    );
    if let Some(hush) = &snapshot.hush {
        lines.push(format!("No notices: {hush}"));
    }
    lines
}

fn menu(snapshot: &Snapshot, title: String) -> Vec<MenuItem> {
    let open = |label: String, target: Target| MenuItem::Action {
        label,
        action: MenuAction::Open(target),
    };
    let mut groups = vec![vec![MenuItem::Text(title)]];
    let mut broken: Vec<MenuItem> = snapshot
        .builders
        .iter()
        .filter(|b| is_red(b))
        .take(LISTED)
        .map(|b| open(broken_line(snapshot, b), b.target.clone()))
        .collect();
    let more = snapshot.builders.iter().filter(|b| is_red(b)).count() - broken.len();
    if more > 0 {
        broken.push(open(
            format!("{} broken", words::count(more, "more builder")),
            Target::Now,
        ));
    }
    groups[0].extend(broken);
    groups.push(
        running(snapshot)
            .take(LISTED)
            .map(|(b, run)| {
                let target = Target::Build {
                    builder: b.key.clone(),
                    number: run.number,
                };
                open(running_line(snapshot, b, run), target)
            })
            .chain(standing(snapshot).into_iter().map(MenuItem::Text))
            .collect(),
    );
    groups.push(lending::menu(snapshot));
    let mut orders = vec![open("Open Outpost".to_owned(), Target::Now)];
    orders.extend(force_menu(snapshot));
    orders.extend(mute_menu(snapshot));
    orders.extend(snapshot.mutes.iter().map(|m| MenuItem::Action {
        label: format!("Unmute {} (muted {})", m.what, m.until),
        action: MenuAction::Unmute(m.mute.scope.clone()),
    }));
    groups.push(orders);
    groups.push(vec![MenuItem::Action {
        label: "Quit".to_owned(),
        action: MenuAction::Quit,
    }]);
    groups.retain(|group| !group.is_empty());
    groups.join(&MenuItem::Separator)
}

fn force_menu(snapshot: &Snapshot) -> Option<MenuItem> {
    let forceable: Vec<&BuilderView> = snapshot.builders.iter().filter(|b| b.can_force).collect();
    let force = |label: String, b: &BuilderView| MenuItem::Action {
        label,
        action: MenuAction::Force(b.key.clone()),
    };
    match forceable.as_slice() {
        [] => None,
        [one] => Some(force(format!("Build {} now", one.name), one)),
        many => Some(MenuItem::Submenu {
            label: "Build now".to_owned(),
            items: many.iter().take(FORCED).map(|b| force(b.name.clone(), b)).collect(),
        }),
    }
}

/// What can be muted: everything, and each builder that is broken and not muted yet. Nothing when all is muted.
fn mute_menu(snapshot: &Snapshot) -> Option<MenuItem> {
    if all_muted(snapshot) || snapshot.builders.is_empty() {
        return None;
    }
    let mute = |label: String, scope: Scope, length: MuteLength| MenuItem::Action {
        label,
        action: MenuAction::Mute(scope, length),
    };
    let mut items = vec![mute(
        "Everything for 1 hour".to_owned(),
        Scope::All,
        MuteLength::Minutes(60),
    )];
    if snapshot.builders.iter().any(is_red) {
        items.push(mute(
            "Everything until fixed".to_owned(),
            Scope::All,
            MuteLength::UntilFixed,
        ));
    }
    items.push(mute(
        "Everything until I end it".to_owned(),
        Scope::All,
        MuteLength::ForEver,
    ));
    let broken = snapshot
        .builders
        .iter()
        .filter(|b| is_red(b) && b.muted.is_none())
        .take(LISTED);
    for b in broken {
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
