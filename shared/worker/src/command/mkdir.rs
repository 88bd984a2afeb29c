//! `mkdir`: makes folders and those above them. One that exists is fine.

use super::args::Args;
use super::files::FileError;
use std::path::PathBuf;
use wire::worker::{Failure, Update};

#[derive(Debug)]
pub(crate) struct Mkdir {
    dirs: Vec<PathBuf>,
}

impl Mkdir {
    pub(super) fn parse(args: Args<'_>) -> Result<Mkdir, Failure> {
        let dirs = match args.either("paths", "dir") {
            // Over PB it is one folder only.
            "dir" => vec![args.path("dir")?],
            paths => args.paths(paths)?,
        };
        Ok(Mkdir { dirs })
    }

    pub(super) fn run(self) -> Result<Option<Update>, FileError> {
        for dir in &self.dirs {
            std::fs::create_dir_all(dir).map_err(FileError::of("mkdir", dir))?;
        }
        Ok(None)
    }
}
