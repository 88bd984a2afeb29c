//! The files that a configuration may read: those of its own folder, by relative path, and no others.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

/// A configuration file larger than this is a mistake.
const MAX_BYTES: u64 = 8 << 20;
/// A folder with more files than this is not searched further.
const MAX_FOUND: usize = 20_000;

/// The folder, what stands for its files, and what was read.
#[derive(Debug)]
pub(crate) struct Files {
    folder: PathBuf,
    /// Texts that stand for files which are not saved yet, by relative path.
    overlay: BTreeMap<String, String>,
    inputs: RefCell<Vec<PathBuf>>,
}

/// Why a file cannot be read.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum FileError {
    #[error("'{0}' leads out of the configuration's folder")]
    Outside(String),
    #[error("there is no file '{0}'")]
    Absent(String),
    #[error("'{path}' cannot be read: {reason}")]
    Unreadable { path: String, reason: String },
    #[error("'{path}' is no UTF-8 text: line {line}, column {column}")]
    NoText { path: String, line: u32, column: u32 },
}

impl FileError {
    pub(crate) fn fix(&self) -> &'static str {
        match self {
            FileError::Outside(_) => "give a path below the folder, without .., as \"lib/workers.star\"",
            FileError::Absent(_) => "make the file, correct the path, or give default=…",
            FileError::Unreadable { .. } => "look at the file's permissions and size",
            FileError::NoText { .. } => "save the file as UTF-8",
        }
    }
}

impl Files {
    pub(crate) fn new(folder: &Path, overlay: BTreeMap<String, String>) -> Files {
        Files {
            // A folder that is not there gives its error when the first file is read.
            folder: folder.canonicalize().unwrap_or_else(|_| folder.to_owned()),
            overlay,
            inputs: RefCell::default(),
        }
    }

    /// Everything that was read or looked for, so that a change of it asks for a new check.
    pub(crate) fn inputs(&self) -> Vec<PathBuf> {
        self.inputs.borrow().clone()
    }

    fn note(&self, path: PathBuf) {
        let mut inputs = self.inputs.borrow_mut();
        if !inputs.contains(&path) {
            inputs.push(path);
        }
    }

    /// `path` in its plain form, `lib/x.star`.
    pub(crate) fn plain(&self, path: &str) -> Result<String, FileError> {
        let outside = || FileError::Outside(path.to_owned());
        let mut plain = Vec::new();
        for component in Path::new(&path.replace('\\', "/")).components() {
            match component {
                Component::CurDir => {}
                Component::Normal(name) => plain.push(name.to_string_lossy().into_owned()),
                Component::ParentDir | Component::RootDir | Component::Prefix(_) => return Err(outside()),
            }
        }
        if plain.is_empty() {
            return Err(FileError::Absent(path.to_owned()));
        }
        Ok(plain.join("/"))
    }

    /// The text of a file.
    pub(crate) fn read(&self, path: &str) -> Result<String, FileError> {
        let plain = self.plain(path)?;
        let place = self.folder.join(&plain);
        self.note(place.clone());
        if let Some(text) = self.overlay.get(&plain) {
            return Ok(text.clone());
        }
        let real = match place.canonicalize() {
            Ok(real) => real,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Err(FileError::Absent(plain)),
            Err(error) => return Err(unreadable(&plain, error)),
        };
        // A link may lead elsewhere.
        if !real.starts_with(&self.folder) {
            return Err(FileError::Outside(plain));
        }
        let facts = real.metadata().map_err(|error| unreadable(&plain, error))?;
        if !facts.is_file() {
            return Err(unreadable(&plain, "it is no file"));
        }
        if facts.len() > MAX_BYTES {
            return Err(unreadable(&plain, format!("it is larger than {} MiB", MAX_BYTES >> 20)));
        }
        let bytes = std::fs::read(&real).map_err(|error| unreadable(&plain, error))?;
        text(&plain, bytes)
    }

    /// The files whose relative path matches, sorted. Hidden folders are not looked into.
    pub(crate) fn glob(&self, pattern: &str) -> Result<Vec<String>, FileError> {
        let plain = self.plain(pattern)?;
        let matcher = globset::GlobBuilder::new(&plain)
            .literal_separator(true)
            .build()
            .map_err(|error| unreadable(pattern, error))?
            .compile_matcher();
        let mut found: Vec<String> = self
            .overlay
            .keys()
            .filter(|path| matcher.is_match(path))
            .cloned()
            .collect();
        let mut folders = vec![String::new()];
        let mut seen = 0;
        while let Some(folder) = folders.pop() {
            let place = self.folder.join(&folder);
            self.note(place.clone());
            let Ok(entries) = std::fs::read_dir(&place) else {
                continue;
            };
            for entry in entries.flatten() {
                seen += 1;
                if seen > MAX_FOUND {
                    return Err(unreadable(
                        pattern,
                        format!("the folder holds more than {MAX_FOUND} files"),
                    ));
                }
                let name = entry.file_name().to_string_lossy().into_owned();
                let Ok(kind) = entry.file_type() else { continue };
                let path = if folder.is_empty() {
                    name.clone()
                } else {
                    format!("{folder}/{name}")
                };
                if kind.is_dir() && !name.starts_with('.') && plain.contains('/') {
                    folders.push(path);
                } else if kind.is_file() && matcher.is_match(&path) && !found.contains(&path) {
                    found.push(path);
                }
            }
        }
        found.sort();
        Ok(found)
    }
}

fn unreadable(path: &str, reason: impl ToString) -> FileError {
    FileError::Unreadable {
        path: path.to_owned(),
        reason: reason.to_string(),
    }
}

fn text(path: &str, bytes: Vec<u8>) -> Result<String, FileError> {
    String::from_utf8(bytes).map_err(|error| {
        let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line_start = good.iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
        FileError::NoText {
            path: path.to_owned(),
            line: good.iter().filter(|b| **b == b'\n').count() as u32 + 1,
            column: String::from_utf8_lossy(&good[line_start..]).chars().count() as u32 + 1,
        }
    })
}
