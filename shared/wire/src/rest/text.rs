//! JSON as Buildbot writes it: keys sorted, everything outside ASCII as `\uXXXX`.

use model::Json;
use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter};
use std::io::{self, Write};

/// Without blanks: answers to clients that accept `application/json`, and event frames.
pub fn compact(value: &Json) -> String {
    write(value, CompactFormatter)
}

/// Indented by two blanks: answers to everybody else.
pub fn indented(value: &Json) -> String {
    write(value, PrettyFormatter::new())
}

/// With a blank after `,` and `:`, keys as they come: the JSON text inside a `_properties` row.
pub fn spaced(value: &Json) -> String {
    write(value, Spaced)
}

/// The same value with the keys of all objects in order.
pub fn sorted(mut value: Json) -> Json {
    value.sort_all_objects();
    value
}

fn write<F: Formatter>(value: &Json, inner: F) -> String {
    let mut out = Vec::with_capacity(256);
    let mut serializer = serde_json::Serializer::with_formatter(&mut out, Ascii(inner));
    value
        .serialize(&mut serializer)
        .expect("a JSON value can be written into memory");
    String::from_utf8(out).expect("only ASCII was written")
}

/// `", "` and `": "`.
struct Spaced;

impl Formatter for Spaced {
    fn begin_array_value<W: Write + ?Sized>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        if first { Ok(()) } else { out.write_all(b", ") }
    }

    fn begin_object_key<W: Write + ?Sized>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        if first { Ok(()) } else { out.write_all(b", ") }
    }

    fn begin_object_value<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        out.write_all(b": ")
    }
}

/// Any layout, with text reduced to ASCII.
struct Ascii<F>(F);

macro_rules! pass_on {
    ($($method:ident($($argument:ident: $type:ty),*);)+) => {$(
        fn $method<W: Write + ?Sized>(&mut self, out: &mut W $(, $argument: $type)*) -> io::Result<()> {
            self.0.$method(out $(, $argument)*)
        }
    )+};
}

impl<F: Formatter> Formatter for Ascii<F> {
    pass_on! {
        begin_array();
        end_array();
        begin_array_value(first: bool);
        end_array_value();
        begin_object();
        end_object();
        begin_object_key(first: bool);
        end_object_key();
        begin_object_value();
        end_object_value();
    }

    fn write_string_fragment<W: Write + ?Sized>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        let mut rest = fragment;
        while let Some((at, character)) = rest.char_indices().find(|(_, c)| !c.is_ascii()) {
            out.write_all(&rest.as_bytes()[..at])?;
            for unit in character.encode_utf16(&mut [0; 2]) {
                write!(out, "\\u{unit:04x}")?;
            }
            rest = &rest[at + character.len_utf8()..];
        }
        out.write_all(rest.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn three_layouts_of_one_value() {
        let value = sorted(json!({"b": [1, {"d": null, "c": "é😀"}], "a": []}));
        assert_eq!(
            compact(&value),
            r#"{"a":[],"b":[1,{"c":"\u00e9\ud83d\ude00","d":null}]}"#
        );
        assert_eq!(
            spaced(&value),
            r#"{"a": [], "b": [1, {"c": "\u00e9\ud83d\ude00", "d": null}]}"#
        );
        assert_eq!(
            indented(&value),
            "{\n  \"a\": [],\n  \"b\": [\n    1,\n    {\n      \"c\": \"\\u00e9\\ud83d\\ude00\",\n      \"d\": null\n    }\n  ]\n}"
        );
    }
}
