//! Where things live on this machine (design §3): configuration, state, socket.

use std::path::{Path, PathBuf};

/// The folders of one profile, or of one `BASEDIR`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Places {
    /// Names the profile in messages and in the socket's name.
    pub profile: String,
    /// `master.star` and `projects/`.
    pub configuration: PathBuf,
    /// Database, build folders and caches.
    pub data: PathBuf,
    /// Of the resident, readable by its user only.
    pub socket: PathBuf,
    /// What `OUTPOST_HOME` said, for programs that are started from here.
    pub home: Option<PathBuf>,
}

/// Why there is no place to live.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoPlaces {
    /// The system names no home folder.
    #[error("there is no home folder: set HOME, or name a folder for Outpost in OUTPOST_HOME")]
    NoHome,
    /// A profile is one path element.
    #[error("'{0}' cannot be a profile: use letters, digits, '-' and '_'")]
    BadProfile(String),
}

impl Places {
    /// The places of `profile`; all below `home` when that is given (`OUTPOST_HOME`).
    pub fn of_profile(profile: &str, home: Option<&Path>) -> Result<Places, NoPlaces> {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if profile.is_empty() || !profile.chars().all(plain) {
            return Err(NoPlaces::BadProfile(profile.to_owned()));
        }
        let below = |folder: PathBuf| {
            if profile == "default" {
                folder
            } else {
                folder.join("profiles").join(profile)
            }
        };
        if let Some(home) = home {
            return Ok(Places {
                profile: profile.to_owned(),
                configuration: below(home.join("config")),
                data: below(home.join("data")),
                socket: home.join("run").join(format!("{profile}.sock")),
                home: Some(home.to_owned()),
            });
        }
        let folders = directories::ProjectDirs::from("", "", "outpost").ok_or(NoPlaces::NoHome)?;
        let run = folders
            .runtime_dir()
            .map_or_else(|| folders.data_dir().join("run"), Path::to_owned);
        Ok(Places {
            profile: profile.to_owned(),
            configuration: below(folders.config_dir().to_owned()),
            data: below(folders.data_dir().to_owned()),
            socket: run.join(format!("{profile}.sock")),
            home: None,
        })
    }

    /// A master of its own in `folder`, as `outpost master create` makes it.
    pub fn of_folder(folder: &Path) -> Places {
        Places {
            profile: folder.to_string_lossy().into_owned(),
            configuration: folder.to_owned(),
            data: folder.join("state"),
            socket: folder.join("state").join("outpost.sock"),
            home: None,
        }
    }

    /// The database.
    pub fn database(&self) -> PathBuf {
        self.data.join("outpost.sqlite")
    }

    /// Where builders have their folders.
    pub fn builds(&self) -> PathBuf {
        self.data.join("builds")
    }

    /// What can be fetched again.
    pub fn cache(&self) -> PathBuf {
        self.data.join("cache")
    }

    /// The main file of the configuration.
    pub fn main_file(&self) -> PathBuf {
        self.configuration.join(MAIN_FILE)
    }
}

/// Name of the main file of a configuration.
pub const MAIN_FILE: &str = "master.star";
