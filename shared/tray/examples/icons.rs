//! Writes the tray's icons as PNG files: `cargo run -p tray --example icons -- FOLDER`.

use std::path::PathBuf;
use tray::icon;
use watch::{IconState, TrayIcon};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("name the folder to write to")?);
    std::fs::create_dir_all(&folder)?;
    let states = [
        ("all-well", IconState::AllWell),
        ("no-projects", IconState::NoProjects),
        ("building", IconState::Building),
        ("lending", IconState::Lending),
        ("broken-by-others", IconState::BrokenByOthers),
        ("broken-by-me", IconState::BrokenByMe),
        ("offline", IconState::Offline),
    ];
    for (name, state) in states {
        for muted in [false, true] {
            let mark = if muted { "-muted" } else { "" };
            for size in [16, 22, 32, 48, 128] {
                std::fs::write(
                    folder.join(format!("tray-{name}{mark}-{size}.png")),
                    icon::png(TrayIcon { state, muted }, size)?,
                )?;
            }
        }
    }
    Ok(())
}
