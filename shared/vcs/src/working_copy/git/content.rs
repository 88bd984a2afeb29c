//! Both sides of every file that differs, as bytes.

use super::entries::{Found, New};
use super::objects::{Objects, Read};
use super::scan::Scan;
use super::settings::Settings;
use super::stored::{self, Rules};
use super::{Place, failed};
use crate::git::command::Git;
use crate::working_copy::TakeError;
use crate::working_copy::compare::{
    Entry, GITLINK, Huge, Ids, LINK, LONGEST_CHANGE, LONGEST_PATCH, Loose, Side, read_small,
};
use crate::working_copy::disk::MOST_UNTRACKED;
use crate::working_copy::read::{self, CHANGED};
use std::collections::HashMap;
use std::io::ErrorKind;
use std::sync::Arc;

/// What was read.
#[derive(Debug)]
pub(super) struct Content {
    pub(super) entries: Vec<Entry>,
    pub(super) untracked: Vec<Loose>,
    pub(super) ids: Ids,
}

/// Reads the sides: old ones from the repository, new ones from wherever they are, as git would store them. `git` knows
/// the attributes.
pub(super) fn read(
    place: &Place,
    scan: &Scan,
    settings: &Settings,
    git: &Git,
    objects: &Objects,
    found: Vec<Found>,
) -> Result<Content, TakeError> {
    let untracked = scan
        .untracked
        .iter()
        .filter(|path| !path.ends_with(b"/"))
        .take(MOST_UNTRACKED);
    let untracked: Vec<_> = untracked
        .filter_map(|path| read::untracked(&place.top, path.clone()))
        .collect();
    let on_disk = found.iter().filter_map(|found| match found.new {
        New::Disk(mode) if mode != GITLINK => Some((found.path.as_slice(), mode)),
        _ => None,
    });
    let others = untracked.iter().map(|(shown, _)| shown.path.as_slice());
    let on_disk: Vec<_> = on_disk.collect();
    let asked: Vec<&[u8]> = on_disk.iter().map(|(path, _)| *path).chain(others).collect();
    let rules = Rules::read(git, settings, &asked)?;
    let edited = read_edited(place, settings, rules, &on_disk)?;
    let entries = entries(place, objects, found, edited.bytes)?;
    let untracked = untracked.into_iter().map(|(shown, path)| {
        let is_plain = shown.mode == LINK || !edited.rules.may_change(&shown.path);
        let name = shown.path.clone();
        let loose = Loose::new(shown, path);
        if is_plain {
            return loose;
        }
        let (place, changes) = (place.afresh(), edited.rules.always_changes(&name));
        loose.stored_by(Arc::new(move |path| one_stored(&place, &name, path, changes)))
    });
    let digits = scan.head.as_deref().map_or(0, str::len);
    Ok(Content {
        entries,
        untracked: read_small(untracked.collect()),
        ids: if digits == Ids::Sha256.digits() {
            Ids::Sha256
        } else {
            Ids::Sha1
        },
    })
}

struct Edited {
    rules: Rules,
    bytes: HashMap<Vec<u8>, Read>,
}

/// Reads the files at these paths, each with the mode that git saw.
fn read_edited(place: &Place, settings: &Settings, rules: Rules, paths: &[(&[u8], u32)]) -> Result<Edited, TakeError> {
    let mut bytes = HashMap::new();
    let mut changing: Vec<&[u8]> = vec![];
    let mut left = LONGEST_CHANGE;
    for (path, mode) in paths.iter().copied() {
        let disk = place.top.join(read::os_path(path));
        let changed = || unreadable(path, CHANGED.to_owned());
        let is_gone = || {
            disk.symlink_metadata()
                .is_err_and(|error| error.kind() == ErrorKind::NotFound)
        };
        if rules.always_changes(path) && !disk.is_symlink() {
            if !is_as_seen(settings, mode, 0o100_644) {
                return Err(changed());
            }
            changing.push(path);
            continue;
        }
        if let Some(size) = read::size(&disk).filter(|size| *size > left) {
            bytes.insert(path.to_vec(), Err(Huge(size)));
            continue;
        }
        let (now, content) = read::with_mode(&disk, left).map_err(|reason| match is_gone() {
            true => changed(),
            false => unreadable(path, reason),
        })?;
        if !is_as_seen(settings, mode, now) {
            return Err(changed());
        }
        left = left.saturating_sub(content.len() as u64);
        if rules.may_change(path) && content.contains(&b'\r') && now != LINK {
            changing.push(path);
        } else {
            bytes.insert(path.to_vec(), Ok(content));
        }
    }
    bytes.extend(stored::store(place, &changing)?);
    Ok(Edited { rules, bytes })
}

