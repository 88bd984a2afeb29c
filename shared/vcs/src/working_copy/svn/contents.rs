//! What the repository has at the paths of a working copy: kinds, properties and bytes, from Subversion's own copy of
//! them wherever it has one.

use super::xml::{self, Element};
use crate::working_copy::TakeError;
use crate::working_copy::command::Program;
use crate::working_copy::compare::{LINK, Side};
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;

/// Names that are given to one command.
const AT_ONCE: usize = 500;

/// Properties by path, name and value.
pub(super) type Properties = BTreeMap<String, BTreeMap<String, String>>;

/// `path` so that an `@` in it begins no revision, and a dash no option.
pub(super) fn target(path: &str) -> OsString {
    match path.starts_with('-') {
        true => format!("./{path}@").into(),
        false => format!("{path}@").into(),
    }
}

/// Which of the paths are folders.
pub(super) async fn folders(svn: &Program, paths: &[&str]) -> Result<BTreeSet<String>, TakeError> {
    let mut folders = BTreeSet::new();
    for entry in documents(svn, &["info", "--xml"], paths).await? {
        let folder = entry
            .all("entry")
            .filter(|entry| entry.attribute("kind") == Some("dir"));
        folders.extend(folder.filter_map(path_of));
    }
    Ok(folders)
}

/// The properties of the paths, by `words` as they are or as the repository has them.
pub(super) async fn properties(svn: &Program, words: &[&str], paths: &[&str]) -> Result<Properties, TakeError> {
    let words = [&["proplist", "-v", "--xml"], words].concat();
    let mut properties = Properties::new();
    for document in documents(svn, &words, paths).await? {
        for target in document.all("target") {
            let values = target.all("property").filter_map(|property| {
                let name = property.attribute("name")?.to_owned();
                Some((name, property.text.clone()))
            });
            properties.extend(path_of(target).map(|path| (path, values.collect())));
        }
    }
    Ok(properties)
}

fn path_of(element: &Element) -> Option<String> {
    let path = element.attribute("path")?.replace('\\', "/");
    Some(path.strip_prefix("./").unwrap_or(&path).to_owned())
}

/// The answers about many paths; those that Subversion does not know are left out.
async fn documents(svn: &Program, words: &[&str], paths: &[&str]) -> Result<Vec<Element>, TakeError> {
    let mut documents = vec![];
    for paths in paths.chunks(AT_ONCE) {
        let names: Vec<OsString> = paths.iter().map(|path| target(path)).collect();
        let answer = svn.run(words, &names).await?;
        // It ends badly when it does not know one of them.
        let document = xml::read(&answer.out).ok_or_else(|| svn.failed(words, &answer.complaints))?;
        documents.push(document);
    }
    Ok(documents)
}

/// The mode that properties give to a file.
pub(super) fn mode(properties: Option<&BTreeMap<String, String>>) -> u32 {
    let has = |name: &str| properties.is_some_and(|properties| properties.contains_key(name));
    match (has("svn:special"), has("svn:executable")) {
        (true, _) => LINK,
        (false, true) => 0o100_755,
        (false, false) => 0o100_644,
    }
}

/// A file as `cat` prints it: a link is the word `link` and its target.
pub(super) fn side(mode: u32, bytes: Vec<u8>) -> Side {
    match (mode, bytes.strip_prefix(b"link ")) {
        (LINK, Some(target)) => Side {
            mode,
            bytes: target.to_vec(),
        },
        (LINK, None) => Side { mode: 0o100_644, bytes },
        _ => Side { mode, bytes },
    }
}

/// Files of which Subversion keeps a copy, with their modes.
pub(super) async fn kept_sides(svn: &Program, paths: &[&str]) -> Result<BTreeMap<String, Side>, TakeError> {
    let properties = properties(svn, &["-r", "BASE"], paths).await?;
    let runs = paths.iter().map(|path| vec![target(path)]).collect();
    let answers = svn.each(&["cat", "--non-interactive", "-r", "BASE"], runs).await?;
    let sides = paths.iter().zip(answers).map(|(path, bytes)| {
        let mode = mode(properties.get(*path));
        ((*path).to_owned(), side(mode, bytes))
    });
    Ok(sides.collect())
}
