//! Takes lines out of a piece of a log while it comes.
//!
//! A line can be a hundred megabytes long, and then so is the answer; of each line only the beginning is kept, so that no
//! more memory is used than for what can be shown.

use crate::Error;
use crate::http::Sink;

/// Most bytes of a line that are kept.
pub const LONGEST_LINE: usize = 64 << 10;
/// Most bytes of lines that are kept of an answer; what follows is asked for again.
const MOST_KEPT: usize = 8 << 20;
/// Most bytes of an answer that are read.
const MOST_READ: usize = 512 << 20;

/// Lines of a log, each with its end.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Lines {
    pub(crate) content: String,
    pub(crate) count: i64,
    /// More came than is kept.
    pub(crate) is_cut: bool,
}

/// Where in the answer one is.
#[derive(Clone, Copy, Debug, PartialEq)]
enum At {
    /// Between texts.
    Outside,
    /// In a text that is not the lines; whether the last character was a backslash.
    Other { escaped: bool },
    /// In the lines.
    Lines,
    /// After a backslash there.
    Escape,
    /// In `\uXXXX`: how many digits are missing, and what they are so far.
    Code { missing: u8, code: u16 },
}

/// Reads `{"logchunks":[{"content":"…"}]}` piece by piece.
pub(crate) struct Scan {
    at: At,
    depth: usize,
    read: usize,
    is_over: bool,
    /// The text just read, as long as it may be the name of a member.
    name: Vec<u8>,
    /// The first half of a character above U+FFFF.
    half: Option<u16>,
    found: Lines,
    /// Lines were found; a second list of lines is not looked at.
    is_found: bool,
    line: Vec<u8>,
    /// Bytes of the line that were not kept.
    surplus: usize,
}

impl Default for Scan {
    fn default() -> Scan {
        Scan {
            at: At::Outside,
            depth: 0,
            read: 0,
            is_over: false,
            name: Vec::new(),
            half: None,
            found: Lines::default(),
            is_found: false,
            line: Vec::new(),
            surplus: 0,
        }
    }
}

impl Sink for Scan {
    fn restart(&mut self) {
        *self = Scan::default();
    }

    fn take(&mut self, piece: &[u8]) -> Result<bool, Error> {
        self.read += piece.len();
        if self.read > MOST_READ {
            return Err(Error::TooBig(format!(
                "a piece of a log is larger than {} MiB",
                MOST_READ >> 20
            )));
        }
        let mut rest = piece;
        while !rest.is_empty() {
            let used = self.step(rest);
            rest = &rest[used..];
        }
        Ok(true)
    }

    fn is_whole(&self) -> bool {
        self.is_over
    }
}

impl Scan {
    /// The lines that came. None if the answer had no lines in it at all.
    pub(crate) fn lines(mut self) -> Option<Lines> {
        // A last line without an end is one all the same.
        if !self.line.is_empty() || self.surplus > 0 {
            self.end_line();
        }
        self.is_found.then_some(self.found)
    }

    /// Takes a few bytes; how many.
    fn step(&mut self, bytes: &[u8]) -> usize {
        let byte = bytes[0];
        match self.at {
            At::Outside => self.outside(byte),
            At::Other { escaped: true } => self.at = At::Other { escaped: false },
            At::Other { escaped: false } => return self.other(bytes),
            At::Lines => return self.plain(bytes),
            At::Escape => self.escape(byte),
            At::Code { missing, code } => self.code(missing, code, byte),
        }
        1
    }

    fn outside(&mut self, byte: u8) {
        match byte {
            b'{' | b'[' => self.depth += 1,
            b'}' | b']' => {
                self.depth = self.depth.saturating_sub(1);
                self.is_over |= self.depth == 0;
            }
            b'"' if self.name == b"content:" && !self.is_found => {
                self.is_found = true;
                self.at = At::Lines;
            }
            b'"' => {
                self.at = At::Other { escaped: false };
                self.name.clear();
            }
            b':' if self.name.len() < 8 => self.name.push(b':'),
            b' ' | b'\n' | b'\r' | b'\t' => {}
            _ => self.name.clear(),
        }
    }

    fn other(&mut self, bytes: &[u8]) -> usize {
        let end = memchr::memchr2(b'"', b'\\', bytes).unwrap_or(bytes.len());
        let room = 8_usize.saturating_sub(self.name.len());
        self.name.extend_from_slice(&bytes[..end.min(room)]);
        match bytes.get(end) {
            Some(b'"') => self.at = At::Outside,
            Some(_) => self.at = At::Other { escaped: true },
            None => return end,
        }
        end + 1
    }

    /// Lines up to the next backslash or the end of the text.
    fn plain(&mut self, bytes: &[u8]) -> usize {
        let end = memchr::memchr3(b'"', b'\\', b'\n', bytes).unwrap_or(bytes.len());
        if end > 0 {
            self.flush_half();
            self.push(&bytes[..end]);
        }
        match bytes.get(end) {
            Some(b'"') => {
                self.flush_half();
                self.name.clear();
                self.at = At::Outside;
            }
            // Not allowed in JSON, but a line has no line end in it whatever else it has.
            Some(b'\n') => {
                self.flush_half();
                self.end_line();
            }
            Some(_) => self.at = At::Escape,
            None => return end,
        }
        end + 1
    }

