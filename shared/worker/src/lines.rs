//! Whole lines out of whatever arrives (§4.5).
//!
//! The last partial line is held back. What moves a terminal's cursor to a line's beginning counts as an end of line:
//! CR LF, a CR with something after it, cursor restore and move, clear screen, a run of backspaces. A line longer than
//! [`LONGEST`] characters is cut into several, and nothing of it is lost. How the text was cut into pieces does not
//! change what comes out.

use crate::decoder::Decoder;
use memchr::{memchr_iter, memchr3};

/// Characters of a line without its end.
pub const LONGEST: usize = 4095;

/// Longest escape sequence that is waited for; more digits than this are no cursor position.
const LONGEST_ESCAPE: usize = 32;

/// The splitter of one stream.
#[derive(Debug, Default)]
pub struct Lines {
    decoder: Decoder,
    /// The line that has no end yet.
    partial: String,
    /// Its characters, at most [`LONGEST`].
    length: usize,
    /// What may turn out to be an end of line: a CR, or the beginning of an escape sequence.
    undecided: String,
    /// The last thing was a backspace, which has ended the line already.
    in_backspaces: bool,
}

/// What an escape character begins.
enum Escape {
    /// An end of line, so many bytes long.
    End(usize),
    /// Something else.
    Other,
    /// Not known yet.
    Incomplete,
}

impl Lines {
    /// Takes the stream's next bytes and appends the lines that they complete to `out`.
    pub fn push(&mut self, bytes: &[u8], out: &mut String) {
        let mut decoder = std::mem::take(&mut self.decoder);
        decoder.decode(bytes, |text| self.push_text(text, out));
        self.decoder = decoder;
    }

    /// The same for text.
    pub fn push_text(&mut self, text: &str, out: &mut String) {
        if self.undecided.is_empty() {
            return self.scan(text, out);
        }
        let mut joined = std::mem::take(&mut self.undecided);
        joined.push_str(text);
        self.scan(&joined, out);
    }

    /// At the stream's end: appends the line that has none, with an end.
    pub fn finish(&mut self, out: &mut String) {
        let mut decoder = std::mem::take(&mut self.decoder);
        decoder.finish(|text| self.push_text(text, out));
        match std::mem::take(&mut self.undecided).as_str() {
            "" => {}
            "\r" => self.end_line(out),
            escape => self.plain(escape, out),
        }
        if !self.partial.is_empty() {
            self.end_line(out);
        }
    }

    fn scan(&mut self, mut text: &str, out: &mut String) {
        loop {
            let at = memchr3(b'\r', 0x08, 0x1b, text.as_bytes()).unwrap_or(text.len());
            let (plain, rest) = text.split_at(at);
            self.plain(plain, out);
            let used = match rest.as_bytes() {
                [] => return,
                [b'\r'] => return self.undecided.push('\r'),
                [b'\r', next, ..] => {
                    self.in_backspaces = false;
                    self.end_line(out);
                    if *next == b'\n' { 2 } else { 1 }
                }
                [0x08, ..] => {
                    if !std::mem::replace(&mut self.in_backspaces, true) {
                        self.end_line(out);
                    }
                    1
                }
                bytes => match escape(bytes) {
                    Escape::Incomplete => return self.undecided.push_str(rest),
                    Escape::Other => {
                        self.plain("\x1b", out);
                        1
                    }
                    Escape::End(length) => {
                        self.in_backspaces = false;
                        self.end_line(out);
                        length
                    }
                },
            };
            text = &rest[used..];
        }
    }

    /// Text with no end of line in it but LF.
    fn plain(&mut self, text: &str, out: &mut String) {
        if text.is_empty() {
            return;
        }
        self.in_backspaces = false;
        let (mut copied, mut start) = (0, 0);
        for end in memchr_iter(b'\n', text.as_bytes()) {
            // Lines that are whole and short are copied together, which is nearly always all of them.
            if !self.partial.is_empty() || end - start > LONGEST {
                out.push_str(&text[copied..start]);
                self.piece(&text[start..end], out);
                self.end_line(out);
                copied = end + 1;
            }
            start = end + 1;
        }
        out.push_str(&text[copied..start]);
        self.piece(&text[start..], out);
    }

    /// More of the line that has no end yet.
    fn piece(&mut self, mut text: &str, out: &mut String) {
        loop {
            let room = LONGEST - self.length;
            match text.char_indices().nth(room) {
                None => {
                    self.partial.push_str(text);
                    self.length += text.chars().count();
                    return;
                }
                Some((cut, _)) => {
                    self.partial.push_str(&text[..cut]);
                    self.end_line(out);
                    text = &text[cut..];
                }
            }
        }
    }

    fn end_line(&mut self, out: &mut String) {
        out.push_str(&self.partial);
        out.push('\n');
        self.partial.clear();
        self.length = 0;
    }
}

/// `ESC [ u`, `ESC [ 2 J`, and `ESC [ digits ; digits` with `H` or `f`.
fn escape(bytes: &[u8]) -> Escape {
    let bytes = &bytes[..bytes.len().min(LONGEST_ESCAPE)];
    let whole = |length| {
        if length > bytes.len() {
            Escape::Incomplete
        } else {
            Escape::End(length)
        }
    };
    let digits = |from: usize| bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let incomplete = if bytes.len() < LONGEST_ESCAPE {
        Escape::Incomplete
    } else {
        Escape::Other
    };
    match bytes {
        [_] | [_, b'['] => return Escape::Incomplete,
        [_, b'[', b'u', ..] => return whole(3),
        [_, b'[', b'2', b'J', ..] => return whole(4),
        [_, b'[', ..] => {}
        _ => return Escape::Other,
    }
    let row = digits(2);
    match bytes.get(2 + row) {
        None => return incomplete,
        Some(b';') if row > 0 => {}
        Some(_) => return Escape::Other,
    }
    let column = digits(3 + row);
    match bytes.get(3 + row + column) {
        None => incomplete,
        Some(b'H' | b'f') if column > 0 => Escape::End(4 + row + column),
        Some(_) => Escape::Other,
    }
}
