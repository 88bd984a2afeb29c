//! Rust packages and workspaces.

use super::{Recognised, Tree, recognised, step};

pub(super) fn recognise(tree: &Tree) -> Option<Recognised> {
    if !tree.has("Cargo.toml") {
        return None;
    }
    let mut words = String::new();
    if tree.text("Cargo.toml").lines().any(|line| line.trim() == "[workspace]") {
        words.push_str(" --workspace");
    }
    if tree.has("Cargo.lock") {
        words.push_str(" --locked");
    }
    let steps = vec![
        step("build", format!("cargo build{words}")),
        step("test", format!("cargo test{words}")),
    ];
    recognised("Cargo", &["Cargo.toml"], steps)
}