    fn escape(&mut self, byte: u8) {
        self.at = At::Lines;
        if byte == b'u' {
            self.at = At::Code { missing: 4, code: 0 };
            return;
        }
        self.flush_half();
        match byte {
            b'n' => self.end_line(),
            b't' => self.push(b"\t"),
            b'r' => self.push(b"\r"),
            b'b' => self.push(b"\x08"),
            b'f' => self.push(b"\x0c"),
            other => self.push(&[other]),
        }
    }

    fn code(&mut self, missing: u8, code: u16, byte: u8) {
        let digit = char::from(byte).to_digit(16).unwrap_or(0) as u16;
        let code = (code << 4) | digit;
        if missing > 1 {
            self.at = At::Code {
                missing: missing - 1,
                code,
            };
            return;
        }
        self.at = At::Lines;
        match (self.half.take(), code) {
            (Some(first), 0xdc00..=0xdfff) => {
                let code = 0x1_0000 + ((u32::from(first) - 0xd800) << 10) + (u32::from(code) - 0xdc00);
                self.push_char(char::from_u32(code));
            }
            (half, 0xd800..=0xdbff) => {
                self.push_lost(half);
                self.half = Some(code);
            }
            (half, 0x0a) => {
                self.push_lost(half);
                self.end_line();
            }
            (half, code) => {
                self.push_lost(half);
                self.push_char(char::from_u32(code.into()));
            }
        }
    }

    fn flush_half(&mut self) {
        let half = self.half.take();
        self.push_lost(half);
    }

    /// Half a character is none.
    fn push_lost(&mut self, half: Option<u16>) {
        if half.is_some() {
            self.push_char(None);
        }
    }

    fn push_char(&mut self, found: Option<char>) {
        let mut buffer = [0; 4];
        let text = found.unwrap_or(char::REPLACEMENT_CHARACTER).encode_utf8(&mut buffer);
        self.push(text.as_bytes());
    }

    fn push(&mut self, bytes: &[u8]) {
        let room = LONGEST_LINE.saturating_sub(self.line.len());
        let kept = bytes.len().min(room);
        self.line.extend_from_slice(&bytes[..kept]);
        self.surplus += bytes.len() - kept;
    }

    fn end_line(&mut self) {
        if self.found.content.len() < MOST_KEPT {
            let text = String::from_utf8_lossy(&self.line);
            self.found.content.push_str(&text);
            if self.surplus > 0 {
                self.found
                    .content
                    .push_str(&format!(" … and {} bytes more", self.surplus));
            }
            self.found.content.push('\n');
            self.found.count += 1;
        } else {
            self.found.is_cut = true;
        }
        self.line.clear();
        self.surplus = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn scanned(body: &[u8], cut: usize) -> (Option<Lines>, bool) {
        let mut scan = Scan::default();
        for piece in body.chunks(cut.max(1)) {
            scan.take(piece).unwrap();
        }
        let is_whole = scan.is_whole();
        (scan.lines(), is_whole)
    }

    fn body(content: &str) -> String {
        json!({"logchunks": [{"content": content, "firstline": 7, "logid": 3}], "meta": {}}).to_string()
    }

    #[test]
    fn lines_are_found_wherever_the_answer_is_cut() {
        let content = "oone\ne\"two\"\t\\ \u{1f600}é\nhthree\n";
        let escaped = r#"{ "meta": {"content": 1}, "logchunks" : [{"x":"content","content" : "a\ud83d\ude00\u00e9\/\u000ab\ud83dc\n"}]}"#;
        for cut in 1..40 {
            let (lines, is_whole) = scanned(body(content).as_bytes(), cut);
            let lines = lines.unwrap();
            assert_eq!((lines.content.as_str(), lines.count, is_whole), (content, 3, true));
            let lines = scanned(escaped.as_bytes(), cut).0.unwrap();
            assert_eq!(lines.content, "a\u{1f600}é/\nb\u{fffd}c\n", "cut at {cut}");
        }
    }

    #[test]
    fn an_answer_that_stops_early_is_not_whole() {
        let whole = body("oone\n");
        assert!(!scanned(&whole.as_bytes()[..whole.len() - 1], 100).1);
        assert_eq!(scanned(b"{\"logchunks\":[],\"meta\":{}}", 100), (None, true));
    }

    #[test]
    fn of_a_very_long_line_the_beginning_is_kept() {
        let content = format!("o{}\nonext\n", "x".repeat(3_000_000));
        let lines = scanned(body(&content).as_bytes(), 10_000).0.unwrap();
        assert_eq!(lines.count, 2);
        assert!(lines.content.len() < LONGEST_LINE + 100);
        let left_out = 3_000_001 - LONGEST_LINE;
        assert!(
            lines
                .content
                .contains(&format!(" … and {left_out} bytes more\nonext\n"))
        );
    }

    proptest! {
        #[test]
        fn lines_are_those_that_json_has(content in "([a-z\\\\\"\u{1}-\u{1f}é\u{1f600}]{0,9}\n){0,9}", cut in 1_usize..50) {
            let lines = scanned(body(&content).as_bytes(), cut).0.unwrap();
            prop_assert_eq!(&lines.content, &content);
            prop_assert_eq!(lines.count, content.matches('\n').count() as i64);
        }

        #[test]
        fn any_bytes_are_read_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..300), cut in 1_usize..50) {
            scanned(&bytes, cut);
            let mut inside = br#"{"content":""#.to_vec();
            inside.extend(bytes);
            scanned(&inside, cut);
        }
    }
}
