//! Where the resident of a profile listens, and where the window keeps its own few things.
//!
//! The same rules as the resident's own; the two programs meet only at the socket.

use std::path::{Path, PathBuf};

/// Whose window this is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Name of the profile.
    pub profile: String,
    /// Of the resident.
    pub socket: PathBuf,
    /// Of this window, for a second start.
    pub window_socket: PathBuf,
    /// What the resident said while it was started here.
    pub start_log: PathBuf,
    /// The window's size and place.
    pub frame: PathBuf,
}

/// Why there is no place.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoPlace {
    /// The system names no home folder.
    #[error("there is no home folder: set HOME, or name a folder for Outpost in OUTPOST_HOME")]
    NoHome,
    /// A profile is one path element.
    #[error("'{0}' cannot be a profile: use letters, digits, '-' and '_'")]
    BadProfile(String),
}

impl Place {
    /// The place of `profile`; all below `home` when that is given (`OUTPOST_HOME`).
    pub fn of_profile(profile: &str, home: Option<&Path>) -> Result<Place, NoPlace> {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if profile.is_empty() || !profile.chars().all(plain) {
            return Err(NoPlace::BadProfile(profile.to_owned()));
        }
        let (run, data) = match home {
            Some(home) => (home.join("run"), home.join("data")),
            None => {
                let folders = directories::ProjectDirs::from("", "", "outpost").ok_or(NoPlace::NoHome)?;
                let data = folders.data_dir().to_owned();
                (
                    folders.runtime_dir().map_or_else(|| data.join("run"), Path::to_owned),
                    data,
                )
            }
        };
        Ok(Place {
            profile: profile.to_owned(),
            socket: run.join(format!("{profile}.sock")),
            window_socket: run.join(format!("{profile}.window.sock")),
            start_log: run.join(format!("{profile}.start.log")),
            frame: data.join(format!("{profile}.window.json")),
        })
    }
}

/// Makes the folder that `file` is to stand in, readable by its owner only.
pub fn make_folder_of(file: &Path) -> std::io::Result<()> {
    let Some(folder) = file.parent() else { return Ok(()) };
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}
