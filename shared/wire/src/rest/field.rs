//! What a resource's fields are called and what they hold (§6): the ground of filters and field selection.

use super::number;
use model::query::Value;

/// A kind of thing that REST serves.
#[derive(Debug, PartialEq, Eq)]
pub struct Resource {
    /// The key of the envelope, for example `builds`.
    pub plural: &'static str,
    /// All fields.
    pub fields: &'static [Field],
    /// Where filters, order and pages are applied.
    pub place: Place,
}

/// Where a collection is filtered and paged; it decides what comparisons with null mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// By the database, with SQL's rules: null is neither equal nor unequal to anything.
    Store,
    /// After all rows were read: null is unequal to every value.
    Memory,
}

/// One field.
#[derive(Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name on the wire.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
}

/// What a field holds, whether or not it can be null as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A whole number.
    Integer,
    /// Whole seconds since 1970 UTC.
    Time,
    /// True or false.
    Bool,
    /// Text.
    Text,
    /// Text of letters, digits and `.`, `_`, `-`, at most so many characters.
    Identifier(usize),
    /// A list of whole numbers.
    Integers,
    /// A list of texts.
    Texts,
    /// An object or a list of objects; cannot be compared.
    Object,
}

impl Resource {
    /// The field called `name`.
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}

impl Kind {
    /// The value that `text` means for a comparison with such a field, or `None` if it means none.
    pub fn value(self, text: &str) -> Option<Value> {
        match self {
            Kind::Integer | Kind::Time | Kind::Integers => number::parse(text).map(Value::Number),
            Kind::Bool => truth(text).map(Value::Bool),
            Kind::Text | Kind::Texts => Some(Value::Text(text.to_owned())),
            Kind::Identifier(longest) => is_identifier(text, longest).then(|| Value::Text(text.to_owned())),
            Kind::Object => None,
        }
    }
}

fn truth(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "on" | "true" | "yes" | "1" => Some(true),
        "off" | "false" | "no" | "0" => Some(false),
        _ => None,
    }
}

/// Whether `text` is an identifier: `^[a-zA-Z_-][.a-zA-Z0-9_-]*$`, at most `longest` characters.
pub fn is_identifier(text: &str, longest: usize) -> bool {
    let mut bytes = text.bytes();
    let first = |b: u8| b.is_ascii_alphabetic() || b == b'_' || b == b'-';
    text.len() <= longest
        && bytes.next().is_some_and(first)
        && bytes.all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-' || b == b'.')
}

/// A table of fields, one line each.
macro_rules! fields {
    ($($name:ident: $kind:expr),+ $(,)?) => {
        &[$($crate::rest::field::Field { name: stringify!($name), kind: $kind },)+]
    };
}
pub(crate) use fields;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_by_kind() {
        let text = |t: &str| Some(Value::Text(t.into()));
        for (kind, given, value) in [
            (Kind::Integer, "17", Some(Value::Number(17))),
            (Kind::Time, "-3", Some(Value::Number(-3))),
            (Kind::Integer, "null", None),
            (Kind::Integer, "", None),
            (Kind::Bool, "YES", Some(Value::Bool(true))),
            (Kind::Bool, "off", Some(Value::Bool(false))),
            (Kind::Bool, "maybe", None),
            (Kind::Text, "", text("")),
            (Kind::Identifier(50), "unit-tests.1", text("unit-tests.1")),
            (Kind::Identifier(50), "1st", None),
            (Kind::Identifier(3), "four", None),
            (Kind::Identifier(50), "two words", None),
            (Kind::Texts, "linux", text("linux")),
            (Kind::Object, "{}", None),
        ] {
            assert_eq!(kind.value(given), value, "{kind:?} of {given:?}");
        }
    }
}
