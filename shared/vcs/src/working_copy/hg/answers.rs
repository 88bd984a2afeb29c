//! What Mercurial's commands print, as values.

use crate::working_copy::compare::{LINK, Side};
use std::collections::BTreeMap;

/// A line of `status -0 -C`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Status {
    /// `M`, `A`, `R`, `!` or `?`.
    pub(super) code: u8,
    pub(super) path: Vec<u8>,
    /// What it was copied or moved from.
    pub(super) from: Option<Vec<u8>>,
}

/// Reads `status -0 -C`: `M path`, and after a copy `  source`.
pub(super) fn status(bytes: &[u8]) -> Vec<Status> {
    let mut lines: Vec<Status> = Vec::new();
    for line in bytes.split(|byte| *byte == 0) {
        match line {
            [b' ', b' ', source @ ..] => {
                if let Some(last) = lines.last_mut() {
                    last.from = Some(source.to_vec());
                }
            }
            [code, b' ', path @ ..] if !path.is_empty() => lines.push(Status {
                code: *code,
                path: path.to_vec(),
                from: None,
            }),
            _ => {}
        }
    }
    lines
}

/// How `cat` is told to print files, so that each can be told from the next.
pub(super) const CAT: &str = "{path}\\0{data|count}\\0{data}";

/// How `files` is told to print modes, which `cat` does not know.
pub(super) const FILES: &str = "{path}\\0{flags}\\0";

/// Reads what `files` printed by [`FILES`].
pub(super) fn modes(bytes: &[u8]) -> BTreeMap<Vec<u8>, u32> {
    let mut modes = BTreeMap::new();
    let mut rest = bytes;
    while let Some((path, after)) = field(rest) {
        let Some((flags, after)) = field(after) else { break };
        let mode = match flags {
            b"l" => LINK,
            b"x" => 0o100_755,
            _ => 0o100_644,
        };
        modes.insert(path.to_vec(), mode);
        rest = after;
    }
    modes
}

/// Reads what `cat` printed by [`CAT`]; `None` when it makes no sense.
pub(super) fn contents(mut bytes: &[u8], modes: &BTreeMap<Vec<u8>, u32>) -> Option<BTreeMap<Vec<u8>, Side>> {
    let mut files = BTreeMap::new();
    while !bytes.is_empty() {
        let (path, rest) = field(bytes)?;
        let (length, rest) = field(rest)?;
        let length: usize = std::str::from_utf8(length).ok()?.parse().ok()?;
        let (data, rest) = rest.split_at_checked(length)?;
        let side = Side {
            mode: *modes.get(path)?,
            bytes: data.to_vec(),
        };
        files.insert(path.to_vec(), side);
        bytes = rest;
    }
    Some(files)
}

fn field(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = bytes.iter().position(|byte| *byte == 0)?;
    Some((&bytes[..end], &bytes[end + 1..]))
}

/// The fields of a template with `\0` after each; missing ones are empty.
pub(super) fn fields<const COUNT: usize>(text: &str) -> [String; COUNT] {
    let mut fields = text.split('\0');
    std::array::from_fn(|_| fields.next().unwrap_or_default().to_owned())
}

/// The unresolved files of `resolve --list -T '{mergestatus} {path}\0'`.
pub(super) fn unresolved(bytes: &[u8]) -> Vec<Vec<u8>> {
    let lines = bytes.split(|byte| *byte == 0);
    let files = lines.filter_map(|line| line.strip_prefix(b"U ").or(line.strip_prefix(b"PU ")));
    files.map(<[u8]>::to_vec).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_copy_names_its_source() {
        let lines = status(b"M a b\0A new\0  old\0? -x\0");
        assert_eq!(lines.len(), 3);
        assert_eq!(lines[1].from.as_deref(), Some(b"old".as_slice()));
        assert_eq!((lines[2].code, lines[2].path.as_slice()), (b'?', b"-x".as_slice()));
    }

    #[test]
    fn files_with_any_bytes_are_told_apart() {
        let modes = modes(b"a\0\0b\0x\0c\0l\0");
        let files = contents(b"a\x002\0x\0b\x000\0c\x001\0a", &modes).expect("three files");
        assert_eq!(files[b"a".as_slice()].bytes, b"x\0");
        assert_eq!(files[b"b".as_slice()].mode, 0o100_755);
        assert_eq!(files[b"c".as_slice()].mode, LINK);
        assert_eq!(contents(b"a\x003\0x\0", &modes), None);
    }

    proptest! {
        #[test]
        fn any_answer_is_read(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            status(&bytes);
            contents(&bytes, &modes(&bytes));
            unresolved(&bytes);
        }
    }
}
