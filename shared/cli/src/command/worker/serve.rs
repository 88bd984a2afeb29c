//! `outpost worker start --nodaemon`: the process that serves.

use super::arguments::WorkerStart;
use super::log::Log;
use super::orders::{Order, Orders};
use super::pid::Claim;
use super::told::Told;
use super::{folder, start};
use crate::failure::{Failure, OTHER};
use crate::memory;
use lend::basedir::Basedir;
use lend::{Lender, State, Why};
use std::io::Write;
use std::path::PathBuf;
use std::sync::Mutex;
use tracing_subscriber::filter::LevelFilter;

/// Serves until it is told to end.
pub fn run(start: &WorkerStart) -> Result<(), Failure> {
    let basedir = folder::open(&start.folder)?;
    let _claim = Claim::take(&basedir.pid_file())?;
    begin_log(&basedir, start.background)?;
    if let Some(mask) = basedir.settings().umask {
        set_umask(mask);
    }
    // One thread: a worker waits, and what it runs are processes.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let why = runtime.block_on(Box::pin(serve(&basedir, start)));
    runtime.shutdown_background();
    match why? {
        Why::Stopped | Why::Left | Why::SentAway => Ok(()),
        why => Err(Failure::new(OTHER, format!("the worker ended: {why}"))),
    }
}

async fn serve(basedir: &Basedir, start: &WorkerStart) -> Result<Why, Failure> {
    let mut orders = Orders::listen(basedir)?;
    let mut lending = basedir.lending();
    lending.options.shim = Some(this_program()?);
    let target = basedir.target().map_err(folder::failure)?;
    let (name, address) = (&basedir.settings().name, target.address.to_string());
    tracing::info!(
        "worker '{name}' starts in {}, for {address}",
        basedir.folder().display()
    );
    let lender = Lender::start(lend::to_master(target, basedir.login()), lending);
    let mut state = lender.state();
    let mut telling = start.background || !start.quiet;
    loop {
        let told = Told::of(&state.borrow_and_update());
        if telling && let Some(told) = &told {
            tell(told, start, basedir)?;
            // Whoever started it hears the first news; at a terminal all of it stands on the error output.
            telling = false;
        }
        if told.is_some() {
            // From here on it waits, and does so in little memory.
            memory::let_go_of_code();
        }
        if let State::Ended(why) = &*state.borrow() {
            return Ok(why.clone());
        }
        tokio::select! {
            changed = state.changed() => if changed.is_err() {
                return Err(Failure::other("the worker broke off; its log says more"));
            },
            order = orders.next() => match order {
                Order::Leave => {
                    tracing::info!("asked to leave: what runs is finished first");
                    lender.leave();
                }
                Order::Stop => {
                    lender.stop().await;
                    return Ok(Why::Stopped);
                }
            },
        }
    }
}

/// Tells how the start went: in the background to the process that waits for it.
fn tell(told: &Told, start: &WorkerStart, basedir: &Basedir) -> Result<(), Failure> {
    if !start.background {
        return start::print(told, start, basedir, None);
    }
    let line = serde_json::to_string(told).map_err(|error| Failure::other(error.to_string()))?;
    // Whoever waited may have gone.
    let _ = writeln!(std::io::stdout(), "{line}");
    Ok(())
}

fn begin_log(basedir: &Basedir, background: bool) -> Result<(), Failure> {
    let level = std::env::var("OUTPOST_LOG").ok();
    let level = level.and_then(|level| level.parse().ok()).unwrap_or(LevelFilter::INFO);
    let log = tracing_subscriber::fmt().with_max_level(level).with_target(false);
    if background {
        let path = basedir.log_file();
        let file = Log::open(&path, basedir.settings().log)
            .map_err(|error| Failure::other(format!("{}: {error}", path.display())))?;
        log.with_ansi(false).with_writer(Mutex::new(file)).init();
    } else {
        log.with_writer(std::io::stderr).init();
    }
    Ok(())
}

#[cfg(unix)]
fn set_umask(mask: u32) {
    rustix::process::umask(rustix::fs::Mode::from_bits_truncate(mask as rustix::fs::RawMode));
}

#[cfg(not(unix))]
fn set_umask(_mask: u32) {
    tracing::info!("umask means nothing on this system");
}

/// This program, to be started again as the shim of commands. On Linux the running one, even when its file was replaced.
fn this_program() -> Result<PathBuf, Failure> {
    let running = PathBuf::from("/proc/self/exe");
    if running.exists() {
        Ok(running)
    } else {
        Ok(std::env::current_exe()?)
    }
}
