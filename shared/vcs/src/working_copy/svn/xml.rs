//! The XML that Subversion prints, as a tree.

use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use std::collections::BTreeMap;

/// Elements in elements that are followed; Subversion has six.
const DEEPEST: usize = 32;

/// An element.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Element {
    name: String,
    attributes: BTreeMap<String, String>,
    /// Its text, without that of its children.
    pub(super) text: String,
    pub(super) children: Vec<Element>,
}

impl Element {
    /// An attribute.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(String::as_str)
    }

    /// The children with a name.
    pub(super) fn all<'here>(&'here self, name: &str) -> impl Iterator<Item = &'here Element> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The first child with a name.
    pub(super) fn child(&self, name: &str) -> Option<&Element> {
        self.all(name).next()
    }

    /// The text of a child.
    pub(super) fn text_of(&self, name: &str) -> Option<&str> {
        self.child(name).map(|child| child.text.as_str())
    }
}

/// Reads a document: its outermost element. `None` when it is no XML, or cut short.
pub(super) fn read(bytes: &[u8]) -> Option<Element> {
    let mut reader = quick_xml::Reader::from_str(std::str::from_utf8(bytes).ok()?);
    let mut open: Vec<Element> = vec![Element::default()];
    loop {
        match reader.read_event().ok()? {
            Event::Start(start) if open.len() < DEEPEST => open.push(element(&start)?),
            Event::Start(_) => return None,
            Event::Empty(start) => {
                let child = element(&start)?;
                open.last_mut()?.children.push(child);
            }
            Event::End(_) => {
                let child = open.pop()?;
                open.last_mut()?.children.push(child);
            }
            Event::Text(text) => open.last_mut()?.text.push_str(&text.xml10_content()),
            Event::CData(text) => open.last_mut()?.text.push_str(&text.xml10_content()),
            Event::GeneralRef(reference) => {
                let text = match reference.resolve_char_ref().ok()? {
                    Some(letter) => letter.to_string(),
                    None => quick_xml::escape::resolve_predefined_entity(&reference)?.to_owned(),
                };
                open.last_mut()?.text.push_str(&text);
            }
            Event::Eof => break,
            _ => {}
        }
    }
    match open.as_mut_slice() {
        [document] => document.children.pop(),
        _ => None,
    }
}

fn element(start: &BytesStart<'_>) -> Option<Element> {
    let mut element = Element {
        name: start.name().as_ref().to_owned(),
        ..Element::default()
    };
    for attribute in start.attributes() {
        let attribute = attribute.ok()?;
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).ok()?;
        element
            .attributes
            .insert(attribute.key.as_ref().to_owned(), value.into_owned());
    }
    Some(element)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_and_texts_lose_their_escapes() {
        let text = b"<?xml version=\"1.0\"?>\n<s>\n<e\n path=\"a&#10;&amp;\xc3\xbc\"><u>x&amp;y&#33;</u></e><f/></s>\n";
        let root = read(text).expect("a tree");
        let entry = root.child("e").expect("an entry");
        assert_eq!(entry.attribute("path"), Some("a\n&ü"));
        assert_eq!(entry.text_of("u"), Some("x&y!"));
        assert_eq!(read(b"<s><e>"), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            read(&bytes);
        }

        #[test]
        fn nearly_right_text_is_read(text in "(<[ab] ?(x=\"[&;#a]{0,3}\")?/?>|</[ab]>|&[a;#x0-9]{0,4}|t){0,40}") {
            read(text.as_bytes());
        }
    }
}
