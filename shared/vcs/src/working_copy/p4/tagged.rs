//! What `p4 -ztag` prints: records of `... key value` lines, a blank line after each.

use crate::working_copy::names::shown;
use std::collections::BTreeMap;

/// A record's values by key.
pub(super) type Record = BTreeMap<String, String>;

/// Reads the records. A line that begins no value goes on with the one before.
pub(super) fn read(bytes: &[u8]) -> Vec<Record> {
    let mut records = vec![Record::new()];
    let mut last = String::new();
    for line in bytes.split(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let Some(field) = line.strip_prefix(b"... ") else {
            let record = records.last_mut();
            if let Some(value) = record
                .and_then(|record| record.get_mut(&last))
                .filter(|_| !line.is_empty())
            {
                value.push('\n');
                value.push_str(&shown(line));
            } else if line.is_empty() && !last.is_empty() {
                records.push(Record::new());
                last.clear();
            }
            continue;
        };
        let field = shown(field);
        let (key, value) = field.split_once(' ').unwrap_or((&field, ""));
        last = key.to_owned();
        if let Some(record) = records.last_mut() {
            record.insert(key.to_owned(), value.to_owned());
        }
    }
    records.retain(|record| !record.is_empty());
    records
}

/// A path in depot or client syntax, where `%40` stands for `@` and so on.
pub(super) fn plain(path: &str) -> Vec<u8> {
    let mut plain = path.as_bytes().to_vec();
    for (escape, letter) in [
        ("%40", b'@'),
        ("%23", b'#'),
        ("%2A", b'*'),
        ("%2a", b'*'),
        ("%25", b'%'),
    ] {
        plain = replaced(&plain, escape.as_bytes(), letter);
    }
    plain
}

fn replaced(bytes: &[u8], escape: &[u8], letter: u8) -> Vec<u8> {
    let mut made = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(first) = rest.first() {
        let (byte, after) = match rest.strip_prefix(escape) {
            Some(after) => (letter, after),
            None => (*first, &rest[1..]),
        };
        made.push(byte);
        rest = after;
    }
    made
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn records_are_read() {
        let records = read(b"... depotFile //d/a%40b\n... rev 3\n... desc one\ntwo\n\n... rev 4\n... open\n\n");
        assert_eq!(records.len(), 2);
        assert_eq!(records[0]["desc"], "one\ntwo");
        assert_eq!((records[1]["rev"].as_str(), records[1]["open"].as_str()), ("4", ""));
        assert_eq!(plain(&records[0]["depotFile"]), b"//d/a@b");
        assert_eq!(plain("a%2540"), b"a%40");
    }

    proptest! {
        #[test]
        fn any_answer_is_read(bytes in proptest::collection::vec(any::<u8>(), 0..200), words in "[. a\n%240]{0,60}") {
            read(&bytes);
            read(words.as_bytes());
            plain(&words);
        }
    }
}
