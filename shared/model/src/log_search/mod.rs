//! Finding a line in a piece of a log: a text, or an error. The whole piece is searched, not line by line.
//!
//! A piece begins at the start of a line and each of its lines ends in `\n`. In a `stdio` log each line begins with the
//! letter of its stream, which is never found; header lines (`h`) are never errors.

mod error_line;

use regex::bytes::{Regex, RegexBuilder};

/// What is looked for in a log.
#[derive(Clone, Debug)]
pub struct Sought(What);

#[derive(Clone, Debug)]
enum What {
    /// A text, in a `stdio` log not in the letter of the stream.
    Text { pattern: Regex, stdio: bool },
    /// A line that looks like an error.
    Error { stdio: bool },
}

impl Sought {
    /// A line that looks like the error of a compiler, a test runner or a build tool.
    pub fn error(stdio: bool) -> Sought {
        Sought(What::Error { stdio })
    }

    /// A text; letters match in either case unless `match_case`. `None` for what no line has: an empty text, one with a
    /// line end, and one that is too long.
    pub fn text(text: &str, match_case: bool, stdio: bool) -> Option<Sought> {
        if text.is_empty() || text.contains('\n') {
            return None;
        }
        let pattern = RegexBuilder::new(&regex::escape(text))
            .case_insensitive(!match_case)
            .build()
            .ok()?;
        Some(Sought(What::Text { pattern, stdio }))
    }

    /// Where, from `at` on, the first match is. `at` is the start of a line.
    fn next(&self, text: &[u8], mut at: usize) -> Option<usize> {
        match &self.0 {
            What::Error { stdio } => error_line::find(text, at, *stdio),
            What::Text { pattern, stdio } => loop {
                let start = pattern.find_at(text, at)?.start();
                if !stdio || (start > 0 && text[start - 1] != b'\n') {
                    return Some(start);
                }
                at = start + 1;
            },
        }
    }

    /// The first match in line `from` of the log or after it. The piece's first line is the log's `first_line`.
    pub fn forward(&self, first_line: i64, text: &str, from: i64) -> Option<i64> {
        let text = text.as_bytes();
        let start = self.next(text, after_lines(text, from - first_line))?;
        Some(first_line + lines(&text[..start]))
    }

    /// The last match in line `from` of the log or before it. The piece's first line is the log's `first_line`.
    pub fn backward(&self, first_line: i64, text: &str, from: i64) -> Option<i64> {
        let text = &text.as_bytes()[..after_lines(text.as_bytes(), from - first_line + 1)];
        let mut last = None;
        let mut at = 0;
        while let Some(start) = self.next(text, at) {
            last = Some(start);
            at = start + after_lines(&text[start..], 1);
        }
        Some(first_line + lines(&text[..last?]))
    }
}

/// Where the line begins that follows `lines` lines.
pub fn after_lines(text: &[u8], lines: i64) -> usize {
    match usize::try_from(lines) {
        Ok(lines) if lines > 0 => memchr::memchr_iter(b'\n', text)
            .nth(lines - 1)
            .map_or(text.len(), |end| end + 1),
        _ => 0,
    }
}

fn lines(text: &[u8]) -> i64 {
    memchr::memchr_iter(b'\n', text).count() as i64
}
