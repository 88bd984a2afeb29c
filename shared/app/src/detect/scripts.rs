//! Executable scripts `build` and `test` in the top folder: the project says itself how it is built (S-103).

use super::{Recognised, Tree, recognised, step};

pub(super) fn recognise(tree: &Tree) -> Option<Recognised> {
    let found: Vec<&str> = ["build", "test"]
        .into_iter()
        .filter(|name| tree.has_executable(name))
        .collect();
    if found.is_empty() {
        return None;
    }
    let steps = found.iter().map(|name| step(name, format!("./{name}"))).collect();
    recognised("Scripts of its own", &found, steps)
}
