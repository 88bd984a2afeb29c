//! Git as a person runs it, for tests.

use std::path::Path;
use std::process::Command;

/// What it says in that folder; it must not refuse.
pub(super) fn git(folder: &Path, arguments: &[&str]) -> Vec<u8> {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/git");
    let output = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("git");
    assert!(output.status.success(), "git {arguments:?}");
    output.stdout
}
