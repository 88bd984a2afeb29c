//! Marks that a merge left in files which nobody calls unresolved any more.

use super::Remark;
use super::compare::{Entry, Side};
use super::names::some;

/// The remark on files that have all three marks of a conflict, and did not have them before.
pub(crate) fn remarks(entries: &[Entry]) -> Option<Remark> {
    let is_marked = |side: Option<&Side>| side.is_some_and(|side| has_marks(&side.bytes));
    let marked: Vec<Vec<u8>> = entries
        .iter()
        .filter(|entry| !entry.conflict && is_marked(entry.new.as_ref()) && !is_marked(entry.old.as_ref()))
        .map(|entry| entry.path.clone())
        .collect();
    let remark = Remark {
        stops: false,
        text: format!("marks of a conflict (<<<<<<<) are left in {}", some(&marked)),
        hint: Some("Resolve it, or leave it out.".to_owned()),
    };
    (!marked.is_empty()).then_some(remark)
}

fn has_marks(bytes: &[u8]) -> bool {
    let mut lines = bytes.split(|byte| *byte == b'\n');
    [&b"<<<<<<< "[..], b"=======", b">>>>>>> "]
        .iter()
        .all(|mark| lines.any(|line| line.starts_with(mark)))
}
