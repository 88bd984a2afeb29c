//! Values to bytes, the same bytes that Twisted writes; each value in full, however often it occurs (§2).

use super::{DEPTH_LIMIT, Error, Luid, Passing, Value};
use crate::banana::{Encoder, Integer};

/// Writes a value to the end of what `out` writes to. After an error that end is no whole element: cut it off.
pub fn encode(value: &Value, passing: &mut impl Passing, out: &mut Encoder<'_>) -> Result<(), Error> {
    Writer { passing, out }.value(value, 0)
}

struct Writer<'a, 'b, P> {
    passing: &'a mut P,
    out: &'a mut Encoder<'b>,
}

impl<P: Passing> Writer<'_, '_, P> {
    fn value(&mut self, value: &Value, depth: usize) -> Result<(), Error> {
        if depth > DEPTH_LIMIT {
            return Err(Error::TooDeep);
        }
        match value {
            Value::None => self.head("None", 0)?,
            Value::Bool(truth) => self.tagged("boolean", if *truth { b"true" } else { b"false" })?,
            Value::Int(integer) => self.out.int(integer),
            Value::Float(float) => self.out.float(*float),
            Value::Bytes(bytes) => self.out.bytes(bytes)?,
            Value::Text(text) => self.tagged("unicode", text.as_bytes())?,
            Value::List(items) => self.items("list", items, depth)?,
            Value::Tuple(items) => self.items("tuple", items, depth)?,
            Value::Dict(pairs) => self.pairs(pairs, depth)?,
            Value::Set(items) => self.items("set", items, depth)?,
            Value::FrozenSet(items) => self.items("frozenset", items, depth)?,
            Value::DateTime(text) => self.tagged("datetime", text.as_bytes())?,
            Value::Date(text) => self.tagged("date", text.as_bytes())?,
            Value::Time(text) => self.tagged("time", text.as_bytes())?,
            Value::TimeDelta(text) => self.tagged("timedelta", text.as_bytes())?,
            Value::Decimal { digits, exponent } => {
                self.head("decimal", 2)?;
                self.out.int(digits);
                self.out.int(&Integer::from(*exponent));
            }
            Value::Class(name) => self.tagged("class", name.as_bytes())?,
            Value::Copy(copied) => {
                self.head(&copied.class, 1)?;
                self.value(&copied.state, depth + 1)?;
            }
            Value::Object(object) => {
                let luid = self.passing.export(object)?;
                self.head("remote", 1)?;
                self.out.int(&Integer::from(luid));
            }
            Value::Remote(reference) => {
                let luid = self.passing.local(reference)?;
                self.head("local", 1)?;
                match luid {
                    Luid::Root => self.out.bytes(b"root")?,
                    Luid::Number(number) => self.out.int(&Integer::from(number)),
                }
            }
        }
        Ok(())
    }

    /// A list that begins with a tag, before `more` elements.
    fn head(&mut self, tag: &str, more: usize) -> Result<(), Error> {
        self.out.list(more + 1)?;
        Ok(self.out.bytes(tag.as_bytes())?)
    }

    fn tagged(&mut self, tag: &str, bytes: &[u8]) -> Result<(), Error> {
        self.head(tag, 1)?;
        Ok(self.out.bytes(bytes)?)
    }

    fn items(&mut self, tag: &str, items: &[Value], depth: usize) -> Result<(), Error> {
        self.head(tag, items.len())?;
        items.iter().try_for_each(|item| self.value(item, depth + 1))
    }

    /// A dictionary nests twice: each of its pairs is a list.
    fn pairs(&mut self, pairs: &[(Value, Value)], depth: usize) -> Result<(), Error> {
        self.head("dictionary", pairs.len())?;
        for (key, value) in pairs {
            self.out.list(2)?;
            self.value(key, depth + 2)?;
            self.value(value, depth + 2)?;
        }
        Ok(())
    }
}
