//! Files with which a change would be too large to be held: they are named, not read, and left out by the person.

use super::Remark;
use super::compare::Entry;
use super::names::some;

/// The remark on them.
pub(crate) fn remark(entries: &[Entry]) -> Option<Remark> {
    let huge = entries.iter().filter(|entry| entry.huge.is_some());
    let huge: Vec<Vec<u8>> = huge.map(|entry| entry.path.clone()).collect();
    let remark = Remark {
        stops: false,
        text: format!("{} is too large to go along", some(&huge)),
        hint: Some("Leave it out.".to_owned()),
    };
    (!huge.is_empty()).then_some(remark)
}
