//! The bytes of a commit object, read into text without losing or inventing anything where that is possible.

use model::Time;

/// What a change needs to know of a commit.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Commit {
    /// Full hash, in hexadecimal digits.
    pub(crate) revision: String,
    /// `Name <mail>`, as the object has it.
    pub(crate) author: String,
    /// Likewise.
    pub(crate) committer: String,
    /// When it was committed.
    pub(crate) when: Time,
    /// The message without the line ends at its end.
    pub(crate) comments: String,
    /// Names added, removed or changed against the first parent; sorted.
    pub(crate) files: Vec<String>,
}

/// Reads a commit's header lines and its message. Never fails: a field that is missing is empty.
///
/// Text that is not UTF-8 is read as Latin-1 if the commit says so, else with U+FFFD in the place of bad bytes.
pub(crate) fn parse(revision: String, header: &[u8], message: &[u8], files: Vec<String>) -> Commit {
    let field = |name: &[u8]| {
        header
            .split(|byte| *byte == b'\n')
            .find_map(|line| line.strip_prefix(name))
            .unwrap_or_default()
    };
    let encoding = field(b"encoding ");
    let committer = field(b"committer ");
    Commit {
        revision,
        author: text(person(field(b"author ")), encoding),
        committer: text(person(committer), encoding),
        when: time(committer),
        comments: text(message, encoding).trim_end_matches(['\n', '\r']).to_owned(),
        files,
    }
}

/// `Name <mail>` of `Name <mail> 1700000000 +0100`.
fn person(line: &[u8]) -> &[u8] {
    match line.iter().rposition(|byte| *byte == b'>') {
        Some(end) => &line[..=end],
        None => line,
    }
}

fn time(line: &[u8]) -> Time {
    let after = &line[person(line).len()..];
    let seconds = String::from_utf8_lossy(after)
        .split_whitespace()
        .next()
        .and_then(|word| word.parse().ok());
    Time::from_seconds(seconds.unwrap_or(0))
}

fn text(bytes: &[u8], encoding: &[u8]) -> String {
    let is_latin_1 = [b"iso-8859-1".as_slice(), b"iso8859-1", b"latin1", b"latin-1"]
        .iter()
        .any(|name| name.eq_ignore_ascii_case(encoding));
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) if is_latin_1 => bytes.iter().map(|byte| char::from(*byte)).collect(),
        Err(_) => String::from_utf8_lossy(bytes).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn odd_persons_are_kept_byte_for_byte() {
        let header = b"tree 1\nauthor  O'Neil \"x\"  (a) <b> <odd @mail> 12 +0000\ncommitter nobody 7\n";
        let commit = parse("r".into(), header, b"hi\n\n there\n\n", vec![]);
        assert_eq!(commit.author, " O'Neil \"x\"  (a) <b> <odd @mail>");
        assert_eq!(commit.comments, "hi\n\n there");
    }

    #[test]
    fn latin_1_is_read_when_the_commit_says_so() {
        let header = b"author J\xfcrgen <j@x> 5 +0100\ncommitter J\xfcrgen <j@x> 5 +0100\nencoding ISO-8859-1";
        let commit = parse("r".into(), header, b"gr\xfc\xdfe", vec![]);
        assert_eq!(
            (commit.author.as_str(), commit.comments.as_str()),
            ("Jürgen <j@x>", "grüße")
        );
        assert_eq!(commit.when, Time::from_seconds(5));
        assert_eq!(parse("r".into(), b"", b"a\xffb", vec![]).comments, "a\u{fffd}b");
    }

    proptest! {
        #[test]
        fn any_bytes_are_read(header: Vec<u8>, message: Vec<u8>) {
            parse("r".into(), &header, &message, vec![]);
        }
    }
}
