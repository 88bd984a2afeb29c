//! Reading files of a working copy that somebody may be writing.

use super::Untracked;
use super::compare::{LINK, has_zero};
use std::fs::{File, Metadata};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// What is said of a file that is not the same any more.
pub(crate) const CHANGED: &str = "it changed while it was being read";
/// Above this an untracked file is asked about on its own, in bytes.
const LARGE: u64 = 10 << 20;
/// The same for one that is not text.
const LARGE_BINARY: u64 = 1 << 20;
/// How much is read to see whether it is text.
const GLANCE: u64 = 8000;

/// What tells one moment of a file from another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    size: u64,
    written: Option<SystemTime>,
    mode: u32,
}

impl Stamp {
    /// As git sees it.
    pub(crate) fn mode(&self) -> u32 {
        self.mode
    }
}

/// The stamp of what is at `path`, as git sees its mode; `None` if it is neither a file nor a link.
pub(crate) fn stamp(path: &Path) -> std::io::Result<Option<Stamp>> {
    let metadata = std::fs::symlink_metadata(path)?;
    Ok(mode(&metadata).map(|mode| Stamp {
        size: metadata.len(),
        written: metadata.modified().ok(),
        mode,
    }))
}

/// The mode that git gives to it; `None` if it is neither a file nor a link.
pub(crate) fn mode(metadata: &Metadata) -> Option<u32> {
    if metadata.is_symlink() {
        Some(LINK)
    } else if metadata.is_file() {
        Some(if is_executable(metadata) { 0o100_755 } else { 0o100_644 })
    } else {
        None
    }
}

#[cfg(unix)]
fn is_executable(metadata: &Metadata) -> bool {
    std::os::unix::fs::MetadataExt::mode(metadata) & 0o100 != 0
}

#[cfg(not(unix))]
fn is_executable(_metadata: &Metadata) -> bool {
    false
}

/// How many bytes the file at `path` has, if it is one.
pub(crate) fn size(path: &Path) -> Option<u64> {
    let metadata = std::fs::symlink_metadata(path).ok()?;
    metadata.is_file().then_some(metadata.len())
}

/// The content of the file, or the target of the link, at `path`. At most `limit` bytes.
pub(crate) fn whole(path: &Path, limit: u64) -> Result<Vec<u8>, String> {
    with_mode(path, limit).map(|(_, bytes)| bytes)
}

/// The same with its mode, all of one moment; read a second time when it changed meanwhile.
pub(crate) fn with_mode(path: &Path, limit: u64) -> Result<(u32, Vec<u8>), String> {
    match once(path, limit) {
        Err(reason) if reason == CHANGED => once(path, limit),
        other => other,
    }
}

fn once(path: &Path, limit: u64) -> Result<(u32, Vec<u8>), String> {
    let words = |error: std::io::Error| error.to_string();
    let before = stamp(path).map_err(words)?.ok_or("it is neither a file nor a link")?;
    if before.size > limit {
        return Err(format!("it has {} bytes, and at most {limit} are read", before.size));
    }
    let read = content(path, &before, limit);
    let is_same = matches!(stamp(path), Ok(Some(after)) if after == before);
    match read {
        _ if !is_same => Err(CHANGED.to_owned()),
        Ok(bytes) if before.mode == LINK || bytes.len() as u64 == before.size => Ok((before.mode, bytes)),
        Ok(_) => Err(CHANGED.to_owned()),
        Err(error) => Err(words(error)),
    }
}

fn content(path: &Path, stamp: &Stamp, limit: u64) -> std::io::Result<Vec<u8>> {
    if stamp.mode == LINK {
        return target(path);
    }
    let mut bytes = Vec::with_capacity(usize::try_from(stamp.size).unwrap_or(0));
    open(path)?.take(limit + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Opens a file. Neither a link nor a pipe that has taken its place is followed or waited for.
#[cfg(unix)]
fn open(path: &Path) -> std::io::Result<File> {
    use nix::libc::{O_NOFOLLOW, O_NONBLOCK};
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = File::options();
    options.read(true).custom_flags(O_NOFOLLOW | O_NONBLOCK).open(path)
}

#[cfg(not(unix))]
fn open(path: &Path) -> std::io::Result<File> {
    File::open(path)
}

/// The target of a link, as bytes.
pub(crate) fn target(path: &Path) -> std::io::Result<Vec<u8>> {
    std::fs::read_link(path).map(|target| target.into_os_string().into_encoded_bytes())
}

/// What is shown of the untracked file `path` below `top`, and where it lies; `None` if it is gone, or neither a file nor
/// a link. Only its first bytes are read.
pub(crate) fn untracked(top: &Path, path: Vec<u8>) -> Option<(Untracked, PathBuf)> {
    let place = top.join(os_path(&path));
    let stamp = stamp(&place).ok()??;
    let binary = stamp.mode != LINK && has_zero(&beginning(&place).unwrap_or_default());
    let large = stamp.size > LARGE || (binary && stamp.size > LARGE_BINARY);
    let shown = Untracked {
        path,
        mode: stamp.mode,
        size: stamp.size,
        binary,
        large,
    };
    Some((shown, place))
}

fn beginning(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open(path)?.take(GLANCE).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// A path below the top as the system of this machine takes it.
#[cfg(unix)]
pub(crate) fn os_path(path: &[u8]) -> PathBuf {
    std::ffi::OsStr::new(<std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(path)).into()
}

/// A path below the top as the system of this machine takes it.
#[cfg(not(unix))]
pub(crate) fn os_path(path: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(path).into_owned())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::sync::mpsc;
    use std::time::Duration;

    #[test]
    fn a_pipe_that_nobody_writes_and_a_link_keep_nobody_waiting() {
        let folder = tempfile::tempdir().expect("folder");
        let [pipe, file, link] = ["pipe", "file", "link"].map(|name| folder.path().join(name));
        nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::S_IRWXU).expect("pipe");
        std::fs::write(&file, "x").expect("file");
        std::os::unix::fs::symlink(&file, &link).expect("link");
        let (tell, opened) = mpsc::channel();
        std::thread::spawn(move || tell.send([open(&pipe), open(&link), open(&file)].map(|file| file.is_ok())));
        let opened = opened.recv_timeout(Duration::from_secs(30)).expect("it ends");
        assert_eq!(opened, [true, false, true]);
    }
}
