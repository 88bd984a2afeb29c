//! One file of a folder: read with care, since others put it there.

use std::fs::File;
use std::io::Read;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use wire::try_job::TryJob;
use wire::try_job::jobdir::{JobError, LONGEST, decode};

/// The job in a file; the error is one sentence that says why it is none.
pub fn read(path: &Path) -> Result<TryJob, String> {
    if path.is_symlink() {
        return Err("it is a link; put the file itself there".to_owned());
    }
    let file = open(path).map_err(|error| format!("it cannot be read: {error}"))?;
    let kind = file.metadata().map_err(|error| format!("it cannot be read: {error}"))?;
    if !kind.is_file() {
        return Err("it is no file".to_owned());
    }
    let most = LONGEST as u64 + 1;
    let mut bytes = Vec::new();
    file.take(most)
        .read_to_end(&mut bytes)
        .map_err(|error| format!("it cannot be read: {error}"))?;
    if bytes.len() > LONGEST {
        return Err(JobError::TooLong(usize::try_from(kind.len()).unwrap_or(usize::MAX)).to_string());
    }
    decode(&bytes).map_err(|error| error.to_string())
}

/// Follows no link out of the folder, and does not wait for a pipe's other end.
fn open(path: &Path) -> std::io::Result<File> {
    let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
    let flags = i32::try_from(flags.bits()).unwrap_or_default();
    File::options().read(true).custom_flags(flags).open(path)
}
