//! The tags of a program's XML, in order. Text between them is of no interest here.

/// A tag that begins or stands alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    /// Its name.
    pub name: String,
    attributes: Vec<(String, String)>,
}

impl Tag {
    /// The value of an attribute.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// All tags of `text`; what is none is passed over.
pub fn tags(text: &str) -> Vec<Tag> {
    let mut all = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once('<') {
        let Some(length) = end_of_tag(after) else { break };
        let inside = &after[..length];
        rest = &after[length..];
        if inside.starts_with(|first: char| first.is_alphabetic()) {
            all.push(tag(inside));
        }
    }
    all
}

/// Where the tag ends, not counting a `>` inside quotes.
fn end_of_tag(text: &str) -> Option<usize> {
    let mut quote = None;
    text.char_indices()
        .find(|(_, character)| match (quote, character) {
            (None, '>') => true,
            (None, '"' | '\'') => {
                quote = Some(*character);
                false
            }
            (Some(open), character) if open == *character => {
                quote = None;
                false
            }
            _ => false,
        })
        .map(|(at, _)| at)
}

fn tag(inside: &str) -> Tag {
    let name = inside
        .split(|c: char| c.is_whitespace() || c == '/')
        .next()
        .unwrap_or_default();
    let mut attributes = Vec::new();
    let mut rest = &inside[name.len()..];
    while let Some((key, after)) = rest.split_once('=') {
        let after = after.trim_start();
        let Some(quote) = after.chars().next().filter(|first| matches!(first, '"' | '\'')) else {
            break;
        };
        let Some((value, after)) = after[1..].split_once(quote) else {
            break;
        };
        attributes.push((key.trim().to_owned(), plain(value)));
        rest = after;
    }
    Tag {
        name: name.to_owned(),
        attributes,
    }
}

/// The value with its entities replaced. An unknown one stays as it stands.
fn plain(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut rest = value;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        match after
            .split_once(';')
            .and_then(|(name, after)| Some((entity(name)?, after)))
        {
            Some((character, after)) => {
                out.push(character);
                rest = after;
            }
            None => {
                out.push('&');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

fn entity(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix('x') {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => number.parse(),
            };
            char::from_u32(code.ok()?)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn attributes_are_read_with_their_entities() {
        let found = tags("<?xml v='1'?><a\n  x=\"1 &lt; 2 &#233;&#xe9; &no; &\" y='>'>text</a><b/>");
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].attribute("x"), Some("1 < 2 éé &no; &"));
        assert_eq!(found[0].attribute("y"), Some(">"));
        assert_eq!((found[1].name.as_str(), found[1].attribute("x")), ("b", None));
    }

    proptest! {
        #[test]
        fn no_text_is_too_strange(text in "[<>&;#x='\" a-cé/]{0,60}") {
            tags(&text);
        }

        #[test]
        fn a_value_comes_back(value in "\\PC{0,40}") {
            let written = value.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
            let found = tags(&format!("<a v=\"{written}\"/>"));
            prop_assert_eq!(found[0].attribute("v"), Some(value.as_str()));
        }
    }
}
