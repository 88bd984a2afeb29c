//! A peer's elements to values.

use super::share::Shares;
use super::{Copied, Error, Luid, Passing, Value};
use crate::banana::Element;
use bytes::Bytes;

/// What a value may take, in bytes of memory, when nothing else is said: as much as an element of banana may.
pub const BUDGET: usize = 16 << 20;

/// What a value counts for besides the text in it. Never more than the elements that it was made of: only what is
/// repeated can make a value larger than its element was.
const NODE: usize = crate::banana::Limits::NODE;

/// The longest name of a type that an error repeats.
const SHOWN: usize = 64;

/// Makes a value of an element, which may take up to [`BUDGET`].
pub fn decode(element: Element, passing: &mut impl Passing) -> Result<Value, Error> {
    decode_within(BUDGET, element, passing)
}

/// Makes a value of an element. What it repeats counts anew each time, and once more for being kept.
pub fn decode_within(budget: usize, element: Element, passing: &mut impl Passing) -> Result<Value, Error> {
    let shares = Shares::new(budget);
    Reader { passing, shares }.value(element, 0)
}

struct Reader<'a, P> {
    passing: &'a mut P,
    shares: Shares,
}

type Parts = std::vec::IntoIter<Element>;

impl<P: Passing> Reader<'_, P> {
    fn value(&mut self, element: Element, depth: usize) -> Result<Value, Error> {
        self.shares.pay(NODE, depth)?;
        match element {
            Element::Int(integer) => Ok(Value::Int(integer)),
            Element::Float(float) => Ok(Value::Float(float)),
            Element::Bytes(bytes) => {
                self.shares.pay(bytes.len(), depth)?;
                Ok(Value::Bytes(bytes))
            }
            Element::List(parts) => self.typed(parts.into_iter(), depth),
        }
    }

    fn typed(&mut self, mut parts: Parts, depth: usize) -> Result<Value, Error> {
        let Some(Element::Bytes(tag)) = parts.next() else {
            return Err(Error::Untyped);
        };
        Ok(match tag.as_ref() {
            b"unicode" => Value::Text(self.text("unicode", parts)?),
            b"None" => {
                let [] = exactly("None", parts)?;
                Value::None
            }
            b"boolean" => truth(parts)?,
            b"list" => Value::List(self.items(parts, depth)?),
            b"tuple" => Value::Tuple(self.items(parts, depth)?),
            b"dictionary" => self.dictionary(parts, depth)?,
            b"remote" => self.passing.remote(number("remote", parts)?)?,
            b"local" => self.local(parts)?,
            b"reference" => self.reference(parts, depth)?,
            b"dereference" => self.shares.repeat(number("dereference", parts)?, depth)?,
            b"set" => Value::Set(self.items(parts, depth)?),
            b"frozenset" => Value::FrozenSet(self.items(parts, depth)?),
            b"datetime" => Value::DateTime(self.text("datetime", parts)?),
            b"date" => Value::Date(self.text("date", parts)?),
            b"time" => Value::Time(self.text("time", parts)?),
            b"timedelta" => Value::TimeDelta(self.text("timedelta", parts)?),
            b"decimal" => decimal(parts)?,
            b"class" => Value::Class(self.text("class", parts)?),
            dotted if dotted.contains(&b'.') => self.copied(&tag, parts, depth)?,
            unknown => return Err(Error::Insecure(shown(unknown))),
        })
    }

    fn items(&mut self, parts: Parts, depth: usize) -> Result<Vec<Value>, Error> {
        parts.map(|part| self.value(part, depth + 1)).collect()
    }

    fn dictionary(&mut self, parts: Parts, depth: usize) -> Result<Value, Error> {
        let mut pairs = Vec::with_capacity(parts.len());
        for part in parts {
            let Element::List(pair) = part else {
                return Err(Error::Malformed("dictionary"));
            };
            let [key, value] = exactly("dictionary", pair.into_iter())?;
            pairs.push((self.value(key, depth + 2)?, self.value(value, depth + 2)?));
        }
        Ok(Value::Dict(pairs))
    }

    fn text(&mut self, tag: &'static str, parts: Parts) -> Result<String, Error> {
        let [Element::Bytes(bytes)] = exactly(tag, parts)? else {
            return Err(Error::Malformed(tag));
        };
        self.shares.pay(bytes.len(), 0)?;
        owned(&bytes)
    }

    fn copied(&mut self, tag: &Bytes, parts: Parts, depth: usize) -> Result<Value, Error> {
        let [state] = exactly("copy", parts)?;
        self.shares.pay(tag.len(), depth)?;
        let class = owned(tag)?;
        let state = self.value(state, depth + 1)?;
        Ok(Value::Copy(Box::new(Copied { class, state })))
    }

    fn local(&mut self, parts: Parts) -> Result<Value, Error> {
        let [luid] = exactly("local", parts)?;
        let luid = Luid::from_element(&luid).ok_or(Error::Malformed("local"))?;
        self.passing.own(luid)
    }

    fn reference(&mut self, parts: Parts, depth: usize) -> Result<Value, Error> {
        let [id, value] = exactly("reference", parts)?;
        let begun = self.shares.begin(positive("reference", &id)?, depth)?;
        let value = self.value(value, depth)?;
        self.shares.give(begun, &value)?;
        Ok(value)
    }
}

/// The parts of a value that has exactly so many.
fn exactly<const N: usize>(tag: &'static str, parts: Parts) -> Result<[Element; N], Error> {
    let parts: Vec<Element> = parts.collect();
    parts.try_into().map_err(|_| Error::Malformed(tag))
}

fn number(tag: &'static str, parts: Parts) -> Result<i64, Error> {
    let [number] = exactly(tag, parts)?;
    positive(tag, &number)
}

fn positive(tag: &'static str, element: &Element) -> Result<i64, Error> {
    match Luid::from_element(element) {
        Some(Luid::Number(number)) => Ok(number),
        _ => Err(Error::Malformed(tag)),
    }
}

fn truth(parts: Parts) -> Result<Value, Error> {
    match exactly("boolean", parts)? {
        [Element::Bytes(word)] if word.as_ref() == b"true" => Ok(Value::Bool(true)),
        [Element::Bytes(word)] if word.as_ref() == b"false" => Ok(Value::Bool(false)),
        _ => Err(Error::Malformed("boolean")),
    }
}

fn decimal(parts: Parts) -> Result<Value, Error> {
    let [Element::Int(digits), Element::Int(exponent)] = exactly("decimal", parts)? else {
        return Err(Error::Malformed("decimal"));
    };
    let exponent = exponent.as_i64().ok_or(Error::Malformed("decimal"))?;
    Ok(Value::Decimal { digits, exponent })
}

fn owned(bytes: &Bytes) -> Result<String, Error> {
    let text = std::str::from_utf8(bytes).map_err(|_| Error::NotUtf8)?;
    Ok(text.to_owned())
}

fn shown(tag: &[u8]) -> String {
    String::from_utf8_lossy(&tag[..tag.len().min(SHOWN)]).into_owned()
}
