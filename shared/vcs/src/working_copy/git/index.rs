//! Git's list of the files that it knows, its index, as it lies on disk (gitformat-index: versions 2, 3 and 4).
//!
//! It reads and writes bytes and knows no disk. What is damaged, or has a part that is not known here, is not guessed
//! at: then git itself has to be asked.

mod parts;

use parts::{EXTENDED, INTENDED, LENGTH, SKIPPED, STATE, number, shape};
use std::ffi::CStr;
use std::ops::Range;

/// Of the flags: the person has told git not to look at it.
const ASSUMED: u16 = 0x8000;

/// An index whose entries are in order, each of them whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Index {
    /// In which the entries lie as in version 3: the state, the id, the flags, the path and a zero byte.
    bytes: Vec<u8>,
    /// Where each entry begins.
    places: Vec<u32>,
    /// Bytes of an id.
    id: usize,
    tree: Option<Range<usize>>,
    governing: Vec<usize>,
}

/// A file as git noted it. Numbers are cut to 32 bits, times are in seconds and nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry<'a> {
    /// When it, its mode or its owner was changed.
    pub changed: (u32, u32),
    /// When it was written.
    pub written: (u32, u32),
    /// Its number on the disk.
    pub inode: u32,
    /// As git stores it: `100644`, `100755`, `120000` for a link, `160000` for a submodule.
    pub mode: u32,
    /// Its owner.
    pub user: u32,
    /// Its group.
    pub group: u32,
    /// Bytes.
    pub size: u32,
    /// Of the object that git has of it.
    pub id: &'a [u8],
    /// 0, or which side of a merge it is.
    pub stage: u8,
    /// The person has told git not to look at it, or not to write it.
    pub passed_over: bool,
    /// The person has told git that it will be added.
    pub intended: bool,
}

impl Index {
    /// Reads an index whose ids have so many bytes, 20 or 32. `None` if git itself is to be asked.
    pub fn read(bytes: Vec<u8>, id: usize) -> Option<Index> {
        let read = parts::read(&bytes, id)?;
        let tree = read.tree.clone();
        let (bytes, tree) = match read.longhand {
            None => (bytes, tree),
            Some(mut longhand) => {
                let begin = longhand.len();
                longhand.extend(tree.clone().and_then(|tree| bytes.get(tree)).unwrap_or_default());
                let tree = tree.map(|_| begin..longhand.len());
                (longhand, tree)
            }
        };
        Some(Index {
            bytes,
            places: read.places,
            id,
            tree,
            governing: read.governing,
        })
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// The id of the tree that the whole index would make, where git has noted it.
    pub fn tree(&self) -> Option<&[u8]> {
        self.tree.clone().map(|tree| &self.bytes[tree])
    }

    /// The entries by which git treats others: `.gitattributes` and the like.
    pub fn governing(&self) -> &[usize] {
        &self.governing
    }

    /// An entry's path: not empty, and without a zero byte; anything else may be in it.
    pub fn path(&self, entry: usize) -> &[u8] {
        &self.bytes[self.path_range(self.places[entry])]
    }

    /// The same from the byte `start`, for the system.
    pub fn name(&self, entry: usize, start: usize) -> Option<&CStr> {
        let path = self.path_range(self.places[entry]);
        CStr::from_bytes_with_nul(self.bytes.get(path.start + start..=path.end)?).ok()
    }

    /// What git noted.
    pub fn entry(&self, entry: usize) -> Entry<'_> {
        let bytes = &self.bytes[self.places[entry] as usize..];
        let state = |place: usize| number(bytes, place * 4).unwrap_or_default();
        let flags = shape(bytes, self.id);
        Entry {
            changed: (state(0), state(1)),
            written: (state(2), state(3)),
            inode: state(5),
            mode: state(6),
            user: state(7),
            group: state(8),
            size: state(9),
            id: &bytes[STATE..STATE + self.id],
            stage: parts::stage(flags.flags),
            passed_over: flags.flags & ASSUMED != 0 || flags.further & SKIPPED != 0,
            intended: flags.further & INTENDED != 0,
        }
    }

    /// The entries of a path, or of nothing: one, or one for each side of a merge.
    pub fn find(&self, path: &[u8]) -> Range<usize> {
        let place = |after: bool| {
            let is_before = |place: &u32| {
                let known = &self.bytes[self.path_range(*place)];
                known < path || (after && known == path)
            };
            self.places.partition_point(is_before)
        };
        place(false)..place(true)
    }

    /// Where those of `entries` end whose path begins with `beginning`, when the first does.
    pub fn end_of(&self, entries: Range<usize>, beginning: &[u8]) -> usize {
        let fits = |place: &u32| self.bytes[self.path_range(*place)].starts_with(beginning);
        entries.start + self.places[entries].partition_point(fits)
    }

    /// An index of these entries alone, which are in order. Its checksum is left out, as git allows.
    pub fn only(&self, entries: &[usize]) -> Vec<u8> {
        let places = || entries.iter().map(|entry| self.places[*entry]);
        let is_extended = |place: u32| shape(&self.bytes[place as usize..], self.id).flags & EXTENDED != 0;
        let version: u32 = if places().any(is_extended) { 3 } else { 2 };
        let mut index = b"DIRC".to_vec();
        index.extend(version.to_be_bytes());
        index.extend(u32::try_from(entries.len()).unwrap_or(u32::MAX).to_be_bytes());
        for place in places() {
            let end = self.path_range(place).end;
            let entry = &self.bytes[place as usize..end];
            index.extend(entry);
            index.resize(index.len() + parts::padding(entry.len()), 0);
        }
        index.resize(index.len() + self.id, 0);
        index
    }

    fn path_range(&self, place: u32) -> Range<usize> {
        let place = place as usize;
        let shape = shape(&self.bytes[place..], self.id);
        let start = place + shape.header;
        let length = match shape.flags & LENGTH {
            LENGTH => self.bytes[start..].iter().position(|byte| *byte == 0).unwrap_or(0),
            length => usize::from(length),
        };
        start..start + length
    }
}

#[cfg(all(test, unix))]
#[path = "index/tests.rs"]
mod tests;
