//! An index of our own beside the repository's: of it git can be asked what it would do, or be asked about a few files
//! without reading the whole one.

use super::Place;
use crate::git::command::Git;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// Git with such an index, which is gone when this is dropped.
pub(super) struct Aside {
    git: Git,
    folder: TempDir,
}

impl Aside {
    /// With an index that is still to be written.
    pub(super) fn new(place: &Place) -> std::io::Result<Aside> {
        let folder = tempfile::tempdir()?;
        let git = place.git.clone();
        let git = git
            .with_variable("GIT_INDEX_FILE", index(&folder))
            // Its halves would lie in the repository.
            .with_setting("core.splitIndex", "false")
            .with_setting("core.fsmonitor", "false")
            // No hook is to hear of it.
            .with_setting("core.hooksPath", folder.path().to_string_lossy());
        Ok(Aside { git, folder })
    }

    pub(super) fn git(&self) -> &Git {
        &self.git
    }

    /// Where the index is to be written.
    pub(super) fn index(&self) -> PathBuf {
        index(&self.folder)
    }

    /// For more that is thrown away.
    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }
}

fn index(folder: &TempDir) -> PathBuf {
    folder.path().join("index")
}
