//! The commands that a master may give (§4, §5), one file each.

pub(crate) mod args;
mod cpdir;
mod download_file;
mod files;
mod folders;
mod glob;
mod listdir;
mod mkdir;
mod rmdir;
mod rmfile;
mod run;
mod running;
mod shell;
mod stat;
mod transfer;
mod turn;
mod upload_directory;
mod upload_file;

pub(crate) use turn::Turns;

use crate::environment::Environment;
use crate::report::Report;
use args::{Args, failure};
use process::Launcher;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;
use tokio_util::sync::CancellationToken;
use wire::worker::link::Caller;
use wire::worker::{Failure, Update, Value};

/// Every name that a command goes by; the ones with underscores are for msgpack.
pub(crate) const NAMES: [&str; 14] = [
    "shell",
    "uploadFile",
    "upload_file",
    "uploadDirectory",
    "upload_directory",
    "downloadFile",
    "download_file",
    "mkdir",
    "rmdir",
    "cpdir",
    "stat",
    "glob",
    "listdir",
    "rmfile",
];

/// A command with its arguments understood.
#[derive(Debug)]
pub(crate) enum Command {
    Shell(Box<shell::Shell>),
    UploadFile(upload_file::UploadFile),
    UploadDirectory(upload_directory::UploadDirectory),
    DownloadFile(download_file::DownloadFile),
    Mkdir(mkdir::Mkdir),
    Rmdir(rmdir::Rmdir),
    Cpdir(cpdir::Cpdir),
    Stat(stat::Stat),
    Glob(glob::Glob),
    Listdir(listdir::Listdir),
    Rmfile(rmfile::Rmfile),
}

/// What a running command works with.
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) report: Report,
    pub(crate) caller: Caller,
    pub(crate) launcher: Launcher,
    pub(crate) environment: Arc<Environment>,
    /// The worker's folder.
    #[cfg_attr(windows, allow(dead_code))] // Where folders are copied and removed without a program.
    pub(crate) basedir: PathBuf,
    /// End it, and tell how it ended.
    pub(crate) interrupt: CancellationToken,
    /// End it; nobody listens any more.
    pub(crate) abandoned: CancellationToken,
}

impl Command {
    /// Understands a command of this name. A failure is the answer to `startCommand`.
    pub(crate) fn parse(id: &str, name: &str, args: &Value, folder: &std::path::Path) -> Result<Command, Failure> {
        let args = Args::new(name, args, folder);
        Ok(match name {
            "shell" => Command::Shell(Box::new(shell::Shell::parse(args)?)),
            "uploadFile" | "upload_file" => Command::UploadFile(upload_file::UploadFile::parse(args)?),
            "uploadDirectory" | "upload_directory" => {
                Command::UploadDirectory(upload_directory::UploadDirectory::parse(args)?)
            }
            "downloadFile" | "download_file" => Command::DownloadFile(download_file::DownloadFile::parse(args)?),
            "mkdir" => Command::Mkdir(mkdir::Mkdir::parse(args)?),
            "rmdir" => Command::Rmdir(rmdir::Rmdir::parse(args)?),
            "cpdir" => Command::Cpdir(cpdir::Cpdir::parse(args)?),
            "stat" => Command::Stat(stat::Stat::parse(args)?),
            "glob" => Command::Glob(glob::Glob::parse(args)?),
            "listdir" => Command::Listdir(listdir::Listdir::parse(args)?),
            "rmfile" => Command::Rmfile(rmfile::Rmfile::parse(args)?),
            _ => {
                return Err(failure(
                    "buildbot_worker.base.UnknownCommand",
                    format!("(command {id}): unrecognized WorkerCommand '{name}'"),
                ));
            }
        })
    }

    /// Runs it to its end and tells the master all of it.
    pub(crate) async fn execute(self, mut context: Context, turns: Turns) {
        let turn = turns.take(&mut context).await;
        let started = Instant::now();
        let result = match &turn {
            Some(_) => self.run(&mut context).await,
            None => {
                context.report.update(Update::Rc(-1));
                Ok(())
            }
        };
        if context.abandoned.is_cancelled() {
            return;
        }
        if !context.interrupt.is_cancelled() {
            let elapsed = started.elapsed().as_secs_f64();
            context.report.update(Update::Elapsed(elapsed));
        }
        let Context { report, abandoned, .. } = context;
        tokio::select! {
            () = report.complete(result.err()) => {}
            () = abandoned.cancelled() => {}
        }
    }

    async fn run(self, context: &mut Context) -> Result<(), Failure> {
        match self {
            Command::Shell(command) => Box::pin(command.run(context)).await,
            Command::UploadFile(command) => command.run(context).await,
            Command::UploadDirectory(command) => command.run(context).await,
            Command::DownloadFile(command) => command.run(context).await,
            Command::Rmdir(command) => Box::pin(command.run(context)).await,
            Command::Cpdir(command) => Box::pin(command.run(context)).await,
            Command::Mkdir(command) => files::run(context, move || command.run()).await,
            Command::Stat(command) => files::run(context, move || command.run()).await,
            Command::Glob(command) => files::run(context, move || command.run()).await,
            Command::Listdir(command) => files::run(context, move || command.run()).await,
            Command::Rmfile(command) => files::run(context, move || command.run()).await,
        }
    }
}
