//! Untracked files: small ones are held from the start, larger ones are read when they are wanted and refused when they
//! are no longer what was shown.

use super::LONGEST_PATCH;
use crate::working_copy::Untracked;
use crate::working_copy::read::{self, CHANGED, Stamp};
use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The longest file that is held from the start, in bytes.
const SMALL: u64 = 1 << 20;
/// All that is held from the start, in bytes.
const ALL_SMALL: u64 = 32 << 20;
/// Files that are read from the start.
const MOST_SMALL: usize = 500;

/// Makes of the bytes on disk what the system would store.
pub(crate) type Stored = Arc<dyn Fn(&Path) -> Result<Vec<u8>, String> + Send + Sync>;

/// An untracked file.
pub(crate) struct Loose {
    /// What is shown of it.
    pub(crate) shown: Untracked,
    /// Where it lies.
    path: PathBuf,
    /// What it was when it was shown.
    stamp: Option<Stamp>,
    /// Its bytes, if they are held.
    held: Option<Vec<u8>>,
    /// How it is read, if not as it lies there.
    stored: Option<Stored>,
}

impl Loose {
    /// A file that goes as it lies there.
    pub(crate) fn new(shown: Untracked, path: PathBuf) -> Loose {
        // One that has become a link since it was shown is not that file.
        let stamp = read::stamp(&path).ok().flatten();
        let stamp = stamp.filter(|stamp| stamp.mode() == shown.mode);
        Loose {
            shown,
            path,
            stamp,
            held: None,
            stored: None,
        }
    }

    /// The same, of which the system stores other bytes than those on disk.
    pub(crate) fn stored_by(mut self, stored: Stored) -> Loose {
        self.stored = Some(stored);
        self
    }

    /// Its bytes.
    pub(crate) fn bytes(&self) -> Result<Cow<'_, [u8]>, String> {
        if let Some(held) = &self.held {
            return Ok(Cow::Borrowed(held));
        }
        let is_same = || read::stamp(&self.path).ok().flatten() == self.stamp;
        if !is_same() {
            return Err(CHANGED.to_owned());
        }
        let bytes = match &self.stored {
            None => read::whole(&self.path, LONGEST_PATCH)?,
            Some(stored) => stored(&self.path)?,
        };
        if !is_same() {
            return Err(CHANGED.to_owned());
        }
        Ok(Cow::Owned(bytes))
    }
}

impl std::fmt::Debug for Loose {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Loose").field(&self.shown).finish()
    }
}

/// Reads the small ones that go as they lie there. One that cannot be read stays to be read when it is wanted: then its
/// reason is told.
pub(crate) fn read_small(mut untracked: Vec<Loose>) -> Vec<Loose> {
    let mut left = ALL_SMALL;
    let is_small = |loose: &&mut Loose| loose.shown.size <= SMALL && loose.stored.is_none();
    for loose in untracked.iter_mut().filter(is_small).take(MOST_SMALL) {
        if loose.shown.size <= left {
            left -= loose.shown.size;
            loose.held = loose.bytes().ok().map(Cow::into_owned);
        }
    }
    untracked
}
