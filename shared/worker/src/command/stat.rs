//! `stat`: what the system knows of a file, as ten numbers (§3.2).

use super::args::Args;
use super::files::FileError;
use crate::system;
use std::path::PathBuf;
use wire::worker::{Failure, Update, Value};

#[derive(Debug)]
pub(crate) struct Stat {
    file: PathBuf,
}

impl Stat {
    pub(super) fn parse(args: Args<'_>) -> Result<Stat, Failure> {
        let name = args.either("path", "file");
        args.needed(name)?;
        let file = if args.get("workdir").is_some() {
            args.path("workdir")?.join(args.text(name)?)
        } else {
            args.path(name)?
        };
        Ok(Stat { file })
    }

    pub(super) fn run(self) -> Result<Option<Update>, FileError> {
        let stat = std::fs::metadata(&self.file).map_err(FileError::of("stat", &self.file))?;
        let numbers = system::stat(&stat, &self.file);
        Ok(Some(Update::Other {
            key: "stat".to_owned(),
            value: Value::Tuple(numbers.into_iter().map(Value::Int).collect()),
        }))
    }
}
