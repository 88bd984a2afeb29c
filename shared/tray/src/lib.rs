//! The tray icon and the notices of the desktop, drawn from values that `watch` computed.
//!
//! It must not know masters or rules: it is given a [`TrayView`] and [`Notice`]s, and says what the person did as
//! [`TrayEvent`]s. It never blocks its caller and never fails: a desktop without a tray, without a notification server
//! or without a session bus is reported ([`TrayPresence`], [`NoticePresence`]), waited for and taken up when it comes.
//!
//! On Linux the tray is a StatusNotifierItem and both are D-Bus, in pure Rust. Elsewhere nothing is shown yet and the
//! presence is [`TrayPresence::Unsupported`]; `docs/desktop.md` says what is missing there.

mod event;
pub mod icon;

#[cfg(target_os = "linux")]
#[path = "linux/mod.rs"]
mod platform;
#[cfg(not(target_os = "linux"))]
#[path = "unsupported.rs"]
mod platform;

pub use event::{NoticePresence, TrayEvent, TrayPresence, Waking};
pub use platform::{TrayHandle, start, wakings};
pub use watch::{Notice, NoticeKey, TrayView};

/// How the desktop knows this program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Its name, as people read it.
    pub name: String,
    /// Its id: one word, the same over restarts; the tray host keeps the icon's place by it.
    pub id: String,
    /// The base name of its `.desktop` file, by which desktops find its settings for notices.
    pub desktop_entry: String,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            name: "Outpost".to_owned(),
            id: "outpost".to_owned(),
            desktop_entry: "outpost".to_owned(),
        }
    }
}
