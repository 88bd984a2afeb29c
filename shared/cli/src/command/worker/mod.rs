//! `outpost worker create|start|stop|restart`: one worker in a folder of its own, without the resident.
//!
//! Names and options follow `buildbot-worker`. A process that serves loads nothing of the resident: it is meant to be
//! small.

mod arguments;
mod create;
mod folder;
mod log;
mod orders;
pub mod password;
mod pid;
mod serve;
mod start;
mod stop;
mod told;

pub use arguments::{Worker, WorkerCreate};

use crate::failure::Failure;

/// Does one of them.
pub fn run(worker: Worker) -> Result<(), Failure> {
    match worker {
        Worker::Create(create) => create::run(create),
        Worker::Start(start) if start.nodaemon => serve::run(&start),
        Worker::Start(start) => start::run(&start),
        Worker::Stop(stop) => stop::run(&stop),
        Worker::Restart(start) => {
            stop::if_running(&start.folder)?;
            run(Worker::Start(start))
        }
    }
}
