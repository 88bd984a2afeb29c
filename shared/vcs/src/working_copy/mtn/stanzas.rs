//! Monotone's `basic_io`: stanzas of `key "value" [hash] …` lines, a blank line between.

use crate::working_copy::names::shown;

/// A line: its key and values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) key: String,
    pub(super) values: Vec<Vec<u8>>,
}

/// The lines that belong together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Stanza(pub(super) Vec<Line>);

impl Stanza {
    /// The values of a key.
    pub(super) fn all(&self, key: &str) -> &[Vec<u8>] {
        let line = self.0.iter().find(|line| line.key == key);
        line.map_or(&[], |line| line.values.as_slice())
    }

    /// The first value of a key.
    pub(super) fn value(&self, key: &str) -> Option<&[u8]> {
        self.all(key).first().map(Vec::as_slice)
    }

    /// Whether a key has a value.
    pub(super) fn has(&self, key: &str, value: &str) -> bool {
        self.all(key).iter().any(|known| known == value.as_bytes())
    }
}

/// Reads stanzas; `None` when something in them does not end.
pub(super) fn read(bytes: &[u8]) -> Option<Vec<Stanza>> {
    let mut stanzas = vec![Stanza::default()];
    let mut rest = bytes;
    while let Some((first, after)) = rest.split_first() {
        match first {
            b'\n' if after.first() == Some(&b'\n') => {
                stanzas.push(Stanza::default());
                rest = after;
            }
            b'"' => {
                let (value, after) = quoted(after)?;
                add(&mut stanzas, value);
                rest = after;
            }
            b'[' => {
                let end = after.iter().position(|byte| *byte == b']')?;
                add(&mut stanzas, after[..end].to_vec());
                rest = &after[end + 1..];
            }
            first if first.is_ascii_whitespace() => rest = after,
            _ => {
                let end = rest.iter().position(u8::is_ascii_whitespace).unwrap_or(rest.len());
                let key = shown(&rest[..end]);
                stanzas.last_mut()?.0.push(Line { key, values: vec![] });
                rest = &rest[end..];
            }
        }
    }
    stanzas.retain(|stanza| !stanza.0.is_empty());
    Some(stanzas)
}

fn add(stanzas: &mut [Stanza], value: Vec<u8>) {
    if let Some(line) = stanzas.last_mut().and_then(|stanza| stanza.0.last_mut()) {
        line.values.push(value);
    }
}

/// A text up to its end, in which a backslash stands before quotes and backslashes.
fn quoted(bytes: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let mut value = Vec::new();
    let mut rest = bytes;
    loop {
        match rest {
            [b'"', after @ ..] => return Some((value, after)),
            [b'\\', escaped, after @ ..] => {
                value.push(*escaped);
                rest = after;
            }
            [byte, after @ ..] => {
                value.push(*byte);
                rest = after;
            }
            [] => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn stanzas_are_read() {
        let text = b"    path \"a \\\"b\\\\\"\n  status \"known\" \"missing\"\n\n   birth [0a1b]\n    path \"c\"\n";
        let stanzas = read(text).expect("two stanzas");
        assert_eq!(stanzas.len(), 2);
        assert_eq!(stanzas[0].value("path"), Some(b"a \"b\\".as_slice()));
        assert!(stanzas[0].has("status", "missing") && !stanzas[0].has("status", "added"));
        assert_eq!(stanzas[1].value("birth"), Some(b"0a1b".as_slice()));
        assert_eq!(read(b"path \"open"), None);
    }

    proptest! {
        #[test]
        fn any_answer_is_read(bytes in proptest::collection::vec(any::<u8>(), 0..200), words in "[a\" \\\\\n\\[\\]]{0,60}") {
            read(&bytes);
            read(words.as_bytes());
        }
    }
}
