//! How to build a repository: what is recognised in it and the steps that are proposed.
//!
//! Only what is committed counts, because only that is checked out. A kind that is recognised first is proposed; the
//! others are offered. Proposals are for a person to edit: they say what one would type, no more.

mod autotools;
mod cargo;
mod cmake;
mod dotnet;
mod go;
mod gradle;
mod make;
mod maven;
mod meson;
mod npm;
mod python;
mod scripts;
mod tree;

pub use crate::api::projects::ProposedStep;
pub use tree::Tree;

use std::path::Path;

/// A build system that was recognised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recognised {
    /// In words, with what told so: `Cargo (Cargo.toml)`.
    pub name: String,
    /// The files that told so.
    pub because: Vec<String>,
    /// What to run, in order.
    pub steps: Vec<ProposedStep>,
}

/// Every kind, the most telling first: a project with scripts of its own says by them how it wants to be built, and a
/// makefile beside a `Cargo.toml` is more often a convenience than the build.
const KINDS: [fn(&Tree) -> Option<Recognised>; 12] = [
    scripts::recognise,
    cargo::recognise,
    go::recognise,
    maven::recognise,
    gradle::recognise,
    dotnet::recognise,
    meson::recognise,
    cmake::recognise,
    autotools::recognise,
    python::recognise,
    npm::recognise,
    make::recognise,
];

/// All that is recognised in the tree, what is proposed first.
pub fn recognise(tree: &Tree) -> Vec<Recognised> {
    KINDS.iter().filter_map(|kind| kind(tree)).collect()
}

/// The programs that the steps need and that are not on the search path, each once.
pub fn missing(steps: &[ProposedStep], found: impl Fn(&str) -> bool) -> Vec<String> {
    let mut missing = Vec::new();
    for step in steps {
        let Some(program) = step.command.split_whitespace().next() else {
            continue;
        };
        if !program.contains('/') && !found(program) && !missing.iter().any(|m| m == program) {
            missing.push(program.to_owned());
        }
    }
    missing
}

/// Whether a program of that name is on the search path.
pub fn on_path(program: &str) -> bool {
    std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|folder| is_executable(&folder.join(program))))
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata()
        .is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(path: &Path) -> bool {
    path.with_extension("exe").is_file() || path.with_extension("cmd").is_file()
}

fn step(name: &str, command: impl Into<String>) -> ProposedStep {
    ProposedStep {
        name: name.to_owned(),
        command: command.into(),
    }
}

fn recognised(name: &str, because: &[&str], steps: Vec<ProposedStep>) -> Option<Recognised> {
    Some(Recognised {
        name: format!("{name} ({})", because.join(", ")),
        because: because.iter().map(|file| (*file).to_owned()).collect(),
        steps,
    })
}
