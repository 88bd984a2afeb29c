//! The tray as a value: what the icon, its tooltip and its menu show.
//!
//! Times in it are absolute, so that an idle tray never has to be drawn again because a minute passed.

use crate::few::Few;
use crate::happening::{Link, MuteLength};
use crate::mute::Scope;
use crate::notice::Target;
use crate::state::State;
use crate::{BuilderKey, lending, tray_menu, words};
use model::Time;
use serde::{Deserialize, Serialize};

/// What the icon says; worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IconState {
    /// No master that has builders can be heard.
    Offline,
    /// There is nothing to watch yet.
    NoProjects,
    /// A builder is red and the person is among those blamed, who are not a crowd.
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

impl State {
    /// What the tray shows now.
    ///
    /// It looks at each builder once and makes words only for the few that it names, so that it can be asked often.
    pub fn tray(&self, now: Time) -> TrayView {
        let few = self.few(now);
        let state = icon_state(&few);
        let muted = few.hush.is_some() || few.all_muted() || few.culprits_are_muted(state);
        let title = title(&few, state);
        TrayView {
            icon: TrayIcon { state, muted },
            attention: state == IconState::BrokenByMe && !muted,
            tooltip: Tooltip {
                text: tooltip_text(&few),
                title: title.clone(),
            },
            menu: tray_menu::menu(&few, title),
        }
    }
}

fn icon_state(few: &Few) -> IconState {
    if few.is_offline {
        IconState::Offline
    } else if few.builders == 0 && lending::builds(&few.lending) == 0 {
        IconState::NoProjects
    } else if few.mine > 0 {
        IconState::BrokenByMe
    } else if few.red > 0 {
        IconState::BrokenByOthers
    } else if few.running > 0 {
        IconState::Building
    } else if lending::builds(&few.lending) > 0 {
        IconState::Lending
    } else {
        IconState::AllWell
    }
}

fn title(few: &Few, state: IconState) -> String {
    match state {
        IconState::Offline => "Not connected".to_owned(),
        IconState::NoProjects => "No projects yet".to_owned(),
        IconState::BrokenByMe | IconState::BrokenByOthers => {
            let mine = state == IconState::BrokenByMe;
            let culprits = if mine { few.mine } else { few.red };
            let first = few.broken.first();
            let by = match first {
                Some(one) if culprits == 1 => tray_menu::by(one),
                _ if mine => "by you".to_owned(),
                _ => format!("in {}", words::count(culprits, "builder")),
            };
            match first {
                Some(one) if few.red == 1 && culprits == 1 => format!("{} broken {by}", one.name),
                _ => format!(
                    "Broken {by}: {} of {} red",
                    few.red,
                    words::count(few.builders, "builder")
                ),
            }
        }
        IconState::Building => format!("Building: {} running", words::count(few.running, "build")),
        IconState::Lending => lending::line(&few.lending).unwrap_or_else(|| "All well".to_owned()),
        IconState::AllWell => "All well".to_owned(),
    }
}

fn tooltip_text(few: &Few) -> String {
    let more = |all: usize, listed: usize| (all > listed).then(|| format!("and {} more", all - listed));
    let mut lines: Vec<String> = few.broken.iter().map(|b| tray_menu::broken_line(few, b)).collect();
    lines.extend(more(few.red, few.broken.len()));
    lines.extend(few.runs.iter().map(|(b, run)| tray_menu::running_line(few, b, run)));
    lines.extend(more(few.running, few.runs.len()));
    lines.extend(lending::line(&few.lending));
    lines.extend(lending::lines(few));
    lines.extend(few.stale_lines());
    lines.extend(tray_menu::standing(few));
    lines.join("\n")
}

impl Few {
    /// `The farm: stale since 12:00`
    pub(crate) fn stale_lines(&self) -> Vec<String> {
        let stale = |m: &crate::MasterView| match m.link {
            Link::Stale(since) => Some(format!("{}: stale since {}", words::cut(&m.title), self.clock(since))),
            Link::Live => None,
        };
        self.masters.iter().filter_map(stale).collect()
    }
}
