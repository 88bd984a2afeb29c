//! Python's assignments of plain values, as far as they can be understood without running anything.

use super::Value;

/// What stands at the beginning of a text.
pub(super) enum Statement<'a> {
    /// A name gets a value.
    Assigns(String, Value, &'a str),
    /// Nothing, or a comment.
    Blank(&'a str),
    /// Something else; the rest begins with the next line.
    Other(&'a str),
}

pub(super) fn statement(text: &str) -> Statement<'_> {
    let next_line = text.split_once('\n').map_or("", |(_, rest)| rest);
    let line = text.lines().next().unwrap_or_default();
    if line.trim().is_empty() || line.trim_start().starts_with('#') {
        return Statement::Blank(next_line);
    }
    match assignment(text) {
        Some((name, value, rest)) => Statement::Assigns(name, value, rest),
        None => Statement::Other(next_line),
    }
}

fn assignment(text: &str) -> Option<(String, Value, &str)> {
    let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_'))?;
    let name = &text[..end];
    if name.is_empty() || name.starts_with(|c: char| c.is_numeric()) {
        return None;
    }
    let rest = blank(&text[end..]).strip_prefix('=')?;
    let (value, rest) = value(blank(rest))?;
    Some((name.to_owned(), value, end_of_line(rest)?))
}

fn value(text: &str) -> Option<(Value, &str)> {
    if let Some(inside) = text.strip_prefix('[') {
        return list(inside, ']');
    }
    if let Some(inside) = text.strip_prefix('(') {
        return list(inside, ')');
    }
    for (word, value) in [
        ("True", Value::Truth(true)),
        ("False", Value::Truth(false)),
        ("None", Value::Nothing),
    ] {
        if let Some(rest) = text.strip_prefix(word) {
            return Some((value, rest));
        }
    }
    let digits = text.strip_prefix('-').unwrap_or(text);
    let length = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    if length > 0 {
        let split = text.len() - digits.len() + length;
        return Some((Value::Number(text[..split].parse().ok()?), &text[split..]));
    }
    let (first, rest) = string(text)?;
    let (whole, rest) = adjacent(first, rest, blank);
    Some((Value::Text(whole), rest))
}

/// The elements of a list or tuple; a single text in parentheses is that text.
fn list(mut text: &str, close: char) -> Option<(Value, &str)> {
    let mut texts = Vec::new();
    let mut comma = close == ']';
    loop {
        text = space(text);
        if let Some(rest) = text.strip_prefix(close) {
            let value = match (texts.len(), comma) {
                (1, false) => Value::Text(texts.remove(0)),
                _ => Value::Texts(texts),
            };
            return Some((value, rest));
        }
        let (first, rest) = string(text)?;
        let (whole, rest) = adjacent(first, rest, space);
        texts.push(whole);
        text = space(rest);
        match text.strip_prefix(',') {
            Some(rest) => {
                comma = true;
                text = rest;
            }
            None if text.starts_with(close) => {}
            None => return None,
        }
    }
}

/// Texts that stand one after the other are one.
fn adjacent(first: String, rest: &str, between: fn(&str) -> &str) -> (String, &str) {
    let (mut whole, mut rest) = (first, rest);
    while let Some((more, after)) = string(between(rest)) {
        whole.push_str(&more);
        rest = after;
    }
    (whole, rest)
}

fn string(text: &str) -> Option<(String, &str)> {
    let (raw, text) = match text.as_bytes().first()? {
        b'r' | b'R' => (true, &text[1..]),
        b'u' | b'U' => (false, &text[1..]),
        _ => (false, text),
    };
    let quote = text.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    let long: String = std::iter::repeat_n(quote, 3).collect();
    let fence = if text.starts_with(&long) {
        &text[..3]
    } else {
        &text[..1]
    };
    let inside = &text[fence.len()..];
    let mut read = String::new();
    let mut at = 0;
    while at < inside.len() {
        let rest = &inside[at..];
        if let Some(after) = rest.strip_prefix(fence) {
            return Some((read, after));
        }
        let c = rest.chars().next()?;
        at += c.len_utf8();
        match c {
            '\n' if fence.len() == 1 => return None,
            '\\' => {
                let escaped = rest[1..].chars().next()?;
                at += escaped.len_utf8();
                escape(escaped, raw, &mut read)?;
            }
            c => read.push(c),
        }
    }
    None
}

/// What a backslash and a letter stand for. Escapes by number are not understood: nobody needs them here.
fn escape(letter: char, raw: bool, read: &mut String) -> Option<()> {
    if raw {
        read.push('\\');
        read.push(letter);
        return Some(());
    }
    match letter {
        '\n' => {}
        '\\' | '\'' | '"' => read.push(letter),
        'n' => read.push('\n'),
        't' => read.push('\t'),
        'r' => read.push('\r'),
        c if c.is_ascii_alphanumeric() => return None,
        c => {
            read.push('\\');
            read.push(c);
        }
    }
    Some(())
}

/// After blanks of this line.
fn blank(text: &str) -> &str {
    text.trim_start_matches([' ', '\t'])
}

/// After blanks, line ends and comments: within brackets.
fn space(mut text: &str) -> &str {
    loop {
        text = text.trim_start();
        match text.strip_prefix('#') {
            Some(comment) => text = comment.split_once('\n').map_or("", |(_, rest)| rest),
            None => return text,
        }
    }
}

/// What follows the line, when nothing but a comment is left of it.
fn end_of_line(text: &str) -> Option<&str> {
    let rest = blank(text);
    let rest = rest.strip_prefix('\r').unwrap_or(rest);
    let rest = rest.strip_prefix(';').map_or(rest, blank);
    if rest.is_empty() {
        return Some("");
    }
    if rest.starts_with('#') {
        return Some(rest.split_once('\n').map_or("", |(_, rest)| rest));
    }
    rest.strip_prefix('\n')
}
