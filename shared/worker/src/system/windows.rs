//! Windows.

use crate::environment::Environment;
use std::ffi::{OsStr, OsString};
use std::fs::{File, Metadata, Permissions};
use std::hash::{BuildHasher, RandomState};
use std::io::{self, Write};
use std::os::windows::fs::MetadataExt;
use std::path::{Component, Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// What the master is told; it chooses its path rules by it.
pub(crate) const NAME: &str = "nt";

/// Between the folders of a variable such as `PATH`.
pub(crate) const LIST_SEPARATOR: &str = ";";

/// Whether commands can have terminals.
pub(crate) const TERMINALS: bool = false;

/// The status of a command that was killed and ended well all the same.
pub(crate) const KILLED: i64 = 1;

/// What a shell's words need while it runs: the file that they are in. Dropping it deletes the file.
#[derive(Debug)]
pub(crate) struct Script(PathBuf);

impl Drop for Script {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_file(&self.0) {
            tracing::debug!(%error, path = %self.0.display(), "a command's batch file stays");
        }
    }
}

/// How a shell is given a text: as a batch file, since a command line is shorter, and has no more than one line.
pub(crate) fn shell(text: &OsStr, environment: &Environment) -> io::Result<(Vec<OsString>, Option<Script>)> {
    let unguessable = RandomState::new().hash_one(std::process::id());
    let path = std::env::temp_dir().join(format!("outpost-{unguessable:016x}.bat"));
    let mut file = File::options().write(true).create_new(true).open(&path)?;
    let script = Script(path.clone());
    file.write_all(batch(&text.to_string_lossy()).as_bytes())?;
    let mut shells = environment
        .iter()
        .filter(|(name, _)| same_variable(name, "COMSPEC".as_ref()));
    let shell = shells.next().map_or("cmd.exe".into(), |(_, value)| value.clone());
    Ok((vec![shell, "/c".into(), path.into()], Some(script)))
}

/// The text of a batch file. The shell reads it in the console's code page, which is not that of other text.
fn batch(text: &str) -> String {
    let page = if text.is_ascii() { "" } else { "@chcp 65001 >nul\r\n" };
    let lines: Vec<&str> = text.lines().collect();
    format!("{page}@echo off\r\n{}\r\n", lines.join("\r\n"))
}

/// Bytes of a path, argument or variable; Windows knows text only.
pub(crate) fn os_string(bytes: Vec<u8>) -> OsString {
    String::from_utf8_lossy(&bytes).into_owned().into()
}

/// Whether two variables are one: their names have no case.
pub(crate) fn same_variable(one: &OsStr, other: &OsStr) -> bool {
    one.to_string_lossy().to_uppercase() == other.to_string_lossy().to_uppercase()
}

/// A variable's name as it is told: configurations of masters write it in capitals.
pub(crate) fn variable_name(name: &OsStr) -> String {
    name.to_string_lossy().to_uppercase()
}

/// `KEY=value` lines about the system: there are none.
pub(crate) fn os_release() -> String {
    String::new()
}

/// A file's permissions as a number means them, given those that it has: one that nobody may write is read-only.
pub(crate) fn permissions(mut now: Permissions, mode: u32) -> Permissions {
    now.set_readonly(mode & 0o222 == 0);
    now
}

/// What shows that a file has changed: made, written (in 100 ns) and size.
pub(crate) type FileState = (u64, u64, u64);

pub(crate) fn file_state(metadata: &Metadata) -> FileState {
    (metadata.creation_time(), metadata.last_write_time(), metadata.len())
}

/// The numbers of `stat`, in Python's order. Masters look at the first, for folder or file; what Windows has no word
/// for is 0.
pub(crate) fn stat(metadata: &Metadata, path: &Path) -> [i64; 10] {
    let ending = path.extension().unwrap_or_default().to_ascii_lowercase();
    let runs = ["exe", "com", "bat", "cmd"].iter().any(|known| ending == *known);
    let write = if metadata.permissions().readonly() { 0 } else { 0o222 };
    let mode = match metadata.is_dir() {
        true => 0o040_777,
        false => 0o100_444 | write | if runs { 0o111 } else { 0 },
    };
    let [accessed, modified, created] =
        [metadata.accessed(), metadata.modified(), metadata.created()].map(|time| time.map_or(0, seconds));
    let size = metadata.len() as i64;
    [mode, 0, 0, 1, 0, 0, size, accessed, modified, created]
}

fn seconds(time: SystemTime) -> i64 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(after) => after.as_secs() as i64,
        Err(before) => -(before.duration().as_secs() as i64),
    }
}

/// The number that the C library has for an error: masters expect it, and Windows' own are others.
pub(crate) fn errno(error: &io::Error) -> Option<i32> {
    Some(match error.kind() {
        io::ErrorKind::NotFound => 2,
        io::ErrorKind::PermissionDenied => 13,
        io::ErrorKind::AlreadyExists => 17,
        io::ErrorKind::NotADirectory => 20,
        io::ErrorKind::IsADirectory => 21,
        io::ErrorKind::InvalidInput => 22,
        io::ErrorKind::StorageFull => 28,
        io::ErrorKind::DirectoryNotEmpty => 41,
        _ => return None,
    })
}

/// A pattern's root, when it is absolute, and the rest with `/` between its words.
pub(crate) fn split_root(pattern: &str) -> (Option<PathBuf>, String) {
    let is_root = |part: &Component<'_>| matches!(part, Component::Prefix(_) | Component::RootDir);
    let root: PathBuf = Path::new(pattern).components().take_while(is_root).collect();
    let rest = pattern[root.as_os_str().len()..].replace('\\', "/");
    ((!root.as_os_str().is_empty()).then_some(root), rest)
}
