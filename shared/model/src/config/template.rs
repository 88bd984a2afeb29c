//! Reading an Interpolate template.
//!
//! The grammar is Python's `%` formatting with named parts, read as Buildbot reads the names:
//! `%(selector:key)s`, `%(selector:key:-text)s`, `:~`, `:+`, `:?|yes|no`, `:#?|yes|no`, where a text may hold parts.

use super::render::{Modifier, Part, RenderError, Selector};

/// Parts inside parts inside parts: more than anybody writes, few enough for any stack.
const MAX_DEPTH: usize = 16;

/// The parts of `template`.
pub(super) fn parse(template: &str) -> Result<Vec<Part>, RenderError> {
    let chars: Vec<char> = template.chars().collect();
    parts(&chars, 0, 0).map_err(|Wrong { at, reason }| RenderError::Template {
        template: template.to_owned(),
        at,
        reason,
    })
}

struct Wrong {
    at: usize,
    reason: String,
}

fn wrong<T>(at: usize, reason: impl Into<String>) -> Result<T, Wrong> {
    Err(Wrong {
        at,
        reason: reason.into(),
    })
}

/// Reads `chars`, which begin at `offset` of the whole template.
fn parts(chars: &[char], offset: usize, depth: usize) -> Result<Vec<Part>, Wrong> {
    if depth > MAX_DEPTH {
        return wrong(offset, format!("parts are nested more than {MAX_DEPTH} deep"));
    }
    let mut parts = Vec::new();
    let mut text = String::new();
    let mut i = 0;
    while i < chars.len() {
        if chars[i] != '%' {
            text.push(chars[i]);
            i += 1;
            continue;
        }
        match chars.get(i + 1) {
            Some('%') => {
                text.push('%');
                i += 2;
            }
            Some('s') => {
                flush(&mut text, &mut parts);
                parts.push(Part::Argument);
                i += 2;
            }
            Some('(') => {
                flush(&mut text, &mut parts);
                let end = closing(chars, i + 1).ok_or_else(|| Wrong {
                    at: offset + i,
                    reason: "the '(' is never closed; write %(prop:name)s".to_owned(),
                })?;
                if chars.get(end + 1) != Some(&'s') {
                    return wrong(offset + end, "an 's' must follow the ')'; write %(prop:name)s");
                }
                parts.push(value(&chars[i + 2..end], offset + i + 2, depth)?);
                i = end + 2;
            }
            _ => return wrong(offset + i, "a percent sign that stands for itself is written %%"),
        }
    }
    flush(&mut text, &mut parts);
    Ok(parts)
}

fn flush(text: &mut String, parts: &mut Vec<Part>) {
    if !text.is_empty() {
        parts.push(Part::Text(std::mem::take(text)));
    }
}

/// Where the parenthesis that opens at `open` is closed.
fn closing(chars: &[char], open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (i, c) in chars.iter().enumerate().skip(open) {
        match c {
            '(' => depth += 1,
            ')' => {
                depth -= 1;
                if depth == 0 {
                    return Some(i);
                }
            }
            _ => {}
        }
    }
    None
}

/// What stands between the parentheses.
fn value(inner: &[char], offset: usize, depth: usize) -> Result<Part, Wrong> {
    let (selector, rest) = split(inner).ok_or_else(|| Wrong {
        at: offset,
        reason: format!(
            "'{}' has no selector; write %(prop:{0})s for a property, or src:, kw:, secret:, worker:",
            text(inner)
        ),
    })?;
    let key_at = offset + selector.len() + 1;
    let (key, modifier) = match split(rest) {
        Some((key, modifier)) => (key, Some(modifier)),
        None => (rest, None),
    };
    let modifier_at = key_at + key.len() + 1;
    let (selector, modifier, modifier_at) = match text(selector).as_str() {
        "prop" => (
            Selector::Property(word(key, key_at, "property name")?),
            modifier,
            modifier_at,
        ),
        "kw" => (Selector::Keyword(word(key, key_at, "keyword")?), modifier, modifier_at),
        "secret" => (Selector::Secret(text(key)), modifier, modifier_at),
        "worker" => (Selector::Worker(text(key)), modifier, modifier_at),
        "src" => {
            let Some(rest) = modifier else {
                return wrong(
                    key_at,
                    format!(
                        "src needs a codebase and an attribute; write %(src::{0})s for the default codebase",
                        text(key)
                    ),
                );
            };
            let (attribute, modifier) = match split(rest) {
                Some((attribute, modifier)) => (attribute, Some(modifier)),
                None => (rest, None),
            };
            let source = Selector::Source {
                codebase: word(key, key_at, "codebase")?,
                attribute: word(attribute, modifier_at, "attribute")?,
            };
            (source, modifier, modifier_at + attribute.len() + 1)
        }
        other => {
            return wrong(
                offset,
                format!("'{other}' is no selector; they are prop, src, kw, secret and worker"),
            );
        }
    };
    let modifier = match modifier {
        None => Modifier::Plain,
        Some(chars) => read_modifier(chars, modifier_at, depth)?,
    };
    Ok(Part::Value { selector, modifier })
}

/// Before and after the first colon.
fn split(chars: &[char]) -> Option<(&[char], &[char])> {
    let colon = chars.iter().position(|c| *c == ':')?;
    Some((&chars[..colon], &chars[colon + 1..]))
}

fn text(chars: &[char]) -> String {
    chars.iter().collect()
}

/// Letters, digits, `_`, `-` and `.`; may be empty.
fn word(chars: &[char], at: usize, what: &str) -> Result<String, Wrong> {
    match chars
        .iter()
        .find(|c| !c.is_alphanumeric() && !matches!(c, '_' | '-' | '.'))
    {
        None => Ok(text(chars)),
        Some(c) => wrong(
            at,
            format!("'{c}' cannot be in a {what}; letters, digits, '_', '-' and '.' can"),
        ),
    }
}

fn read_modifier(chars: &[char], offset: usize, depth: usize) -> Result<Modifier, Wrong> {
    let nested = |from: usize| parts(&chars[from..], offset + from, depth + 1);
    match chars {
        ['-', ..] => Ok(Modifier::Default(nested(1)?)),
        ['~', ..] => Ok(Modifier::DefaultWhenFalse(nested(1)?)),
        ['+', ..] => Ok(Modifier::Replace(nested(1)?)),
        ['#', '?', ..] => choose(chars, 2, true, offset, depth),
        ['?', ..] => choose(chars, 1, false, offset, depth),
        _ => wrong(
            offset,
            "after the second ':' stands one of -text, ~text, +text, ?|yes|no, #?|yes|no",
        ),
    }
}

/// `|yes|no` from `at` on; the first character separates.
fn choose(chars: &[char], at: usize, truth: bool, offset: usize, depth: usize) -> Result<Modifier, Wrong> {
    let Some(delimiter) = chars.get(at) else {
        return wrong(offset, "'?' needs both texts; write ?|yes|no");
    };
    let yes_at = at + 1;
    let Some(length) = chars[yes_at..].iter().position(|c| c == delimiter) else {
        return wrong(
            offset,
            format!("'?' needs two texts separated by '{delimiter}'; write ?{delimiter}yes{delimiter}no"),
        );
    };
    let no_at = yes_at + length + 1;
    Ok(Modifier::Choose {
        truth,
        yes: parts(&chars[yes_at..yes_at + length], offset + yes_at, depth + 1)?,
        no: parts(&chars[no_at..], offset + no_at, depth + 1)?,
    })
}
