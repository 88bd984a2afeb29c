//! The working copy beside its index, folder by folder on as many threads as there are processors: which entries are
//! not certainly as git noted them, and which names git does not know.

use super::super::index::Index;
use super::rules::Rules;
use rustix::fd::OwnedFd;
use rustix::fs::{AtFlags, FileType, Mode, OFlags, RawDir, open, openat, statat};
use rustix::io::Errno;
use std::ffi::CStr;
use std::mem::MaybeUninit;
use std::ops::Range;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Bytes of names that are listed at once.
const LISTED: usize = 64 << 10;
/// More unknown names than are asked about one by one.
const MOST_UNKNOWN: usize = 100_000;
/// More threads bring nothing.
const MOST_THREADS: usize = 8;
/// A submodule.
const GITLINK: u32 = 0o160_000;

/// What was found, in no order.
#[derive(Debug, Default)]
pub(super) struct Differences {
    /// Entries that git has to look at.
    pub(super) uncertain: Vec<usize>,
    /// Files and folders with nothing in them that git knows.
    pub(super) unknown: Vec<Vec<u8>>,
    /// Folders that are still to be looked into.
    below: Vec<Folder>,
}

/// A folder in which git knows something.
#[derive(Clone, Debug)]
struct Folder {
    /// The entries below it.
    entries: Range<usize>,
    /// Length of its path, a slash included; 0 for the top.
    length: usize,
}

/// What git knows at a name.
enum Known {
    /// A file, by its entry, or by several while a merge is not resolved.
    File(Range<usize>),
    Folder(Range<usize>),
}

struct Walk<'a> {
    top: OwnedFd,
    index: &'a Index,
    rules: Rules,
    /// The second in which the index was written.
    written: i64,
    stopped: &'a AtomicBool,
}

/// Compares all that is below `top`. `None` if something is in the way that git should judge, or if it was stopped.
pub(super) fn compare(
    top: &Path,
    index: &Index,
    rules: Rules,
    written: i64,
    stopped: &AtomicBool,
) -> Option<Differences> {
    let walk = Walk {
        top: open(top, folder_flags(), Mode::empty()).ok()?,
        index,
        rules,
        written,
        stopped,
    };
    let mut found = Differences::default();
    let mut level = vec![Folder {
        entries: 0..index.len(),
        length: 0,
    }];
    while !level.is_empty() {
        for part in walk.level(&level)? {
            found.uncertain.extend(part.uncertain);
            found.unknown.extend(part.unknown);
            found.below.extend(part.below);
        }
        level = std::mem::take(&mut found.below);
    }
    (found.unknown.len() <= MOST_UNKNOWN).then_some(found)
}

/// Whether git looks at it whatever lies on the disk: a submodule, a side of a merge, something that will be added.
pub(super) fn is_always_uncertain(index: &Index, entry: usize) -> bool {
    let noted = index.entry(entry);
    noted.stage != 0 || noted.intended || noted.mode & 0o170_000 == GITLINK
}

fn folder_flags() -> OFlags {
    OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC
}

