//! Go modules.

use super::{Recognised, Tree, recognised, step};

pub(super) fn recognise(tree: &Tree) -> Option<Recognised> {
    if !tree.has("go.mod") {
        return None;
    }
    recognised(
        "Go",
        &["go.mod"],
        vec![step("build", "go build ./..."), step("test", "go test ./...")],
    )
}
