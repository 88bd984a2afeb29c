//! The file with the number of the process that serves in a folder.
//!
//! The process keeps it locked, so that a number that was left behind means nothing, and removes it in the end.

use crate::failure::Failure;
use std::fs::{File, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

/// Its names: in a folder of ours, and in one of `buildbot-worker`.
const NAMES: [&str; 2] = ["worker.pid", "twistd.pid"];

/// This process's claim on a folder.
#[derive(Debug)]
pub struct Claim {
    path: PathBuf,
    _locked: File,
}

/// A process that serves in a folder.
#[derive(Debug)]
pub struct Running {
    /// Its number.
    pub pid: i32,
    /// Locked by it until it is gone.
    #[cfg_attr(
        target_os = "linux",
        expect(dead_code, reason = "there is a better way to wait on Linux")
    )]
    pub file: File,
}

impl Claim {
    /// Claims a folder for this process.
    pub fn take(path: &Path) -> Result<Claim, Failure> {
        let at = |error: std::io::Error| Failure::other(format!("{}: {error}", path.display()));
        loop {
            let lock = open(&lock_of(path)).map_err(at)?;
            match lock.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => {
                    let pid = File::open(path).ok().and_then(|mut file| number(&mut file));
                    return Err(taken(path, pid));
                }
                Err(TryLockError::Error(error)) => return Err(at(error)),
            }
            // One that is just ending removed the name between our opening and locking.
            if !is_named(&lock, path) {
                continue;
            }
            let mut file = open(path).map_err(at)?;
            if let Some(pid) = number(&mut file).filter(|pid| is_buildbot(*pid)) {
                return Err(taken(path, Some(pid)).hint("It is buildbot-worker's; stop it with:  buildbot-worker stop"));
            }
            file.set_len(0).map_err(at)?;
            file.rewind().map_err(at)?;
            write!(file, "{}", std::process::id()).map_err(at)?;
            return Ok(Claim {
                path: path.to_owned(),
                _locked: lock,
            });
        }
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        // One that stays behind unlocked means nothing.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Who serves in a folder.
pub fn find(folder: &Path) -> Option<Running> {
    NAMES.iter().find_map(|name| {
        let path = folder.join(name);
        let mut file = File::open(&path).ok()?;
        let lock = File::options().read(true).write(true).open(lock_of(&path)).ok()?;
        match lock.try_lock() {
            Err(TryLockError::WouldBlock) => Some(Running {
                pid: number(&mut file)?,
                file: lock,
            }),
            _ => None,
        }
    })
}

fn open(path: &Path) -> std::io::Result<File> {
    File::options()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .open(path)
}

/// What is locked: the file itself.
#[cfg(unix)]
fn lock_of(path: &Path) -> PathBuf {
    path.to_owned()
}

/// What is locked: a file beside it, because nobody else can read what is locked there.
#[cfg(windows)]
fn lock_of(path: &Path) -> PathBuf {
    path.with_added_extension("lock")
}

fn taken(path: &Path, pid: Option<i32>) -> Failure {
    let folder = path.parent().unwrap_or(path).display();
    let process = pid.map_or_else(String::new, |pid| format!(" (process {pid})"));
    Failure::other(format!("a worker runs in {folder} already{process}"))
}

fn number(file: &mut File) -> Option<i32> {
    let mut text = String::new();
    file.rewind().ok()?;
    file.take(32).read_to_string(&mut text).ok()?;
    text.trim().parse().ok().filter(|pid| *pid > 0)
}

#[cfg(unix)]
fn is_named(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let named = std::fs::metadata(path).map(|metadata| metadata.ino()).ok();
    named.is_some() && named == file.metadata().map(|metadata| metadata.ino()).ok()
}

/// What is open cannot be removed there.
#[cfg(not(unix))]
fn is_named(_file: &File, _path: &Path) -> bool {
    true
}

/// Whether a living process is Buildbot's: such a one does not lock the file.
#[cfg(target_os = "linux")]
fn is_buildbot(pid: i32) -> bool {
    let line = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    let line = String::from_utf8_lossy(&line);
    line.contains("buildbot") || line.contains("twistd")
}

#[cfg(not(target_os = "linux"))]
fn is_buildbot(_pid: i32) -> bool {
    false
}
