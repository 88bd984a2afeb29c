//! A taken change of git: patches, and the tree that each makes.

use super::content::Content;
use super::{Place, tree};
use crate::working_copy::compare::{Held, Ids, Picked, find_renames};
use crate::working_copy::{Carrier, Chosen, Content as Taking, Diff, Hunk, Place as File, TakeError, Taken, Unfit};

/// The bytes behind a change, and where its base is.
pub(super) struct GitContent {
    pub(super) held: Held,
    place: Place,
    base: String,
    head: Option<String>,
    ids: Ids,
}

impl std::fmt::Debug for GitContent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("GitContent").field(&self.place.top).finish()
    }
}

impl GitContent {
    /// Holds what was read, on top of the commit `base`, while `head` was checked out.
    pub(super) fn new(
        place: &Place,
        base: &str,
        head: Option<String>,
        content: Content,
    ) -> Result<GitContent, TakeError> {
        Ok(GitContent {
            held: Held::new(find_renames(content.entries), content.untracked, content.ids)?,
            place: place.afresh(),
            base: base.to_owned(),
            head,
            ids: content.ids,
        })
    }

    fn tree(&self, picked: &[Picked<'_>]) -> Result<String, TakeError> {
        let objects = self.place.objects();
        let mut changes = tree::Changes::new();
        for from in picked.iter().filter_map(|file| file.from) {
            changes.insert(from.to_vec(), None);
        }
        for file in picked {
            let new = file.new.as_ref();
            changes.insert(file.path.to_vec(), new.map(|side| (side.mode, self.ids.of_side(new))));
        }
        let base = tree::of_commit(&objects, &self.base)?;
        tree::changed(&objects, self.ids, &base, &changes)
    }
}

impl Taking for GitContent {
    fn hunks(&self, file: File) -> Result<Vec<Hunk>, TakeError> {
        self.held.hunks(file)
    }

    fn diff(&self, _taken: &Taken, chosen: &Chosen, carrier: Carrier) -> Result<Diff, Unfit> {
        let picked = self.held.picked(chosen)?;
        let mut diff = self.held.patch(&picked, carrier)?;
        // Without it the patch is as good; only a push of what was tested is not offered.
        diff.tree = self.tree(&picked).ok();
        Ok(diff)
    }

    fn head(&self) -> Option<&str> {
        self.head.as_deref()
    }
}
