//! Plain values of Python.

use super::tokens::Token;
use std::collections::HashMap;
use std::path::Path;

/// A plain value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    None,
    Bool(bool),
    Number(i64),
    Text(String),
    /// Not plain; the line of its assignment.
    Unknown(usize),
}

/// What a variable is.
pub(super) type Variables = HashMap<String, Value>;

/// How the folder of the file itself is written.
const HERE: [&[&str]; 3] = [
    &["os", "path", "abspath", "os", "path", "dirname", "__file__"],
    &["os", "path", "dirname", "os", "path", "abspath", "__file__"],
    &["os", "path", "dirname", "os", "path", "realpath", "__file__"],
];

/// What the tokens of an expression on this line mean.
pub(super) fn value(tokens: &[Token], line: usize, variables: &Variables, folder: &Path) -> Value {
    match tokens {
        [Token::Sign("("), inner @ .., Token::Sign(")")] if !inner.contains(&Token::Sign("(")) => {
            value(inner, line, variables, folder)
        }
        [Token::Name(name)] => match name.as_str() {
            "None" => Value::None,
            "True" => Value::Bool(true),
            "False" => Value::Bool(false),
            name => variables.get(name).cloned().unwrap_or(Value::Unknown(line)),
        },
        [Token::Number(text)] => number(text).map_or(Value::Unknown(line), Value::Number),
        [Token::Sign("-"), Token::Number(text)] => number(text).map_or(Value::Unknown(line), |n| Value::Number(-n)),
        [Token::Text(_), ..] => texts(tokens).map_or(Value::Unknown(line), Value::Text),
        _ if is_here(tokens) => Value::Text(folder.to_string_lossy().into_owned()),
        _ => Value::Unknown(line),
    }
}

fn number(text: &str) -> Option<i64> {
    let text = text.replace('_', "").to_lowercase();
    let (digits, radix) = match text.get(..2) {
        Some("0o") => (&text[2..], 8),
        Some("0x") => (&text[2..], 16),
        Some("0b") => (&text[2..], 2),
        // Python 2 wrote 022 for what is 0o22 now.
        Some(old) if old.starts_with('0') => (&text[1..], 8),
        _ => (text.as_str(), 10),
    };
    i64::from_str_radix(digits, radix).ok()
}

/// Strings one after another are one.
fn texts(tokens: &[Token]) -> Option<String> {
    let text = |token: &Token| match token {
        Token::Text(text) => Some(text.clone()),
        _ => None,
    };
    tokens.iter().map(text).collect()
}

fn is_here(tokens: &[Token]) -> bool {
    let plain = |token: &Token| matches!(token, Token::Name(_) | Token::Sign("(" | ")" | "."));
    let names: Vec<&str> = tokens
        .iter()
        .filter_map(|token| match token {
            Token::Name(name) => Some(name.as_str()),
            _ => None,
        })
        .collect();
    tokens.iter().all(plain) && HERE.contains(&names.as_slice())
}
