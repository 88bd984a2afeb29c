//! Gradle projects; the wrapper is preferred where there is one.

use super::{Recognised, Tree, recognised, step};

pub(super) fn recognise(tree: &Tree) -> Option<Recognised> {
    let file = tree.first(&[
        "build.gradle.kts",
        "build.gradle",
        "settings.gradle.kts",
        "settings.gradle",
    ])?;
    let gradle = if tree.has_executable("gradlew") {
        "./gradlew"
    } else {
        "gradle"
    };
    let steps = vec![
        step("build", format!("{gradle} --console=plain assemble")),
        step("test", format!("{gradle} --console=plain check")),
    ];
    recognised("Gradle", &[file], steps)
}
