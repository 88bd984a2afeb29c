//! A real Buildbot to test against, of two generations.

mod master;
mod worker;

pub use master::{Built, Master};
pub use worker::Worker;

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A Buildbot on a busy machine takes its time.
pub const PATIENCE: Duration = Duration::from_secs(180);

/// Which of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Generation {
    /// 4.3
    New,
    /// 3.11
    Old,
}

/// The virtual environment of that generation; without one it says so, and the test is to pass.
pub fn environment(generation: Generation) -> Option<PathBuf> {
    let (variable, usual, what) = match generation {
        Generation::New => ("OUTPOST_TEST_BUILDBOT", "buildbot", "Buildbot 4.3"),
        Generation::Old => ("OUTPOST_TEST_BUILDBOT_OLD", "buildbot-old", "Buildbot 3.11"),
    };
    let usual = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../target/tools")
        .join(usual);
    let found = std::env::var_os(variable).map_or(usual, PathBuf::from);
    if found.join("bin/buildbot").exists() && found.join("bin/buildbot-worker").exists() {
        return Some(found);
    }
    println!("SKIPPED: set {variable} to a virtual environment with {what} and its worker to test with them");
    None
}

/// A port that is free now; that it stays so until it is taken is likely.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("an address").port()
}
