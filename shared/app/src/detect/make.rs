//! A makefile; its own targets tell whether there is a test.

use super::{Recognised, Tree, recognised, step};

pub(super) fn recognise(tree: &Tree) -> Option<Recognised> {
    let file = tree.first(&["GNUmakefile", "makefile", "Makefile"])?;
    let text = tree.text(file);
    let mut steps = vec![step("build", "make")];
    if let Some(target) = ["test", "check"].into_iter().find(|target| has_target(&text, target)) {
        steps.push(step("test", format!("make {target}")));
    }
    recognised("Make", &[file], steps)
}

/// Whether a line is a rule for the target: `test check: all`.
fn has_target(text: &str, target: &str) -> bool {
    text.lines()
        .filter(|line| !line.starts_with(['\t', '#', ' ']))
        .any(|line| {
            line.split_once(':').is_some_and(|(targets, rest)| {
                !rest.starts_with('=') && targets.split_whitespace().any(|name| name == target)
            })
        })
}
