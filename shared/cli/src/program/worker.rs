//! What `outpost` is on Windows: a worker, for a master on another machine.

use crate::command::worker::{self, Worker, WorkerCreate};
use crate::end;
use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Lends this machine to a Buildbot master, or to an Outpost on another machine. On Windows, Outpost is a worker only.
#[derive(Debug, Parser)]
#[command(name = "outpost", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// A worker in a folder of its own
    #[command(subcommand)]
    Worker(Worker),
    /// Alias of `worker create`
    #[command(hide = true)]
    CreateWorker(WorkerCreate),
}

/// What `main` does.
pub fn main() -> ExitCode {
    end(match Arguments::parse().command {
        Command::Worker(worker) => worker::run(worker),
        Command::CreateWorker(create) => worker::run(Worker::Create(create)),
    })
}
