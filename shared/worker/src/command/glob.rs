//! `glob`: the files that a pattern means, as absolute paths. `**` stands for any folders; a leading dot must be named.

use super::args::Args;
use super::files::FileError;
use crate::system;
use ::glob::Pattern;
use std::path::{Path, PathBuf};
use wire::worker::{Failure, Update, Value};

#[derive(Debug)]
pub(crate) struct Glob {
    folder: PathBuf,
    pattern: String,
}

impl Glob {
    pub(super) fn parse(args: Args<'_>) -> Result<Glob, Failure> {
        let pattern = args.text("path")?.to_string_lossy().into_owned();
        Ok(Glob {
            folder: args.folder().to_owned(),
            pattern,
        })
    }

    pub(super) fn run(self) -> Result<Option<Update>, FileError> {
        let mut found = Vec::new();
        let (root, pattern) = system::split_root(&self.pattern);
        matches(root.as_deref().unwrap_or(&self.folder), &pattern, &mut found);
        let files = found.into_iter().map(|path| path.to_string_lossy().as_ref().into());
        Ok(Some(Update::Other {
            key: "files".to_owned(),
            value: Value::List(files.collect()),
        }))
    }
}

/// Adds what the pattern means below a folder.
fn matches(folder: &Path, pattern: &str, found: &mut Vec<PathBuf>) {
    let (word, rest) = pattern
        .split_once('/')
        .map_or((pattern, None), |(word, rest)| (word, Some(rest)));
    match rest {
        None if word == "**" => any_depth(folder, &mut |path| found.push(path.to_owned())),
        Some(rest) if word == "**" => any_depth(folder, &mut |path| {
            if path.is_dir() {
                matches(path, rest, found);
            }
        }),
        None => found.extend(named(folder, word)),
        Some(rest) => {
            for path in named(folder, word).into_iter().filter(|path| path.is_dir()) {
                matches(&path, rest, found);
            }
        }
    }
}

/// What is in a folder under names that the word means.
fn named(folder: &Path, word: &str) -> Vec<PathBuf> {
    let pattern = word
        .contains(['*', '?', '['])
        .then(|| Pattern::new(&single_stars(word)).ok())
        .flatten();
    let Some(pattern) = pattern else {
        // A name; also what only looks like a pattern.
        let path = folder.join(word);
        return path.symlink_metadata().is_ok().then_some(path).into_iter().collect();
    };
    let fits = |name: &str| pattern.matches(name) && (word.starts_with('.') || !name.starts_with('.'));
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .filter(|entry| fits(&entry.file_name().to_string_lossy()))
        .map(|entry| entry.path())
        .collect()
}

/// Within a word `**` is a plain `*`.
fn single_stars(word: &str) -> String {
    let mut word = word.to_owned();
    while word.contains("**") {
        word = word.replace("**", "*");
    }
    word
}

/// The folder and everything below it, except what begins with a dot; links are not followed.
fn any_depth(folder: &Path, visit: &mut dyn FnMut(&Path)) {
    visit(folder);
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            any_depth(&entry.path(), visit);
        } else {
            visit(&entry.path());
        }
    }
}
