//! `rmfile`: removes a file.

use super::args::Args;
use super::files::FileError;
use std::path::PathBuf;
use wire::worker::{Failure, Update};

#[derive(Debug)]
pub(crate) struct Rmfile {
    path: PathBuf,
}

impl Rmfile {
    pub(super) fn parse(args: Args<'_>) -> Result<Rmfile, Failure> {
        let path = args.path_from_home("path")?;
        Ok(Rmfile { path })
    }

    pub(super) fn run(self) -> Result<Option<Update>, FileError> {
        std::fs::remove_file(&self.path).map_err(FileError::of("rmfile", &self.path))?;
        Ok(None)
    }
}
