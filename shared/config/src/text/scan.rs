//! A light reading of the text: tokens, brackets and logical lines; never fails.

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A name or keyword.
    Name,
    /// A number.
    Number,
    /// A text literal with its prefix and quotes.
    Text,
    /// Anything else: brackets, operators, commas.
    Sign,
    /// The end of a logical line.
    End,
}

/// One token.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token<'t> {
    pub(crate) kind: Kind,
    pub(crate) text: &'t str,
    /// Byte offset of its beginning.
    pub(crate) at: usize,
    /// How many brackets are open around it; a bracket itself counts as outside.
    pub(crate) depth: usize,
}

impl Token<'_> {
    pub(crate) fn is(&self, text: &str) -> bool {
        self.kind != Kind::Text && self.text == text
    }

    pub(crate) fn end(&self) -> usize {
        self.at + self.text.len()
    }
}

/// Something that is wrong with brackets or quotes.
#[derive(Debug)]
pub(crate) struct Slip {
    pub(crate) at: usize,
    pub(crate) message: String,
    pub(crate) fix: String,
}

/// What was read.
#[derive(Debug, Default)]
pub(crate) struct Scan<'t> {
    pub(crate) tokens: Vec<Token<'t>>,
    pub(crate) slips: Vec<Slip>,
    /// Brackets were still open at the end, or did not match.
    pub(crate) unbalanced: bool,
    /// The text nests too deep to be read on.
    pub(crate) too_deep: bool,
}

/// What an open bracket does when a line at the margin looks like a new statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unclosed {
    /// Goes on to the end of the text.
    Ends,
    /// Is taken for forgotten, so that what follows can be read.
    Recovers,
}

/// Deeper than anybody writes, and far below what the parser's stack bears.
const MAX_DEPTH: usize = 100;

/// Longest first.
const SIGNS: [&str; 22] = [
    "**=", "//=", ">>=", "<<=", "...", "==", "!=", "<=", ">=", "+=", "-=", "*=", "/=", "%=", "|=", "&=", "^=", "**",
    "//", "->", ":=", "<<",
];

/// Reads `text`.
pub(crate) fn scan(text: &str, unclosed: Unclosed) -> Scan<'_> {
    let mut scanner = Scanner {
        text,
        at: 0,
        open: Vec::new(),
        out: Scan::default(),
        unclosed,
    };
    scanner.run();
    scanner.out
}

struct Scanner<'t> {
    text: &'t str,
    at: usize,
    /// Open brackets and where they are.
    open: Vec<(char, usize)>,
    out: Scan<'t>,
    unclosed: Unclosed,
}

impl<'t> Scanner<'t> {
    fn run(&mut self) {
        while let Some(c) = self.rest().chars().next() {
            match c {
                '\n' => self.newline(),
                '#' => self.at += self.rest().find('\n').unwrap_or(self.rest().len()),
                '\\' if self.rest().starts_with("\\\n") => self.at += 2,
                '\\' if self.rest().starts_with("\\\r\n") => self.at += 3,
                c if c.is_whitespace() => self.at += c.len_utf8(),
                '"' | '\'' => self.literal(0),
                c if c.is_alphabetic() || c == '_' => self.name(),
                c if c.is_ascii_digit() => self.number(),
                '(' | '[' | '{' => {
                    self.push(Kind::Sign, 1);
                    self.open.push((c, self.at - 1));
                    if self.open.len() > MAX_DEPTH {
                        self.slip(
                            self.at - 1,
                            format!("brackets are nested more than {MAX_DEPTH} deep"),
                            "give the inner parts names of their own",
                        );
                        self.out.too_deep = true;
                        return;
                    }
                }
                ')' | ']' | '}' => self.close(c),
                c => {
                    let length = SIGNS
                        .iter()
                        .find(|sign| self.rest().starts_with(**sign))
                        .map_or(c.len_utf8(), |sign| sign.len());
                    self.push(Kind::Sign, length);
                }
            }
        }
        self.forgotten();
        self.end_line();
    }

    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn push(&mut self, kind: Kind, length: usize) {
        self.out.tokens.push(Token {
            kind,
            text: &self.text[self.at..self.at + length],
            at: self.at,
            depth: self.open.len(),
        });
        self.at += length;
    }

    fn slip(&mut self, at: usize, message: String, fix: impl Into<String>) {
        self.out.slips.push(Slip {
            at,
            message,
            fix: fix.into(),
        });
    }

    fn newline(&mut self) {
        self.at += 1;
        if self.open.is_empty() {
            self.end_line();
        } else if self.unclosed == Unclosed::Recovers && begins_statement(self.rest()) {
            self.forgotten();
            self.end_line();
        }
    }

    /// Tells of every bracket that is open, and closes them.
    fn forgotten(&mut self) {
        let open = std::mem::take(&mut self.open);
        self.out.unbalanced |= !open.is_empty();
        if let Some((bracket, at)) = open.last() {
            self.slip(
                *at,
                format!("the '{bracket}' is never closed"),
                format!("add the missing '{}'", partner(*bracket)),
            );
        }
    }

