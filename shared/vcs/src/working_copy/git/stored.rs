//! What git would store of a file whose bytes it changes on the way in: line ends, filters, encodings.
//!
//! The person's own `git` does it, into an index and an object folder that are thrown away.

use super::aside::Aside;
use super::entries::New;
use super::objects::{Objects, Read};
use super::settings::Settings;
use super::{Place, entries, failed, text};
use crate::git::command::Git;
use crate::working_copy::TakeError;
use std::collections::{HashMap, HashSet};
use std::path::Path;

/// Attributes by which git changes bytes.
const ATTRIBUTES: [&str; 6] = ["text", "crlf", "eol", "filter", "ident", "working-tree-encoding"];

/// For which paths git may store other bytes than those on disk.
#[derive(Debug, Default)]
pub(super) struct Rules {
    /// Whatever is in the file.
    always: HashSet<Vec<u8>>,
    /// If there is a carriage return in it.
    line_ends: HashSet<Vec<u8>>,
}

impl Rules {
    /// Asks for the attributes of `paths`.
    pub(super) fn read(git: &Git, settings: &Settings, paths: &[&[u8]]) -> Result<Rules, TakeError> {
        let mut rules = Rules::default();
        if paths.is_empty() {
            return Ok(rules);
        }
        let arguments = [&["check-attr", "-z", "--stdin"][..], &ATTRIBUTES].concat();
        let input = paths.iter().flat_map(|path| [path, &b"\0"[..]].concat()).collect();
        let answer = git.run(&arguments, Some(input)).map_err(failed)?;
        let on_the_way_in = |value: &str| value.eq_ignore_ascii_case("input");
        let converts =
            settings.is_on("core.autocrlf") == Some(true) || settings.get("core.autocrlf").is_some_and(on_the_way_in);
        if converts {
            rules.line_ends.extend(paths.iter().map(|path| path.to_vec()));
        }
        let fields: Vec<&[u8]> = answer.out.split(|byte| *byte == 0).collect();
        for answer in fields.chunks_exact(3) {
            rules.add(answer[0], answer[1], answer[2]);
        }
        Ok(rules)
    }

    fn add(&mut self, path: &[u8], attribute: &[u8], value: &[u8]) {
        let is_set = value != b"unspecified" && value != b"unset";
        match attribute {
            b"filter" | b"ident" | b"working-tree-encoding" if is_set => self.always.insert(path.to_vec()),
            b"text" | b"crlf" | b"eol" if is_set => self.line_ends.insert(path.to_vec()),
            _ => false,
        };
    }

    /// Whether its bytes are others whatever is in it.
    pub(super) fn always_changes(&self, path: &[u8]) -> bool {
        self.always.contains(path)
    }

    /// Whether its bytes may be others.
    pub(super) fn may_change(&self, path: &[u8]) -> bool {
        self.always.contains(path) || self.line_ends.contains(path)
    }
}

/// What git would store of the files at `paths` now.
pub(super) fn store(place: &Place, paths: &[&[u8]]) -> Result<HashMap<Vec<u8>, Read>, TakeError> {
    if paths.is_empty() {
        return Ok(HashMap::new());
    }
    let aside = Aside::new(place).map_err(|error| aside_failed(&error))?;
    let objects = aside.folder().join("objects");
    std::fs::create_dir(&objects).map_err(|error| aside_failed(&error))?;
    let git = with_objects(place, &aside, &objects)?;
    let input: Vec<u8> = paths.iter().flat_map(|path| [path, &b"\0"[..]].concat()).collect();
    let update = ["update-index", "--add", "--remove", "--replace", "-z", "--stdin"];
    git.run(&update, Some(input)).map_err(failed)?;
    let ids = ids(&git, &paths.iter().copied().collect())?;
    let wanted: Vec<&str> = ids.values().map(String::as_str).collect();
    let read = Objects::new(&objects, git).read(&wanted)?;
    let content = |(path, id): (Vec<u8>, String)| Some((path, read.get(&id)?.clone()));
    Ok(ids.into_iter().filter_map(content).collect())
}

/// Git with an index and an object folder that are thrown away.
fn with_objects(place: &Place, aside: &Aside, objects: &Path) -> Result<Git, TakeError> {
    let own = place.folder.join("index");
    // With the entries there are: whether line ends are changed depends on what the index has already.
    if own.exists() {
        std::fs::copy(own, aside.index()).map_err(|error| aside_failed(&error))?;
    }
    let others = listed(&place.common.join("objects"));
    let git = aside.git().clone();
    Ok(git
        .with_variable("GIT_OBJECT_DIRECTORY", objects.as_os_str())
        .with_variable("GIT_ALTERNATE_OBJECT_DIRECTORIES", others)
        .with_setting("core.safecrlf", "false"))
}

/// The ids that the index has for `paths`.
fn ids(git: &Git, paths: &HashSet<&[u8]>) -> Result<HashMap<Vec<u8>, String>, TakeError> {
    let compare = [
        "diff-index",
        "--cached",
        "--raw",
        "-z",
        "--no-renames",
        "--no-abbrev",
        "HEAD",
    ];
    let answer = git.run(&compare, None).map_err(failed)?;
    let differing = entries::parse(&answer.out).unwrap_or_default().into_iter();
    let ids = differing.filter_map(|found| match found.new {
        New::Object(_, id) if paths.contains(found.path.as_slice()) => Some((found.path, id)),
        _ => None,
    });
    let mut ids: HashMap<Vec<u8>, String> = ids.collect();
    if ids.len() < paths.len() {
        // The others are as in the commit. Seldom there, so that the whole index is not always read.
        let answer = git.run(&["ls-files", "--stage", "-z"], None).map_err(failed)?;
        let records = answer.out.split(|byte| *byte == 0).filter_map(staged);
        ids.extend(records.filter(|(path, _)| paths.contains(path.as_slice())));
    }
    Ok(ids)
}

/// `MODE ID STAGE`, a tab, a path.
fn staged(record: &[u8]) -> Option<(Vec<u8>, String)> {
    let tab = record.iter().position(|byte| *byte == b'\t')?;
    let id = text(record[..tab].split(|byte| *byte == b' ').nth(1)?);
    Some((record[tab + 1..].to_vec(), id))
}

/// A folder for a list of folders, in quotes where the list would be taken for a longer one.
fn listed(folder: &Path) -> String {
    let folder = folder.to_string_lossy();
    match folder.contains([':', ';', '"']) && !cfg!(windows) {
        true => format!("\"{}\"", folder.replace('\\', "\\\\").replace('"', "\\\"")),
        false => folder.into_owned(),
    }
}

fn aside_failed(error: &std::io::Error) -> TakeError {
    TakeError::Failed {
        command: "making a temporary folder".to_owned(),
        message: error.to_string(),
    }
}
