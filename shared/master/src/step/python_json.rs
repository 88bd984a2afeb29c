//! JSON as Buildbot writes it into files: a blank after each comma and colon, everything in ASCII.

use model::Json;
use serde::Serialize;
use serde_json::ser::Formatter;
use std::io::{self, Write};

/// `value` as text.
pub fn text(value: &Json) -> String {
    let mut bytes = Vec::new();
    let mut writer = serde_json::Serializer::with_formatter(&mut bytes, Spaced);
    match value.serialize(&mut writer) {
        Ok(()) => String::from_utf8_lossy(&bytes).into_owned(),
        // Writing a value into memory does not fail; its plain form says the same.
        Err(_) => value.to_string(),
    }
}

struct Spaced;

impl Formatter for Spaced {
    fn begin_array_value<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        separate(writer, first)
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        separate(writer, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b": ")
    }

    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let mut units = [0; 2];
        for letter in fragment.chars() {
            if letter.is_ascii() {
                writer.write_all(&[letter as u8])?;
            } else {
                for unit in letter.encode_utf16(&mut units) {
                    write!(writer, "\\u{unit:04x}")?;
                }
            }
        }
        Ok(())
    }
}

fn separate<W: ?Sized + Write>(writer: &mut W, first: bool) -> io::Result<()> {
    if first { Ok(()) } else { writer.write_all(b", ") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn it_is_written_as_python_writes_it() {
        assert_eq!(
            text(&json!({"a": [1, "zwölf", null, true, 1.5], "b": "\u{1f600}\n\""})),
            r#"{"a": [1, "zw\u00f6lf", null, true, 1.5], "b": "\ud83d\ude00\n\""}"#
        );
        assert_eq!(text(&json!({"a": {}, "b": []})), r#"{"a": {}, "b": []}"#);
    }
}
