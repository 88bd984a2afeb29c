//! Maven projects; the wrapper is preferred where there is one.

use super::{Recognised, Tree, recognised, step};

pub(super) fn recognise(tree: &Tree) -> Option<Recognised> {
    if !tree.has("pom.xml") {
        return None;
    }
    let maven = if tree.has_executable("mvnw") { "./mvnw" } else { "mvn" };
    let quiet = "--batch-mode --no-transfer-progress";
    let steps = vec![
        step("build", format!("{maven} {quiet} -DskipTests package")),
        step("test", format!("{maven} {quiet} verify")),
    ];
    recognised("Maven", &["pom.xml"], steps)
}
