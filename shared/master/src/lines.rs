//! Whole lines out of a stream of text that is cut anywhere (`worker-protocol-pb` §4.5).
//!
//! Carriage returns, cursor movements and backspaces end a line, so that a progress bar becomes readable lines.

use std::borrow::Cow;

/// A line without an end is cut after so many bytes, so that a peer cannot fill the memory with one.
const LONGEST: usize = 1 << 20;

/// The unfinished last line of one stream.
#[derive(Debug, Default)]
pub struct Lines {
    partial: String,
}

impl Lines {
    /// The lines that `text` completes, each ending in `\n`; empty when it completes none.
    pub fn add<'a>(&mut self, text: &'a str) -> Cow<'a, str> {
        let lines = self.whole_lines(text);
        if self.partial.len() < LONGEST {
            return lines;
        }
        let mut lines = lines.into_owned();
        lines.push_str(&self.finish().unwrap_or_default());
        Cow::Owned(lines)
    }

    fn whole_lines<'a>(&mut self, text: &'a str) -> Cow<'a, str> {
        let needs_care = |b: &u8| matches!(b, b'\r' | b'\x08' | b'\x1b');
        if self.partial.is_empty() && !text.as_bytes().iter().any(needs_care) {
            return match text.rfind('\n') {
                Some(end) => {
                    self.partial.push_str(&text[end + 1..]);
                    Cow::Borrowed(&text[..=end])
                }
                None => {
                    self.partial.push_str(text);
                    Cow::Borrowed("")
                }
            };
        }
        let mut all = std::mem::take(&mut self.partial);
        all.push_str(text);
        // A sequence that the end of the text may cut in two waits for the rest of it.
        let kept = all.len() - unfinished(&all);
        let mut lines = normalised(&all[..kept]);
        let end = lines.rfind('\n').map_or(0, |end| end + 1);
        self.partial = lines.split_off(end);
        self.partial.push_str(&all[kept..]);
        Cow::Owned(lines)
    }

    /// What is left when the stream ends, as one line.
    pub fn finish(&mut self) -> Option<String> {
        if self.partial.is_empty() {
            return None;
        }
        let mut line = normalised(&std::mem::take(&mut self.partial));
        if !line.ends_with('\n') {
            line.push('\n');
        }
        Some(line)
    }
}

/// Length of the tail that may be the beginning of a line ending: a CR, or an escape sequence that has not ended.
fn unfinished(text: &str) -> usize {
    if text.ends_with('\r') {
        return 1;
    }
    match text.rfind('\x1b') {
        Some(at) if could_grow(&text.as_bytes()[at..]) => text.len() - at,
        _ => 0,
    }
}

/// Whether `escape` may become a sequence that ends a line when more follows.
fn could_grow(escape: &[u8]) -> bool {
    let digits = |bytes: &[u8]| bytes.iter().all(|b| b.is_ascii_digit() || *b == b';');
    escape.len() < 16 && matches!(escape, [0x1b] | [0x1b, b'[', ..]) && digits(escape.get(2..).unwrap_or_default())
}

/// Every line ending as `\n`.
fn normalised(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(text.len());
    let mut copied = 0;
    let mut at = 0;
    while at < bytes.len() {
        match ending(&bytes[at..]) {
            0 => at += 1,
            length => {
                out.push_str(&text[copied..at]);
                out.push('\n');
                at += length;
                copied = at;
            }
        }
    }
    out.push_str(&text[copied..]);
    out
}

/// Length of the line ending that `bytes` begin with, other than `\n` itself.
fn ending(bytes: &[u8]) -> usize {
    match bytes {
        [b'\r', b'\n', ..] => 2,
        [b'\r', _, ..] => 1,
        [b'\x08', ..] => bytes.iter().take_while(|b| **b == b'\x08').count(),
        [b'\x1b', b'[', rest @ ..] => match rest {
            [b'u', ..] => 3,
            [b'2', b'J', ..] => 4,
            _ => cursor_move(rest).map_or(0, |length| length + 2),
        },
        _ => 0,
    }
}

/// Length of `ROW;COLUMN` and `H` or `f`.
fn cursor_move(bytes: &[u8]) -> Option<usize> {
    let digits = |bytes: &[u8]| bytes.iter().take_while(|b| b.is_ascii_digit()).count();
    let row = digits(bytes);
    let rest = bytes.get(row..)?.strip_prefix(b";")?;
    let column = digits(rest);
    let ends = matches!(rest.get(column), Some(b'H' | b'f'));
    (row > 0 && column > 0 && ends).then_some(row + 1 + column + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[derive(serde::Deserialize)]
    struct Case {
        side: String,
        description: String,
        chunks: Vec<String>,
        outputs_then_flush: Vec<serde_json::Value>,
    }

    #[test]
    fn recorded_boundaries_are_met() {
        let cases: Vec<Case> =
            serde_json::from_str(include_str!("../tests/data/line-boundaries.json")).expect("the data is JSON");
        let mut checked = 0;
        // Long texts are abbreviated in the data.
        let whole = |case: &&Case| case.side == "master" && case.chunks.iter().all(|chunk| !chunk.contains("...len="));
        for case in cases.iter().filter(whole) {
            let mut lines = Lines::default();
            let mut got: Vec<Option<String>> = Vec::new();
            for chunk in &case.chunks {
                let out = lines.add(chunk).into_owned();
                got.push((!out.is_empty()).then_some(out));
            }
            got.push(lines.finish());
            let wanted: Vec<Option<String>> = case
                .outputs_then_flush
                .iter()
                .map(|o| o.as_str().map(str::to_owned))
                .collect();
            assert_eq!(got, wanted, "{}", case.description);
            checked += 1;
        }
        assert!(checked >= 10, "only {checked} cases");
    }

    proptest! {
        // Without backspaces: a run of them is one ending only when it comes in one piece.
        #[test]
        fn cutting_does_not_matter(text in "([a-c]|\r|\n|\u{1b}\\[|[0-9;]|H|u|2J){0,40}", cuts in prop::collection::vec(0usize..40, 0..6)) {
            let whole = |chunks: &[&str]| {
                let mut lines = Lines::default();
                let mut out = String::new();
                for chunk in chunks {
                    out.push_str(&lines.add(chunk));
                }
                out.push_str(&lines.finish().unwrap_or_default());
                out
            };
            let mut cuts: Vec<usize> = cuts.into_iter().filter(|c| *c <= text.len()).collect();
            cuts.sort_unstable();
            let mut chunks = Vec::new();
            let mut from = 0;
            for cut in cuts {
                chunks.push(&text[from..cut]);
                from = cut;
            }
            chunks.push(&text[from..]);
            prop_assert_eq!(whole(&chunks), whole(&[&text]));
        }
    }
}