impl Walk<'_> {
    /// Folders that lie equally deep.
    fn level(&self, level: &[Folder]) -> Option<Vec<Differences>> {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let threads = processors.min(MOST_THREADS).min(level.len());
        let next = AtomicUsize::new(0);
        let look = || {
            let mut found = Differences::default();
            while let Some(folder) = level.get(next.fetch_add(1, Ordering::Relaxed)) {
                self.look(folder, &mut found)?;
            }
            Some(found)
        };
        std::thread::scope(|scope| {
            let others: Vec<_> = (1..threads).map(|_| scope.spawn(look)).collect();
            let own = look();
            let parts = others.into_iter().map(super::super::joined);
            [own].into_iter().chain(parts).collect()
        })
    }

    fn look(&self, folder: &Folder, found: &mut Differences) -> Option<()> {
        if self.stopped.load(Ordering::Relaxed) || found.unknown.len() > MOST_UNKNOWN {
            return None;
        }
        let Some(open) = self.open(folder)? else {
            found.uncertain.extend(self.looked_at(folder.entries.clone()));
            return Some(());
        };
        let known = self.known(folder)?;
        let there = self.list(folder, &open, &known, found)?;
        for ((name, known), there) in known.iter().zip(there) {
            match known {
                Known::File(entries) => self.check(folder, &open, entries, name, found)?,
                Known::Folder(_) if there => {}
                Known::Folder(entries) => found.uncertain.extend(self.looked_at(entries.clone())),
            }
        }
        Some(())
    }

    /// With a slash at its end; empty for the top.
    fn path(&self, folder: &Folder) -> &[u8] {
        match folder.length {
            0 => b"",
            length => &self.index.path(folder.entries.start)[..length],
        }
    }

    /// Nothing if there is no such folder any more.
    fn open(&self, folder: &Folder) -> Option<Option<OwnedFd>> {
        // Without its slash: with it, a link would be followed.
        let path = self.path(folder).strip_suffix(b"/").unwrap_or(b".");
        match openat(&self.top, path, folder_flags() | OFlags::NOFOLLOW, Mode::empty()) {
            Ok(open) => Some(Some(open)),
            Err(Errno::NOENT | Errno::NOTDIR | Errno::LOOP) => Some(None),
            Err(_) => None,
        }
    }

    /// What git knows in the folder, by name.
    fn known(&self, folder: &Folder) -> Option<Vec<(&[u8], Known)>> {
        let mut known = vec![];
        let Range { mut start, end } = folder.entries;
        while start < end {
            let path = self.index.path(start);
            let name = path.get(folder.length..)?;
            let slash = name.iter().position(|byte| *byte == b'/');
            let (name, beginning) = match slash {
                Some(at) => (&name[..at], &path[..=folder.length + at]),
                None => (name, path),
            };
            if matches!(name, b"" | b"." | b".." | b".git") {
                return None;
            }
            let next = match slash {
                Some(_) => self.index.end_of(start..end, beginning),
                None => (start..end)
                    .find(|entry| self.index.path(*entry) != path)
                    .unwrap_or(end),
            };
            let entries = start..next;
            known.push((
                name,
                if slash.is_some() {
                    Known::Folder(entries)
                } else {
                    Known::File(entries)
                },
            ));
            start = next;
        }
        known.sort_unstable_by_key(|(name, _)| *name);
        // A file and a folder of one name: a merge that git alone sees through.
        let is_plain = known.windows(2).all(|pair| pair[0].0 != pair[1].0);
        is_plain.then_some(known)
    }

    /// Lists the folder: what is not known, and which of the known folders are there.
    fn list(
        &self,
        folder: &Folder,
        open: &OwnedFd,
        known: &[(&[u8], Known)],
        found: &mut Differences,
    ) -> Option<Vec<bool>> {
        let above = self.path(folder);
        let mut there = vec![false; known.len()];
        let mut buffer = vec![MaybeUninit::uninit(); LISTED];
        let mut listing = RawDir::new(open, &mut buffer);
        while let Some(listed) = listing.next() {
            let listed = listed.ok()?;
            let name = listed.file_name().to_bytes();
            match name {
                b"." | b".." => continue,
                b".git" if folder.length == 0 => continue,
                // A repository in a folder whose files are this one's.
                b".git" => return None,
                _ => {}
            }
            let is_folder = || is_folder(open, listed.file_name(), listed.file_type());
            let is_known = match known.binary_search_by_key(&name, |(name, _)| name) {
                Ok(at) => match &known[at].1 {
                    Known::Folder(entries) if is_folder() => {
                        there[at] = true;
                        found.below.push(Folder {
                            entries: entries.clone(),
                            length: folder.length + name.len() + 1,
                        });
                        true
                    }
                    Known::Folder(_) => false,
                    Known::File(entries) => self.index.entry(entries.start).mode == GITLINK || !is_folder(),
                },
                Err(_) => false,
            };
            if !is_known {
                found.unknown.push([above, name].concat());
            }
        }
        Some(there)
    }

    fn check(
        &self,
        folder: &Folder,
        open: &OwnedFd,
        entries: &Range<usize>,
        name: &[u8],
        found: &mut Differences,
    ) -> Option<()> {
        let first = entries.start;
        if entries.len() > 1 || is_always_uncertain(self.index, first) {
            found.uncertain.extend(entries.clone());
            return Some(());
        }
        let noted = self.index.entry(first);
        if noted.passed_over {
            return Some(());
        }
        let name = self
            .index
            .name(first, folder.length)
            .filter(|known| known.to_bytes() == name)?;
        match statat(open, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(now) if self.rules.is_as_noted(&noted, &now, self.written) => {}
            Ok(_) | Err(Errno::NOENT) => found.uncertain.push(first),
            Err(_) => return None,
        }
        Some(())
    }

    /// Without those that the person wants passed over.
    fn looked_at(&self, entries: Range<usize>) -> impl Iterator<Item = usize> {
        entries.filter(|entry| !self.index.entry(*entry).passed_over || is_always_uncertain(self.index, *entry))
    }
}

/// By the listing, or where the file system does not say it there, by a look.
fn is_folder(open: &OwnedFd, name: &CStr, listed: FileType) -> bool {
    let look = || statat(open, name, AtFlags::SYMLINK_NOFOLLOW).map(|now| FileType::from_raw_mode(now.st_mode));
    match listed {
        FileType::Unknown => look() == Ok(FileType::Directory),
        listed => listed == FileType::Directory,
    }
}
