//! What Bazaar's commands print, as values.

use std::collections::{BTreeMap, BTreeSet};

/// Names with a zero after each; a folder's may end with a slash.
pub(super) fn listing(bytes: &[u8]) -> BTreeSet<Vec<u8>> {
    let names = bytes.split(|byte| *byte == 0).filter(|name| !name.is_empty());
    names
        .map(|name| name.strip_suffix(b"/").unwrap_or(name).to_vec())
        .collect()
}

/// What `status -S` says that the trees do not.
#[derive(Debug, Default)]
pub(super) struct Status {
    pub(super) moves: BTreeMap<Vec<u8>, Vec<u8>>,
    pub(super) unknown: Vec<Vec<u8>>,
    pub(super) missing: Vec<Vec<u8>>,
}

impl Status {
    /// Reads lines of three marks, a blank and a name: `R   a => b`, `?   c`, ` D  d`.
    pub(super) fn read(bytes: &[u8]) -> Status {
        let mut status = Status::default();
        for line in bytes.split(|byte| *byte == b'\n') {
            let Some((marks, name)) = line.split_at_checked(4) else {
                continue;
            };
            match marks {
                [b'R', ..] => status.moves.extend(arrow(name)),
                [b'?', ..] => status.unknown.push(name.to_vec()),
                [b' ', b'D', ..] => status.missing.push(name.to_vec()),
                _ => {}
            }
        }
        status
    }
}

/// The places after and before `a => b`. Where a name has an arrow of its own, nothing is known of the move.
fn arrow(name: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let mut arrows = (0..name.len()).filter(|at| name[*at..].starts_with(b" => "));
    let at = arrows.next()?;
    arrows
        .next()
        .is_none()
        .then(|| (name[at + 4..].to_vec(), name[..at].to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn status_tells_moves_unknown_and_lost_files() {
        let status = Status::read(b" M  a\nR   b => c d\n?   u => v\n D  gone\n-D  told\nR   x => y => z\n");
        assert_eq!(status.moves, BTreeMap::from([(b"c d".to_vec(), b"b".to_vec())]));
        assert_eq!(status.unknown, [b"u => v".to_vec()]);
        assert_eq!(status.missing, [b"gone".to_vec()]);
    }

    proptest! {
        #[test]
        fn any_answer_is_read(bytes in proptest::collection::vec(any::<u8>(), 0..200), words in "[R?D =>a\n]{0,60}") {
            Status::read(&bytes);
            Status::read(words.as_bytes());
            listing(&bytes);
        }
    }
}