/// Whether a file is still a file, and a link a link. Where git is told that there are no links, it sees files as such.
fn is_as_seen(settings: &Settings, seen: u32, now: u32) -> bool {
    let has_links = settings.is_on("core.symlinks") != Some(false);
    (seen == LINK) == (now == LINK) || (seen == LINK && !has_links)
}

/// What git would store of one untracked file.
fn one_stored(place: &Place, name: &[u8], path: &std::path::Path, always: bool) -> Result<Vec<u8>, String> {
    if !always {
        let bytes = read::whole(path, LONGEST_PATCH)?;
        if !bytes.contains(&b'\r') {
            return Ok(bytes);
        }
    }
    let mut stored = stored::store(place, &[name]).map_err(|error| error.to_string())?;
    match stored.remove(name) {
        Some(Ok(bytes)) => Ok(bytes),
        Some(Err(Huge(bytes))) => Err(format!("it has {bytes} bytes, and at most {LONGEST_CHANGE} are read")),
        None => Err(CHANGED.to_owned()),
    }
}

fn entries(
    place: &Place,
    objects: &Objects,
    found: Vec<Found>,
    mut edited: HashMap<Vec<u8>, Read>,
) -> Result<Vec<Entry>, TakeError> {
    let blobs = found.iter().flat_map(|found| {
        let new = match &found.new {
            New::Object(mode, id) => Some((*mode, id.as_str())),
            _ => None,
        };
        [Some((found.old.0, found.old.1.as_str())), new]
    });
    let is_blob = |(mode, _): &(u32, &str)| *mode != 0 && *mode != GITLINK;
    let ids: Vec<&str> = blobs.flatten().filter(is_blob).map(|(_, id)| id).collect();
    let read = objects.read(&ids)?;
    let side = |mode: u32, id: &str, huge: &mut Option<Huge>| Side {
        mode,
        bytes: match mode {
            GITLINK => gitlink(id),
            _ => held(read.get(id).cloned().unwrap_or(Ok(vec![])), huge),
        },
    };
    let mut entries = vec![];
    for found in found {
        let mut huge = None;
        let new = match &found.new {
            New::Gone => None,
            New::Object(mode, id) => Some(side(*mode, id, &mut huge)),
            New::Disk(GITLINK) => Some(submodule(place, &found)?),
            New::Disk(mode) => {
                let read = edited.remove(&found.path);
                let read = read.ok_or_else(|| unreadable(&found.path, CHANGED.to_owned()))?;
                Some(Side {
                    mode: *mode,
                    bytes: held(read, &mut huge),
                })
            }
        };
        let (mode, id) = &found.old;
        entries.push(Entry {
            old: (*mode != 0).then(|| side(*mode, id, &mut huge)),
            new,
            huge,
            path: found.path,
            from: None,
            conflict: found.conflict,
            committed: found.committed,
        });
    }
    Ok(entries)
}

/// The bytes; none of what could not be held, which is noted.
fn held(read: Read, huge: &mut Option<Huge>) -> Vec<u8> {
    read.unwrap_or_else(|size| {
        *huge = Some(size).max(*huge);
        vec![]
    })
}

/// A submodule at the commit that is checked out in it.
fn submodule(place: &Place, found: &Found) -> Result<Side, TakeError> {
    let inside = place
        .git
        .of_repository(&place.top.join(read::os_path(&found.path)), "a submodule moved");
    let commit = inside.text(&["rev-parse", "--verify", "HEAD"]).map_err(failed)?;
    Ok(Side {
        mode: GITLINK,
        bytes: gitlink(commit.trim()),
    })
}

fn gitlink(commit: &str) -> Vec<u8> {
    format!("Subproject commit {commit}\n").into_bytes()
}

fn unreadable(path: &[u8], reason: String) -> TakeError {
    TakeError::Unreadable {
        path: String::from_utf8_lossy(path).into_owned(),
        reason,
    }
}
