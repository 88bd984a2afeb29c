//! Two whole trees compared, for systems that can give their base as a folder at less cost than file by file.

use super::TakeError;
use super::compare::{Huge, Side};
use super::disk::{self, Lies, Room};
use super::found::{Differing, Now};
use super::names;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Folders in folders that are looked into.
const DEEPEST: usize = 256;

/// A base that lies in a folder, and what the system knows of the working copy.
#[derive(Debug)]
pub(crate) struct Trees {
    /// Where the base lies.
    pub(crate) base: PathBuf,
    /// A folder of the base that is no part of it.
    pub(crate) administration: &'static str,
    /// Top of the working copy.
    pub(crate) root: PathBuf,
    /// Files, and maybe folders, that the system knows there.
    pub(crate) tracked: BTreeSet<Vec<u8>>,
    /// What was moved, from where by its place now; folders count for all that is in them.
    pub(crate) moves: BTreeMap<Vec<u8>, Vec<u8>>,
    /// Whether the system keeps modes.
    pub(crate) has_modes: bool,
}

impl Trees {
    /// The files that differ.
    pub(crate) async fn differing(self) -> Result<Vec<Differing>, TakeError> {
        let comparing = tokio::task::spawn_blocking(move || self.compared());
        let compared = comparing.await;
        compared.map_err(|error| TakeError::GivenUp(format!("comparing the files ended early: {error}")))?
    }

    fn compared(&self) -> Result<Vec<Differing>, TakeError> {
        let mut before = BTreeSet::new();
        self.collect(&self.base, b"", DEEPEST, &mut before)?;
        let mut room = Room::new();
        let mut differing = Vec::new();
        for name in &before {
            differing.extend(self.of_base(name, &mut room)?);
        }
        for name in self.tracked.difference(&before) {
            differing.extend(self.added(name, &before, &mut room)?);
        }
        Ok(differing)
    }

    /// The files and links of the base.
    fn collect(
        &self,
        folder: &Path,
        above: &[u8],
        deep: usize,
        files: &mut BTreeSet<Vec<u8>>,
    ) -> Result<(), TakeError> {
        let unreadable = |error: std::io::Error| disk::unreadable(above, &error.to_string());
        for entry in std::fs::read_dir(folder).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            let last = names::bytes(Path::new(&entry.file_name()));
            let name = names::join(above, &last);
            match entry.file_type().map_err(unreadable)?.is_dir() {
                false => {
                    files.insert(name);
                }
                true if last == self.administration.as_bytes() => {}
                true if deep == 0 => return Err(disk::unreadable(&name, "it lies in too many folders")),
                true => self.collect(&entry.path(), &name, deep - 1, files)?,
            }
        }
        Ok(())
    }

    fn of_base(&self, name: &[u8], room: &mut Room) -> Result<Option<Differing>, TakeError> {
        let is_tracked = self.tracked.contains(name);
        if is_tracked && self.is_same(name) {
            return Ok(None);
        }
        let now = match (is_tracked, self.has_modes) {
            (false, _) => Now::Gone,
            (true, true) => Now::OnDisk,
            (true, false) => Now::OnDiskAs(0o100_644),
        };
        let (old, huge) = self.old(name, room)?;
        Ok(Some(Differing {
            path: name.to_vec(),
            old,
            huge,
            now,
            ..Differing::default()
        }))
    }

    fn added(&self, name: &[u8], before: &BTreeSet<Vec<u8>>, room: &mut Room) -> Result<Option<Differing>, TakeError> {
        let place = names::place(&self.root, name);
        let is_file = |place: PathBuf| place.symlink_metadata().is_ok_and(|seen| !seen.is_dir());
        if !place.is_some_and(is_file) {
            return Ok(None);
        }
        let from = moved(&self.moves, name);
        let from = from.filter(|from| before.contains(from) && !self.tracked.contains(from));
        let (old, huge) = match &from {
            Some(from) => self.old(from, room)?,
            None => (None, None),
        };
        let now = match self.has_modes {
            true => Now::OnDisk,
            false => Now::OnDiskAs(0o100_644),
        };
        Ok(Some(Differing {
            path: name.to_vec(),
            from,
            old,
            huge,
            now,
            ..Differing::default()
        }))
    }

    /// A file of the base.
    fn old(&self, name: &[u8], room: &mut Room) -> Result<(Option<Side>, Option<Huge>), TakeError> {
        let (side, huge) = match disk::side(&self.base, name, None, room)? {
            Lies::Side(side) => (side, None),
            Lies::Huge(mode, size) => (Side { mode, bytes: vec![] }, Some(size)),
            Lies::Nothing | Lies::Other => return Ok((None, None)),
        };
        let mode = if self.has_modes { side.mode } else { 0o100_644 };
        Ok((Some(Side { mode, ..side }), huge))
    }

    /// Whether both trees have the same there; what cannot be read is not.
    fn is_same(&self, name: &[u8]) -> bool {
        let (Some(old), Some(new)) = (names::place(&self.base, name), names::place(&self.root, name)) else {
            return false;
        };
        let (Ok(before), Ok(now)) = (old.symlink_metadata(), new.symlink_metadata()) else {
            return false;
        };
        let (before_mode, now_mode) = (super::read::mode(&before), super::read::mode(&now));
        let modes = match self.has_modes {
            true => before_mode == now_mode,
            false => before.is_file() && now.is_file(),
        };
        modes && before.len() == now.len() && {
            let bytes = |path: &Path| super::read::whole(path, before.len()).ok();
            bytes(&old).is_some_and(|old| Some(old) == bytes(&new))
        }
    }
}

/// Where a file was before it, or a folder above it, was moved.
pub(crate) fn moved(moves: &BTreeMap<Vec<u8>, Vec<u8>>, path: &[u8]) -> Option<Vec<u8>> {
    let mut end = path.len();
    loop {
        if let Some(from) = moves.get(&path[..end]) {
            return Some([from, &path[end..]].concat());
        }
        end = path[..end].iter().rposition(|byte| *byte == b'/')?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_in_a_moved_folder_was_moved() {
        let moves = [("new", "old"), ("new/x", "y")];
        let moves: BTreeMap<Vec<u8>, Vec<u8>> = moves.map(|(to, from)| (to.into(), from.into())).into();
        assert_eq!(moved(&moves, b"new/a/b").as_deref(), Some(b"old/a/b".as_slice()));
        assert_eq!(moved(&moves, b"new/x").as_deref(), Some(b"y".as_slice()));
        assert_eq!(moved(&moves, b"newer"), None);
    }
}