    fn end_line(&mut self) {
        if self.out.tokens.last().is_some_and(|token| token.kind != Kind::End) {
            self.out.tokens.push(Token {
                kind: Kind::End,
                text: "",
                at: self.at,
                depth: 0,
            });
        }
    }

    fn close(&mut self, c: char) {
        match self.open.pop() {
            Some((bracket, _)) if partner(bracket) == c => {}
            Some((bracket, _)) => {
                self.out.unbalanced = true;
                self.slip(
                    self.at,
                    format!("'{c}' does not match the '{bracket}' before it"),
                    format!("write '{}' here, or close what is in between first", partner(bracket)),
                );
            }
            None => self.slip(
                self.at,
                format!("'{c}' closes nothing"),
                "remove it, or add what it should close",
            ),
        }
        self.push(Kind::Sign, 1);
    }

    fn name(&mut self) {
        let rest = self.rest();
        let length = rest
            .find(|c: char| !c.is_alphanumeric() && c != '_')
            .unwrap_or(rest.len());
        let prefix = length <= 2 && rest[..length].chars().all(|c| "rRbBfFuU".contains(c));
        if prefix && rest[length..].starts_with(['"', '\'']) {
            self.literal(length);
        } else {
            self.push(Kind::Name, length);
        }
    }

    fn number(&mut self) {
        let rest = self.rest();
        let mut length = rest
            .find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '.')
            .unwrap_or(rest.len());
        // 1e-5
        if rest[..length].ends_with(['e', 'E']) && !rest.starts_with("0x") && rest[length..].starts_with(['-', '+']) {
            let exponent = &rest[length + 1..];
            length += 1 + exponent.find(|c: char| !c.is_ascii_digit()).unwrap_or(exponent.len());
        }
        self.push(Kind::Number, length);
    }

    /// A text whose quotes begin `prefix` bytes from here.
    fn literal(&mut self, prefix: usize) {
        let body = &self.rest()[prefix..];
        let quote = &body[..1];
        let triple = quote.repeat(3);
        let (delimiter, long) = if body.starts_with(&triple) {
            (triple.as_str(), true)
        } else {
            (quote, false)
        };
        let mut i = delimiter.len();
        loop {
            let rest = &body[i..];
            match rest.chars().next() {
                None => break self.never_closed(prefix + i, long),
                Some('\n') if !long => break self.never_closed(prefix + i, long),
                Some('\\') => {
                    i += 1;
                    i += body[i..].chars().next().map_or(0, char::len_utf8);
                }
                Some(_) if rest.starts_with(delimiter) => break self.push(Kind::Text, prefix + i + delimiter.len()),
                Some(c) => i += c.len_utf8(),
            }
        }
    }

    fn never_closed(&mut self, length: usize, long: bool) {
        let fix = if long {
            "add the three quotes that end it"
        } else {
            "add the quote that ends it; a text of several lines stands between three quotes"
        };
        self.slip(self.at, "this text is never closed".to_owned(), fix);
        self.push(Kind::Text, length);
    }
}

fn partner(bracket: char) -> char {
    match bracket {
        '(' => ')',
        '[' => ']',
        _ => '}',
    }
}

/// Whether a line at the margin can hardly be the inside of a bracket.
fn begins_statement(rest: &str) -> bool {
    let line = rest.lines().next().unwrap_or("");
    let word = line
        .find(|c: char| !c.is_alphanumeric() && c != '_')
        .map_or(line, |end| &line[..end]);
    match word {
        "" => false,
        "def" | "class" | "import" | "from" | "return" | "while" | "try" | "with" => true,
        _ => {
            let rest = &line[word.len()..];
            rest.starts_with("['") || rest.starts_with("[\"") || rest.starts_with(" = ") || rest.starts_with(".append(")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<(Kind, &str)> {
        scan(text, Unclosed::Ends)
            .tokens
            .iter()
            .map(|token| (token.kind, token.text))
            .collect()
    }

    #[test]
    fn tokens_know_texts_names_numbers_and_signs() {
        assert_eq!(
            words("x = f\"a{b}\" + r'\\'' # no\ny=1e-5**2\n"),
            [
                (Kind::Name, "x"),
                (Kind::Sign, "="),
                (Kind::Text, "f\"a{b}\""),
                (Kind::Sign, "+"),
                (Kind::Text, "r'\\''"),
                (Kind::End, ""),
                (Kind::Name, "y"),
                (Kind::Sign, "="),
                (Kind::Number, "1e-5"),
                (Kind::Sign, "**"),
                (Kind::Number, "2"),
                (Kind::End, ""),
            ]
        );
    }

    #[test]
    fn brackets_join_lines_and_slips_have_places() {
        let scan = scan("a = [\n1,\n]\nb = (\nc = 'x\n", Unclosed::Recovers);
        let ends = scan.tokens.iter().filter(|token| token.kind == Kind::End).count();
        assert_eq!(ends, 3);
        let slips: Vec<_> = scan.slips.iter().map(|slip| (slip.at, slip.message.as_str())).collect();
        assert_eq!(
            slips,
            [(15, "the '(' is never closed"), (21, "this text is never closed")]
        );
    }
}
