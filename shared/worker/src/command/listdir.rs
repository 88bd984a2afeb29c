//! `listdir`: the bare names in a folder.

use super::args::Args;
use super::files::FileError;
use std::path::PathBuf;
use wire::worker::{Failure, Update, Value};

#[derive(Debug)]
pub(crate) struct Listdir {
    dir: PathBuf,
}

impl Listdir {
    pub(super) fn parse(args: Args<'_>) -> Result<Listdir, Failure> {
        let dir = args.path(args.either("path", "dir"))?;
        Ok(Listdir { dir })
    }

    pub(super) fn run(self) -> Result<Option<Update>, FileError> {
        let read = || {
            let entries = std::fs::read_dir(&self.dir)?;
            let name = |entry: std::fs::DirEntry| Value::Text(entry.file_name().to_string_lossy().into_owned());
            entries.map(|entry| entry.map(name)).collect::<Result<Vec<Value>, _>>()
        };
        let names = read().map_err(FileError::of("listdir", &self.dir))?;
        Ok(Some(Update::Other {
            key: "files".to_owned(),
            value: Value::List(names),
        }))
    }
}
