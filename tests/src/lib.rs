//! What tests of the whole program share: a resident in a folder of its own, and repositories to build.
//!
//! Everything here looks at the program from outside: its command line, its local socket, its files.

mod buildbot;
pub mod farm;
mod outpost;
mod repository;
mod team;
mod threads;
mod wire;

pub use buildbot::Buildbot;
pub use outpost::{Ear, Outpost, program};
pub use repository::Repository;
pub use team::{HOSTILE, Release, Team};
pub use threads::{WakeUps, most_memory, survivors, wake_ups};
pub use wire::Wire;

/// Says that a test could not run here, in the words that `./dev test` counts.
pub fn skip(reason: &str) {
    println!("SKIPPED: {reason}");
}

/// Whether a program can be started.
pub fn has(program: &str) -> bool {
    let found = |folder: std::path::PathBuf| folder.join(program).is_file();
    std::env::var_os("PATH").is_some_and(|path| std::env::split_paths(&path).any(found))
}
