//! `mkdir`: makes a folder and those above it. One that exists is fine.

use super::args::Args;
use super::files::FileError;
use std::path::PathBuf;
use wire::worker::{Failure, Update};

#[derive(Debug)]
pub(crate) struct Mkdir {
    dir: PathBuf,
}

impl Mkdir {
    pub(super) fn parse(args: Args<'_>) -> Result<Mkdir, Failure> {
        Ok(Mkdir { dir: args.path("dir")? })
    }

    pub(super) fn run(self) -> Result<Option<Update>, FileError> {
        std::fs::create_dir_all(&self.dir).map_err(FileError::of("mkdir", &self.dir))?;
        Ok(None)
    }
}
