//! The tree that a base and a patch make, by its id; computed, not written.

use super::objects::Objects;
use crate::working_copy::TakeError;
use crate::working_copy::compare::Ids;
use git2::ObjectType;
use std::collections::BTreeMap;

const FOLDER: u32 = 0o040_000;

/// What becomes of files: mode and id, or `None` for gone; by path.
pub(super) type Changes = BTreeMap<Vec<u8>, Option<(u32, String)>>;

/// The tree of a commit.
pub(super) fn of_commit(objects: &Objects, commit: &str) -> Result<String, TakeError> {
    let bytes = objects.one(commit)?;
    let line = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let tree = line.strip_prefix(b"tree ").ok_or_else(|| senseless(commit))?;
    Ok(super::text(tree))
}

/// The id of the tree `tree` with `changes`.
pub(super) fn changed(objects: &Objects, ids: Ids, tree: &str, changes: &Changes) -> Result<String, TakeError> {
    let changes: Vec<Change<'_>> = changes
        .iter()
        .map(|(path, new)| (path.as_slice(), new.as_ref()))
        .collect();
    let made = folder(objects, ids, Some(tree), &changes)?;
    // Without a file left, it is the tree of nothing.
    Ok(made.unwrap_or_else(|| ids.of(ObjectType::Tree, b"")))
}

type Change<'a> = (&'a [u8], Option<&'a (u32, String)>);

/// The id of a folder; `None` when nothing is left in it.
fn folder(
    objects: &Objects,
    ids: Ids,
    tree: Option<&str>,
    changes: &[Change<'_>],
) -> Result<Option<String>, TakeError> {
    let mut entries = match tree {
        Some(tree) => parse(&objects.one(tree)?, ids).ok_or_else(|| senseless(tree))?,
        None => BTreeMap::new(),
    };
    let (mut below, mut here) = (BTreeMap::<&[u8], Vec<Change<'_>>>::new(), vec![]);
    for (path, new) in changes {
        match path.iter().position(|byte| *byte == b'/') {
            Some(at) => below.entry(&path[..at]).or_default().push((&path[at + 1..], *new)),
            None => here.push((*path, *new)),
        }
    }
    // A file that is gone may make place for a folder, and the other way round.
    for (name, _) in here.iter().filter(|(_, new)| new.is_none()) {
        entries.retain(|known, (mode, _)| known != name || *mode == FOLDER);
    }
    for (name, changes) in below {
        let before = entries.remove(name).filter(|(mode, _)| *mode == FOLDER);
        let before = before.as_ref().map(|(_, id)| id.as_str());
        if let Some(id) = folder(objects, ids, before, &changes)? {
            entries.insert(name.to_vec(), (FOLDER, id));
        }
    }
    for (name, new) in here {
        if let Some(new) = new {
            entries.insert(name.to_vec(), new.clone());
        }
    }
    match entries.is_empty() {
        true => Ok(None),
        false => Ok(Some(ids.of(ObjectType::Tree, &written(&entries)))),
    }
}

type Entries = BTreeMap<Vec<u8>, (u32, String)>;

/// `MODE NAME`, a zero byte, the id's bytes.
fn parse(mut bytes: &[u8], ids: Ids) -> Option<Entries> {
    let mut entries = Entries::new();
    let length = ids.digits() / 2;
    while !bytes.is_empty() {
        let end = bytes.iter().position(|byte| *byte == 0)?;
        let blank = bytes[..end].iter().position(|byte| *byte == b' ')?;
        let mode = u32::from_str_radix(std::str::from_utf8(&bytes[..blank]).ok()?, 8).ok()?;
        let id = bytes.get(end + 1..end + 1 + length)?;
        let id = id.iter().map(|byte| format!("{byte:02x}")).collect();
        entries.insert(bytes[blank + 1..end].to_vec(), (mode, id));
        bytes = &bytes[end + 1 + length..];
    }
    Some(entries)
}

fn written(entries: &Entries) -> Vec<u8> {
    let mut sorted: Vec<_> = entries.iter().collect();
    // Git sorts a folder as if its name ended with a slash.
    sorted.sort_by_key(|(name, (mode, _))| [name.as_slice(), if *mode == FOLDER { b"/" } else { b"" }].concat());
    let mut bytes = vec![];
    for (name, (mode, id)) in sorted {
        bytes.extend(format!("{mode:o} ").bytes());
        bytes.extend(name);
        bytes.push(0);
        let digits = (0..id.len() / 2).filter_map(|at| u8::from_str_radix(id.get(at * 2..at * 2 + 2)?, 16).ok());
        bytes.extend(digits);
    }
    bytes
}

fn senseless(id: &str) -> TakeError {
    TakeError::Unreadable {
        path: format!("object {id}"),
        reason: "it is damaged; `git fsck` tells more".to_owned(),
    }
}
