//! Unix: `rm` and `cp`, run in the worker's folder.

use crate::command::Context;
use crate::command::run::{self, Program};
use crate::header::{Word, Words};
use std::ffi::OsString;
use std::path::Path;
use wire::worker::Failure;

/// Removes a folder with all that is in it; gives an exit status.
pub(in crate::command) async fn remove(dir: &Path, limits: &Program, context: &mut Context) -> Result<i64, Failure> {
    let rm = || vec!["rm".into(), "-rf".into(), dir.into()];
    let rc = program(rm(), limits, context).await?;
    if rc == 0 || context.interrupt.is_cancelled() {
        return Ok(rc);
    }
    // Perhaps a folder is not ours to write; make it so and try once more.
    let chmod = vec!["chmod".into(), "-Rf".into(), "u+rwx".into(), dir.into()];
    program(chmod, limits, context).await?;
    program(rm(), limits, context).await
}

/// Copies a folder with all that is in it; gives an exit status.
pub(in crate::command) async fn copy(
    from: &Path,
    to: &Path,
    limits: &Program,
    context: &mut Context,
) -> Result<i64, Failure> {
    let fixed = ["cp", "-R", "-P", "-p", "-v"].map(OsString::from);
    let words = fixed.into_iter().chain([from.into(), to.into()]);
    program(words.collect(), limits, context).await
}

async fn program(words: Vec<OsString>, limits: &Program, context: &mut Context) -> Result<i64, Failure> {
    let word = |real: OsString| Word {
        shown: real.clone(),
        real,
    };
    let mut program = limits.clone();
    program.words = Words::List(words.into_iter().map(word).collect());
    program.workdir = context.basedir.clone();
    run::run(&program, context).await
}
