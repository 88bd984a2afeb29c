//! `cpdir`: copies a folder.

use super::args::Args;
use super::run::Program;
use super::{Context, failure, folders};
use std::path::PathBuf;
use wire::worker::{Failure, Update};

#[derive(Debug)]
pub(crate) struct Cpdir {
    from: PathBuf,
    to: PathBuf,
    limits: Program,
}

impl Cpdir {
    pub(super) fn parse(args: Args<'_>) -> Result<Cpdir, Failure> {
        Ok(Cpdir {
            from: args.path(args.either("from_path", "fromdir"))?,
            to: args.path(args.either("to_path", "todir"))?,
            limits: Program::of_files(args),
        })
    }

    pub(super) async fn run(self, context: &mut Context) -> Result<(), Failure> {
        if let Some(parent) = self.to.parent() {
            let made = tokio::fs::create_dir_all(parent).await;
            made.map_err(|error| failure("builtins.OSError", format!("{error}: '{}'", parent.display())))?;
        }
        let rc = folders::copy(&self.from, &self.to, &self.limits, context).await?;
        context.report.update(Update::Rc(rc));
        Ok(())
    }
}
