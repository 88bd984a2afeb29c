//! The folder that a worker lives in: what `outpost worker create` made, or `buildbot-worker create-worker`.
//!
//! The first holds its settings in `worker.toml`, the second in `buildbot.tac`, which is read as data and never run.

mod settings;
mod tac;

pub use settings::{AllowShutdown, Rotation, Settings};
pub use tac::TacError;

use crate::lender::Lending;
use link::address::AddressError;
use link::{Login, Target, UnknownProtocol};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The settings of a folder that we made.
const SETTINGS: &str = "worker.toml";
/// The settings of a folder that `buildbot-worker` made.
const TAC: &str = "buildbot.tac";
/// Settings longer than this are none.
const LONGEST: u64 = 256 * 1024;

/// A worker's folder with its settings understood.
#[derive(Clone, Debug)]
pub struct Basedir {
    /// Where its settings are.
    home: PathBuf,
    /// Where it works; a `buildbot.tac` may name another folder than its own.
    folder: PathBuf,
    tac: bool,
    settings: Settings,
}

/// Why a folder is no worker's.
#[derive(Debug, thiserror::Error)]
pub enum BasedirError {
    /// It has no settings.
    #[error(
        "'{}' is no worker's folder: it has neither a {SETTINGS} nor a {TAC}; make one with: outpost worker create",
        .0.display()
    )]
    NoSettings(PathBuf),
    /// It has some already.
    #[error("'{}' is a worker's folder already; use --force to write its settings again", .0.display())]
    Exists(PathBuf),
    /// A file or folder cannot be used.
    #[error("'{}': {source}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// `worker.toml` is not as it must be.
    #[error("'{}': {reason}", path.display())]
    Settings {
        /// The file.
        path: PathBuf,
        /// With the line.
        reason: String,
    },
    /// `buildbot.tac` cannot be read as data.
    #[error("'{}', {source}", path.display())]
    Tac {
        /// The file.
        path: PathBuf,
        /// With the line.
        source: TacError,
    },
    /// The settings name a wrong address.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// The settings name a protocol that there is not.
    #[error(transparent)]
    Protocol(#[from] UnknownProtocol),
}

impl Basedir {
    /// Reads the settings of a folder.
    pub fn open(folder: &Path) -> Result<Basedir, BasedirError> {
        let ours = folder.join(SETTINGS);
        if ours.exists() {
            let reason = |error: toml::de::Error| BasedirError::Settings {
                path: ours.clone(),
                reason: error.to_string(),
            };
            let settings = toml::from_str(&text(&ours)?).map_err(reason)?;
            return Basedir {
                home: folder.to_owned(),
                folder: folder.to_owned(),
                tac: false,
                settings,
            }
            .checked();
        }
        let path = folder.join(TAC);
        if !path.exists() {
            return Err(BasedirError::NoSettings(folder.to_owned()));
        }
        let (works_in, settings) =
            tac::read(&text(&path)?, folder).map_err(|source| BasedirError::Tac { path, source })?;
        Basedir {
            home: folder.to_owned(),
            folder: works_in,
            tac: true,
            settings,
        }
        .checked()
    }

    /// Makes a folder with settings that only its user can read, and files in `info/` to be filled in. With `force`, one
    /// that is there gets new settings and keeps the rest.
    pub fn create(folder: &Path, settings: Settings, force: bool) -> Result<Basedir, BasedirError> {
        let basedir = Basedir {
            home: folder.to_owned(),
            folder: folder.to_owned(),
            tac: false,
            settings,
        }
        .checked()?;
        if !force && (folder.join(SETTINGS).exists() || folder.join(TAC).exists()) {
            return Err(BasedirError::Exists(folder.to_owned()));
        }
        let info = folder.join("info");
        std::fs::create_dir_all(&info).map_err(at(&info))?;
        basedir.write_settings()?;
        let host = basedir.settings.described_host();
        for (name, content) in [
            ("admin", "Your Name Here <admin@youraddress.invalid>\n"),
            ("host", &host),
        ] {
            let file = info.join(name);
            if !file.exists() {
                std::fs::write(&file, content).map_err(at(&file))?;
            }
        }
        Ok(basedir)
    }

    /// In one step, so that no half of it is ever read.
    fn write_settings(&self) -> Result<(), BasedirError> {
        let path = self.folder.join(SETTINGS);
        let text = toml::to_string(&self.settings).map_err(|error| BasedirError::Settings {
            path: path.clone(),
            reason: error.to_string(),
        })?;
        let new = self.folder.join(".worker.toml.new");
        let mut options = std::fs::File::options();
        options.create(true).write(true).truncate(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt;
            options.mode(0o600);
        }
        let mut file = options.open(&new).map_err(at(&new))?;
        file.write_all(text.as_bytes()).map_err(at(&new))?;
        std::fs::rename(&new, &path).map_err(at(&path))
    }

    /// An address that is none is told now, not when the worker starts.
    fn checked(self) -> Result<Basedir, BasedirError> {
        self.target()?;
        Ok(self)
    }

    /// Where its builders' folders are.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Its settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Its master.
    pub fn target(&self) -> Result<Target, BasedirError> {
        self.settings.target()
    }

    /// What it says of itself to its master.
    pub fn login(&self) -> Login {
        self.settings.login()
    }

    /// How it serves and how it comes back.
    pub fn lending(&self) -> Lending {
        self.settings.lending(&self.folder)
    }

    /// The file that holds the number of the process while one runs here; `buildbot-worker` looks into the same one in
    /// a folder of its own.
    pub fn pid_file(&self) -> PathBuf {
        self.home.join(if self.tac { "twistd.pid" } else { "worker.pid" })
    }

    /// What a worker in the background says.
    pub fn log_file(&self) -> PathBuf {
        self.home.join("worker.log")
    }

    /// Touching this file lets the worker leave, where [`AllowShutdown::File`] is set.
    pub fn shutdown_file(&self) -> PathBuf {
        self.folder.join("shutdown.stamp")
    }
}

fn text(path: &Path) -> Result<String, BasedirError> {
    let metadata = std::fs::metadata(path).map_err(at(path))?;
    if metadata.len() > LONGEST {
        let source = io::Error::other(format!("it is longer than {LONGEST} bytes, so it holds no settings"));
        return Err(at(path)(source));
    }
    std::fs::read_to_string(path).map_err(at(path))
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> BasedirError {
    |source| BasedirError::Io {
        path: path.to_owned(),
        source,
    }
}
