//! Reading a command's arguments, which come from a program of any version (§3, §4). Unknown ones are ignored.

use crate::system;
use bytes::Bytes;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use wire::worker::{Failure, TransferId, Value};

/// The arguments of one command.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Args<'a> {
    command: &'a str,
    args: &'a Value,
    /// What paths are relative to: the builder's folder.
    folder: &'a Path,
}

impl<'a> Args<'a> {
    pub(crate) fn new(command: &'a str, args: &'a Value, folder: &'a Path) -> Args<'a> {
        Args { command, args, folder }
    }

    /// Fails, naming all of them, when some of these are not there.
    pub(crate) fn require(self, names: &[&str]) -> Result<(), Failure> {
        let missing: Vec<&str> = names
            .iter()
            .copied()
            .filter(|name| self.args.get(name).is_none())
            .collect();
        if missing.is_empty() {
            return Ok(());
        }
        Err(failure(
            "builtins.ValueError",
            format!("{} is missing args: {}", self.command, missing.join(", ")),
        ))
    }

    /// An argument, unless it is absent or None.
    pub(crate) fn get(self, name: &str) -> Option<&'a Value> {
        self.args.get(name).filter(|value| !value.is_none())
    }

    /// An argument as it came.
    pub(crate) fn raw(self, name: &str) -> Option<&'a Value> {
        self.args.get(name)
    }

    /// The builder's folder.
    pub(crate) fn folder(self) -> &'a Path {
        self.folder
    }

    /// An argument that is read without asking whether it is there.
    pub(crate) fn needed(self, name: &str) -> Result<&'a Value, Failure> {
        let missing = || failure("builtins.KeyError", format!("'{name}'"));
        self.args.get(name).ok_or_else(missing)
    }

    /// Which of two names an argument has: over msgpack some go by another (`worker-protocol-msgpack` §4.1).
    pub(crate) fn either(self, msgpack: &'static str, pb: &'static str) -> &'static str {
        if self.args.get(msgpack).is_some() { msgpack } else { pb }
    }

    /// One path or several, below the builder's folder.
    pub(crate) fn paths(self, name: &str) -> Result<Vec<PathBuf>, Failure> {
        let (Value::List(items) | Value::Tuple(items)) = self.needed(name)? else {
            return Ok(vec![self.path(name)?]);
        };
        let one = |item: &Value| {
            let path = os_string(item).ok_or_else(|| self.type_error(name, "text", item))?;
            Ok(self.folder.join(path))
        };
        items.iter().map(one).collect()
    }

    /// What a transfer reads or writes here: `path`, or what PB names `name` below `workdir`.
    pub(crate) fn transferred(self, name: &str) -> Result<PathBuf, Failure> {
        match self.get("path") {
            Some(_) => self.path("path"),
            None => self.path_in_workdir(name),
        }
    }

    /// A path below the builder's folder; an absolute one replaces it.
    pub(crate) fn path(self, name: &str) -> Result<PathBuf, Failure> {
        Ok(self.folder.join(self.text(name)?))
    }

    /// The same, where `~` is the home folder.
    pub(crate) fn path_from_home(self, name: &str) -> Result<PathBuf, Failure> {
        Ok(self.folder.join(expand_home(Path::new(&self.text(name)?))))
    }

    /// A path below `workdir`, where `~` is the home folder.
    pub(crate) fn path_in_workdir(self, name: &str) -> Result<PathBuf, Failure> {
        let workdir = self.path("workdir")?;
        Ok(workdir.join(expand_home(Path::new(&self.text(name)?))))
    }

    /// Needed text.
    pub(crate) fn text(self, name: &str) -> Result<OsString, Failure> {
        let value = self.needed(name)?;
        os_string(value).ok_or_else(|| self.type_error(name, "text", value))
    }

    /// Needed transfer: a writer or a reader.
    pub(crate) fn transfer(self, name: &str) -> Result<TransferId, Failure> {
        let value = self.needed(name)?;
        value.int().ok_or_else(|| self.type_error(name, "a transfer", value))
    }

    /// A size in bytes, which must be there but may be None.
    pub(crate) fn size(self, name: &str) -> Result<Option<u64>, Failure> {
        match self.needed(name)? {
            Value::None => Ok(None),
            value => match value.int() {
                Some(size) => Ok(Some(size.max(0) as u64)),
                None => Err(self.type_error(name, "a number of bytes", value)),
            },
        }
    }

    /// True or false, with what it is when nobody says.
    pub(crate) fn flag(self, name: &str, default: bool) -> bool {
        self.args.get(name).map_or(default, Value::truth)
    }

    pub(crate) fn type_error(self, name: &str, wanted: &str, got: &Value) -> Failure {
        failure(
            "builtins.TypeError",
            format!(
                "argument '{name}' of {} should be {wanted}, but is {}",
                self.command,
                got.kind()
            ),
        )
    }
}

pub(crate) fn failure(kind: &str, message: String) -> Failure {
    Failure {
        kind: kind.to_owned(),
        message,
    }
}

/// Text or bytes as the system takes them.
pub(crate) fn os_string(value: &Value) -> Option<OsString> {
    match value {
        Value::Text(text) => Some(text.into()),
        Value::Bytes(bytes) => Some(system::os_string(bytes.to_vec())),
        _ => None,
    }
}

/// Bytes as they are, text as UTF-8.
pub(crate) fn bytes(value: &Value) -> Option<Bytes> {
    match value {
        Value::Text(text) => Some(Bytes::copy_from_slice(text.as_bytes())),
        Value::Bytes(bytes) => Some(bytes.clone()),
        _ => None,
    }
}

fn expand_home(path: &Path) -> PathBuf {
    match (path.strip_prefix("~"), std::env::home_dir()) {
        (Ok(rest), Some(home)) if rest.as_os_str().is_empty() => home,
        (Ok(rest), Some(home)) => home.join(rest),
        _ => path.to_owned(),
    }
}
