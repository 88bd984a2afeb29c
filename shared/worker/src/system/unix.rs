//! Unix.

use crate::environment::Environment;
use std::ffi::{OsStr, OsString};
use std::fs::{Metadata, Permissions};
use std::io;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::PathBuf;

/// What the master is told; it chooses its path rules by it.
pub(crate) const NAME: &str = "posix";

/// Between the folders of a variable such as `PATH`.
pub(crate) const LIST_SEPARATOR: &str = ":";

/// Whether commands can have terminals.
pub(crate) const TERMINALS: bool = true;

/// The status of a command that was killed and ended well all the same.
pub(crate) const KILLED: i64 = -1;

/// What a shell's words need while it runs: nothing here.
#[derive(Debug)]
pub(crate) enum Script {}

/// How a shell is given a text.
pub(crate) fn shell(text: &OsStr, _environment: &Environment) -> io::Result<(Vec<OsString>, Option<Script>)> {
    Ok((vec!["/bin/sh".into(), "-c".into(), text.to_owned()], None))
}

/// Bytes of a path, argument or variable.
pub(crate) fn os_string(bytes: Vec<u8>) -> OsString {
    OsString::from_vec(bytes)
}

/// Whether two variables are one.
pub(crate) fn same_variable(one: &OsStr, other: &OsStr) -> bool {
    one == other
}

/// A variable's name as it is told.
pub(crate) fn variable_name(name: &OsStr) -> String {
    name.to_string_lossy().into_owned()
}

/// `KEY=value` lines about the system.
pub(crate) fn os_release() -> String {
    std::fs::read_to_string("/etc/os-release").unwrap_or_default()
}

/// A file's permissions as a number means them, given those that it has.
pub(crate) fn permissions(_now: Permissions, mode: u32) -> Permissions {
    Permissions::from_mode(mode)
}

/// What shows that a file has changed: ctime, mtime (seconds and nanoseconds) and size.
pub(crate) type FileState = (i64, i64, i64, i64, u64);

pub(crate) fn file_state(metadata: &Metadata) -> FileState {
    (
        metadata.ctime(),
        metadata.ctime_nsec(),
        metadata.mtime(),
        metadata.mtime_nsec(),
        metadata.len(),
    )
}

/// The numbers of `stat`, in Python's order.
pub(crate) fn stat(metadata: &Metadata, _path: &std::path::Path) -> [i64; 10] {
    [
        i64::from(metadata.mode()),
        metadata.ino() as i64,
        metadata.dev() as i64,
        metadata.nlink() as i64,
        i64::from(metadata.uid()),
        i64::from(metadata.gid()),
        metadata.size() as i64,
        metadata.atime(),
        metadata.mtime(),
        metadata.ctime(),
    ]
}

/// The number of an error, if it has one.
pub(crate) fn errno(error: &io::Error) -> Option<i32> {
    error.raw_os_error()
}

/// A pattern's root, when it is absolute, and the rest with `/` between its words.
pub(crate) fn split_root(pattern: &str) -> (Option<PathBuf>, String) {
    match pattern.strip_prefix('/') {
        Some(rest) => (Some("/".into()), rest.to_owned()),
        None => (None, pattern.to_owned()),
    }
}
