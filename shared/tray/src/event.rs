//! What the person did, and what the desktop can show.

use watch::{MenuAction, NoticeAction, NoticeKey, Target};

/// What comes back from the desktop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TrayEvent {
    /// The icon was clicked: open the window.
    Open {
        /// Lets a window take the focus (Wayland); pass it on as `XDG_ACTIVATION_TOKEN`.
        token: Option<String>,
    },
    /// An item of the menu was chosen.
    Menu {
        /// Which.
        action: MenuAction,
        /// As in [`TrayEvent::Open`].
        token: Option<String>,
    },
    /// A notice was clicked.
    NoticeOpened {
        /// Which.
        notice: NoticeKey,
        /// Where it leads.
        target: Target,
        /// As in [`TrayEvent::Open`].
        token: Option<String>,
    },
    /// A button of a notice was pressed.
    NoticeAction {
        /// Of which notice.
        notice: NoticeKey,
        /// What it does.
        action: NoticeAction,
        /// As in [`TrayEvent::Open`].
        token: Option<String>,
    },
    /// The tray came or went.
    Presence(TrayPresence),
    /// The notification server came or went.
    Notices(NoticePresence),
    /// The desktop asks not to be disturbed, or no longer does. Sent only by desktops where it can be read.
    DoNotDisturb(bool),
}

/// The machine can do again what it could not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waking {
    /// It slept, and is awake.
    Woke,
    /// It has a network, which may be another one.
    Network,
}

/// Whether the icon can be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrayPresence {
    /// Not known yet.
    Starting,
    /// A tray host shows it.
    Shown,
    /// The desktop has no tray, or its panel does not run; it is taken up when it comes.
    NoHost,
    /// There is no session bus to reach a desktop by.
    NoBus,
    /// This system's tray is not served yet.
    Unsupported,
}

/// Whether notices can be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticePresence {
    /// Not known yet.
    Starting,
    /// A notification server shows them.
    Works {
        /// Whether it shows buttons and tells clicks.
        buttons: bool,
    },
    /// No notification server runs or can be started.
    NoServer,
    /// There is no session bus to reach a desktop by.
    NoBus,
    /// This system's notices are not served yet.
    Unsupported,
}
