//! `rmdir`: removes folders with all that is in them.

use super::args::Args;
use super::run::Program;
use super::{Context, folders};
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
            let one = folders::remove(dir, &self.limits, context).await?;
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
}
