//! Python text as statements of words.

use super::TacError;

/// A word of Python.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    /// `name`.
    Name(String),
    /// `"text"`.
    Text(String),
    /// `0o22`, as written.
    Number(String),
    /// `(`, `=`, `==`.
    Sign(&'static str),
    /// A string with a prefix or an escape, or a sign, that plain values do not have.
    Odd(String),
}

/// A statement on one logical line.
#[derive(Debug)]
pub(super) struct Statement {
    /// Where it begins, from 1.
    pub(super) line: usize,
    /// Whether it stands in a block.
    pub(super) indented: bool,
    pub(super) tokens: Vec<Token>,
}

impl Statement {
    /// Its beginning, for messages: without texts, which may be secret.
    pub(super) fn shown(&self) -> String {
        let mut shown = String::new();
        let mut after_word = false;
        for token in self.tokens.iter().take(12) {
            let (word, text) = match token {
                Token::Name(text) | Token::Number(text) => (true, text.as_str()),
                Token::Text(_) => (true, "\"…\""),
                Token::Sign(sign) => (false, *sign),
                Token::Odd(text) => (false, text.as_str()),
            };
            if word && after_word {
                shown.push(' ');
            }
            shown.push_str(text);
            after_word = word;
        }
        shown
    }
}

const SIGNS: [&str; 13] = ["==", "(", ")", "[", "]", "{", "}", "=", ",", ":", ".", "-", ";"];

/// Takes a text apart.
pub(super) fn statements(text: &str) -> Result<Vec<Statement>, TacError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n");
    let mut scanner = Scanner {
        rest: &text,
        line: 1,
        open: Vec::new(),
    };
    let mut statements = Vec::new();
    while !scanner.rest.is_empty() {
        if let Some(statement) = scanner.statement()? {
            statements.push(statement);
        }
    }
    Ok(statements)
}

struct Scanner<'a> {
    rest: &'a str,
    line: usize,
    /// The signs that will close the open brackets, the innermost last.
    open: Vec<&'static str>,
}

impl<'a> Scanner<'a> {
    /// The next logical line; none when it is empty.
    fn statement(&mut self) -> Result<Option<Statement>, TacError> {
        let line = self.line;
        let indented = self.rest.starts_with([' ', '\t']);
        let mut tokens = Vec::new();
        while let Some(next) = self.rest.chars().next() {
            match next {
                '\n' => {
                    self.line += 1;
                    self.skip(1);
                    if self.open.is_empty() {
                        break;
                    }
                }
                '\\' if self.rest.starts_with("\\\n") => {
                    self.line += 1;
                    self.skip(2);
                }
                '#' => self.skip(self.rest.find('\n').unwrap_or(self.rest.len())),
                c if c.is_whitespace() => self.skip(c.len_utf8()),
                _ => tokens.push(self.token()?),
            }
        }
        if self.rest.is_empty() && !self.open.is_empty() {
            return Err(TacError::new(line, "a bracket is opened and not closed"));
        }
        Ok((!tokens.is_empty()).then_some(Statement { line, indented, tokens }))
    }

    fn skip(&mut self, bytes: usize) {
        self.rest = &self.rest[bytes..];
    }

    fn token(&mut self) -> Result<Token, TacError> {
        let word_end = |text: &str| {
            text.find(|c: char| !c.is_alphanumeric() && c != '_')
                .unwrap_or(text.len())
        };
        let rest = self.rest;
        if rest.starts_with(['"', '\'']) {
            return self.string("");
        }
        if rest.starts_with(|c: char| c.is_alphabetic() || c == '_') {
            let (word, after) = rest.split_at(word_end(rest));
            self.rest = after;
            if after.starts_with(['"', '\'']) && word.len() <= 2 {
                return self.string(word);
            }
            return Ok(Token::Name(word.to_owned()));
        }
        if rest.starts_with(|c: char| c.is_ascii_digit()) {
            let end = rest
                .find(|c: char| !c.is_alphanumeric() && c != '_' && c != '.')
                .unwrap_or(rest.len());
            self.skip(end);
            return Ok(Token::Number(rest[..end].to_owned()));
        }
        if let Some(sign) = SIGNS.into_iter().find(|sign| rest.starts_with(sign)) {
            self.bracket(sign)?;
            self.skip(sign.len());
            return Ok(Token::Sign(sign));
        }
        let odd = rest.chars().next().unwrap_or(' ');
        self.skip(odd.len_utf8());
        Ok(Token::Odd(odd.to_string()))
    }

    /// Notes what a bracket opens or closes; other signs do neither.
    fn bracket(&mut self, sign: &str) -> Result<(), TacError> {
        match sign {
            "(" => self.open.push(")"),
            "[" => self.open.push("]"),
            "{" => self.open.push("}"),
            ")" | "]" | "}" => match self.open.pop() {
                Some(due) if due == sign => {}
                Some(due) => {
                    let reason = format!("'{sign}' stands where a bracket is to be closed by '{due}'");
                    return Err(TacError::new(self.line, reason));
                }
                None => return Err(TacError::new(self.line, format!("'{sign}' closes nothing"))),
            },
            _ => {}
        }
        Ok(())
    }

    /// A string, whose prefix was read already.
    fn string(&mut self, prefix: &str) -> Result<Token, TacError> {
        let line = self.line;
        let quote = &self.rest[..1];
        let triple = self.rest.starts_with(&quote.repeat(3));
        let end = if triple { quote.repeat(3) } else { quote.to_owned() };
        self.skip(end.len());
        let raw = prefix.eq_ignore_ascii_case("r");
        let mut odd = !(raw || prefix.is_empty() || prefix.eq_ignore_ascii_case("u"));
        let mut text = String::new();
        while !self.rest.starts_with(&end) {
            match self.rest.chars().next() {
                None => return Err(TacError::new(line, "a string is not closed")),
                Some('\n') if !triple => return Err(TacError::new(line, "a string is not closed on its line")),
                Some('\\') => odd |= !self.escape(raw, &mut text),
                Some(other) => {
                    self.line += usize::from(other == '\n');
                    text.push(other);
                    self.skip(other.len_utf8());
                }
            }
        }
        self.skip(end.len());
        Ok(if odd {
            Token::Odd(format!("{prefix}{quote}…{quote}"))
        } else {
            Token::Text(text)
        })
    }

    /// An escape in a string; false when it is one that is not understood.
    fn escape(&mut self, raw: bool, text: &mut String) -> bool {
        self.skip(1);
        let Some(next) = self.rest.chars().next() else {
            return true;
        };
        self.skip(next.len_utf8());
        self.line += usize::from(next == '\n');
        if raw {
            text.extend(['\\', next]);
            return true;
        }
        match next {
            '\n' => {}
            'n' => text.push('\n'),
            't' => text.push('\t'),
            'r' => text.push('\r'),
            '\\' | '\'' | '"' => text.push(next),
            'x' | 'u' | 'U' => return self.code(next, text),
            '0'..='7' | 'a' | 'b' | 'f' | 'v' | 'N' => return false,
            other => text.extend(['\\', other]),
        }
        true
    }

    /// `\xe9`, `\u00e9`, `\U000000e9`.
    fn code(&mut self, kind: char, text: &mut String) -> bool {
        let digits = match kind {
            'x' => 2,
            'u' => 4,
            _ => 8,
        };
        let code = self
            .rest
            .get(..digits)
            .and_then(|code| u32::from_str_radix(code, 16).ok());
        let Some(character) = code.and_then(char::from_u32) else {
            return false;
        };
        self.skip(digits);
        text.push(character);
        true
    }
}
