//! CMake projects.

use super::{Recognised, Tree, recognised, step};

pub(super) fn recognise(tree: &Tree) -> Option<Recognised> {
    if !tree.has("CMakeLists.txt") {
        return None;
    }
    let mut steps = vec![
        step("configure", "cmake -S . -B build"),
        step("build", "cmake --build build --parallel"),
    ];
    let text = tree.text("CMakeLists.txt").to_lowercase();
    if text.contains("enable_testing") || text.contains("include(ctest)") {
        // Not `--test-dir`, which CMake has only since 3.20.
        steps.push(step("test", "cd build && ctest --output-on-failure"));
    }
    recognised("CMake", &["CMakeLists.txt"], steps)
}
