//! `rmdir`: removes folders with all that is in them, by `rm` in the worker's folder.

use super::Context;
use super::args::Args;
use super::run::{self, Program};
use crate::header::Words;
use std::ffi::OsString;
use std::path::PathBuf;
use wire::worker::{Failure, Update};

#[derive(Debug)]
pub(crate) struct Rmdir {
    dirs: Vec<PathBuf>,
    limits: Program,
}

impl Rmdir {
    pub(super) fn parse(args: Args<'_>) -> Result<Rmdir, Failure> {
        Ok(Rmdir {
            dirs: args.paths(args.either("paths", "dir"))?,
            limits: Program::of_files(args),
        })
    }

    pub(super) async fn run(self, context: &mut Context) -> Result<(), Failure> {
        let mut rc = 0;
        for dir in &self.dirs {
            let remove = || Words::list(["rm".into(), "-rf".into(), dir.into()]);
            let mut one = self.one(remove(), context).await?;
            if one != 0 && !context.interrupt.is_cancelled() {
                // Perhaps a folder is not ours to write; make it so and try once more.
                let words: [OsString; 4] = ["chmod".into(), "-Rf".into(), "u+rwx".into(), dir.into()];
                self.one(Words::list(words), context).await?;
                one = self.one(remove(), context).await?;
            }
            if one != 0 {
                rc = one;
            }
            if context.interrupt.is_cancelled() {
                break;
            }
        }
        context.report.update(Update::Rc(rc));
        Ok(())
    }

    async fn one(&self, words: Words, context: &mut Context) -> Result<i64, Failure> {
        let program = self.limits.clone().with(words, context.basedir.clone());
        run::run(&program, context).await
    }
}
