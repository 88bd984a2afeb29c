//! Opening the window, which is a program of its own beside this one, or a browser.

use app::places::Places;
use app::service::App;
use std::process::{Command, Stdio};
use tracing::warn;

/// Name of the window's program.
const PROGRAM: &str = "outpost-desktop";

/// Opens the window at a page; whether there is one. Never a program from PATH: that may be another version.
///
/// The token, if the desktop gave one with a click, lets the window come to the front (xdg-activation).
pub fn open(places: &Places, path: &str, token: Option<String>) -> bool {
    if std::env::var_os("DISPLAY").is_none() && std::env::var_os("WAYLAND_DISPLAY").is_none() {
        return false;
    }
    let Some(program) = std::env::current_exe()
        .ok()
        .and_then(|this| Some(this.parent()?.join(PROGRAM)))
    else {
        return false;
    };
    if !program.is_file() {
        return false;
    }
    let mut command = Command::new(&program);
    command.arg(path).env("OUTPOST_PROFILE", &places.profile);
    if let Some(token) = token {
        command.env("XDG_ACTIVATION_TOKEN", token);
    }
    if let Some(home) = &places.home {
        command.env("OUTPOST_HOME", home);
    }
    match command.stdin(Stdio::null()).spawn() {
        Ok(mut child) => {
            std::thread::spawn(move || drop(child.wait()));
            true
        }
        Err(error) => {
            warn!("{}: {error}", program.display());
            false
        }
    }
}

/// Opens a page in the person's browser.
pub fn open_in_browser(app: &App, path: &str) {
    let Some(link) = app.dashboard_link(path) else { return };
    std::thread::spawn(move || {
        if let Err(error) = open::that_detached(&link) {
            warn!("no browser can be opened: {error}");
        }
    });
}
