//! Reading MessagePack that another program wrote, with limits.
//!
//! Nothing is allocated because a length was announced: what is announced must be there, and the number and depth of
//! values are bounded. Bytes are not copied.

use super::limits::{DEPTH, VALUES};
use bytes::Bytes;
use rmp::Marker;
use wire::worker::Value;

/// What a message should be and is not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// It ends too soon, or announces more than there is.
    #[error("it ends in the middle of a value")]
    Truncated,
    /// Something follows.
    #[error("{0} bytes follow its end")]
    Trailing(usize),
    /// Lists in lists in lists.
    #[error("its values are nested more than {DEPTH} deep")]
    Depth,
    /// Too many values.
    #[error("it has more than {VALUES} values")]
    Count,
    /// Text is not UTF-8.
    #[error("a text in it is not UTF-8")]
    Utf8,
    /// A type of MessagePack that the protocol does not use.
    #[error("it has a value of a type that the protocol does not know (0x{0:02x})")]
    Type(u8),
    /// It is of another type.
    #[error("{wanted} should be where {got} is")]
    Wanted {
        /// What would be right.
        wanted: &'static str,
        /// What is there.
        got: &'static str,
    },
}

/// A place in a message.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    bytes: &'a Bytes,
    at: usize,
    /// How many more values there may be.
    left: usize,
}

/// What begins at a place: the value itself, or how long it is.
enum Head {
    Whole(Value),
    Text(usize),
    Bytes(usize),
    List(usize),
    Dict(usize),
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a Bytes) -> Reader<'a> {
        Reader {
            bytes,
            at: 0,
            left: VALUES,
        }
    }

    /// Fails when something is left.
    pub(super) fn finish(self) -> Result<(), DecodeError> {
        match self.bytes.len() - self.at {
            0 => Ok(()),
            rest => Err(DecodeError::Trailing(rest)),
        }
    }

    /// The value that begins here.
    pub(super) fn value(&mut self) -> Result<Value, DecodeError> {
        self.nested(DEPTH)
    }

    /// A value's bytes, checked but not understood.
    pub(super) fn raw(&mut self) -> Result<Bytes, DecodeError> {
        let from = self.at;
        self.skip(DEPTH)?;
        Ok(self.bytes.slice(from..self.at))
    }

    /// The length of the list that begins here.
    pub(super) fn list(&mut self) -> Result<usize, DecodeError> {
        match self.head()? {
            Head::List(length) => Ok(length),
            other => Err(other.instead_of("a list")),
        }
    }

    /// The length of the dictionary that begins here.
    pub(super) fn dict(&mut self) -> Result<usize, DecodeError> {
        match self.head()? {
            Head::Dict(length) => Ok(length),
            other => Err(other.instead_of("a dictionary")),
        }
    }

    /// The text that begins here.
    pub(super) fn text(&mut self) -> Result<&'a str, DecodeError> {
        match self.head()? {
            Head::Text(length) => self.utf8(length),
            other => Err(other.instead_of("text")),
        }
    }

    /// Whether a list begins here.
    pub(super) fn is_list(&self) -> bool {
        let next = self.bytes.get(self.at).map(|byte| Marker::from_u8(*byte));
        matches!(next, Some(Marker::FixArray(_) | Marker::Array16 | Marker::Array32))
    }

    fn nested(&mut self, depth: usize) -> Result<Value, DecodeError> {
        let deeper = || depth.checked_sub(1).ok_or(DecodeError::Depth);
        Ok(match self.head()? {
            Head::Whole(value) => value,
            Head::Text(length) => Value::Text(self.utf8(length)?.to_owned()),
            Head::Bytes(length) => {
                let from = self.at;
                self.take(length)?;
                Value::Bytes(self.bytes.slice(from..from + length))
            }
            Head::List(length) => {
                let deeper = deeper()?;
                let items = (0..length).map(|_| self.nested(deeper));
                Value::List(items.collect::<Result<_, _>>()?)
            }
            Head::Dict(length) => {
                let deeper = deeper()?;
                let pairs = (0..length).map(|_| Ok((self.text()?.to_owned(), self.nested(deeper)?)));
                Value::Dict(pairs.collect::<Result<_, _>>()?)
            }
        })
    }

    fn skip(&mut self, depth: usize) -> Result<(), DecodeError> {
        let deeper = || depth.checked_sub(1).ok_or(DecodeError::Depth);
        match self.head()? {
            Head::Whole(_) => {}
            Head::Text(length) => drop(self.utf8(length)?),
            Head::Bytes(length) => drop(self.take(length)?),
            Head::List(length) => {
                let deeper = deeper()?;
                (0..length).try_for_each(|_| self.skip(deeper))?;
            }
            Head::Dict(length) => {
                let deeper = deeper()?;
                (0..length).try_for_each(|_| self.text().and_then(|_| self.skip(deeper)))?;
            }
        }
        Ok(())
    }

    fn head(&mut self) -> Result<Head, DecodeError> {
        self.left = self.left.checked_sub(1).ok_or(DecodeError::Count)?;
        let byte = self.number::<1>()?[0];
        let marker = Marker::from_u8(byte);
        Ok(match marker {
            Marker::Null => Head::Whole(Value::None),
            Marker::True => Head::Whole(Value::Bool(true)),
            Marker::False => Head::Whole(Value::Bool(false)),
            Marker::FixPos(n) => Head::Whole(Value::Int(n.into())),
            Marker::FixNeg(n) => Head::Whole(Value::Int(n.into())),
            Marker::U8 => Head::Whole(Value::Int(self.number::<1>()?[0].into())),
            Marker::U16 => Head::Whole(Value::Int(u16::from_be_bytes(self.number()?).into())),
            Marker::U32 => Head::Whole(Value::Int(u32::from_be_bytes(self.number()?).into())),
            Marker::U64 => Head::Whole(whole(u64::from_be_bytes(self.number()?))),
            Marker::I8 => Head::Whole(Value::Int(i8::from_be_bytes(self.number()?).into())),
            Marker::I16 => Head::Whole(Value::Int(i16::from_be_bytes(self.number()?).into())),
            Marker::I32 => Head::Whole(Value::Int(i32::from_be_bytes(self.number()?).into())),
            Marker::I64 => Head::Whole(Value::Int(i64::from_be_bytes(self.number()?))),
            Marker::F32 => Head::Whole(Value::Float(f32::from_be_bytes(self.number()?).into())),
            Marker::F64 => Head::Whole(Value::Float(f64::from_be_bytes(self.number()?))),
            Marker::FixStr(length) => Head::Text(length.into()),
            Marker::Str8 => Head::Text(self.number::<1>()?[0].into()),
            Marker::Str16 => Head::Text(u16::from_be_bytes(self.number()?).into()),
            Marker::Str32 => Head::Text(self.length()?),
            Marker::Bin8 => Head::Bytes(self.number::<1>()?[0].into()),
            Marker::Bin16 => Head::Bytes(u16::from_be_bytes(self.number()?).into()),
            Marker::Bin32 => Head::Bytes(self.length()?),
            Marker::FixArray(length) => Head::List(length.into()),
            Marker::Array16 => Head::List(u16::from_be_bytes(self.number()?).into()),
            Marker::Array32 => Head::List(self.length()?),
            Marker::FixMap(length) => Head::Dict(length.into()),
            Marker::Map16 => Head::Dict(u16::from_be_bytes(self.number()?).into()),
            Marker::Map32 => Head::Dict(self.length()?),
            _ => return Err(DecodeError::Type(byte)),
        })
    }

    fn length(&mut self) -> Result<usize, DecodeError> {
        let length = u32::from_be_bytes(self.number()?);
        usize::try_from(length).map_err(|_| DecodeError::Truncated)
    }

    fn number<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        let bytes = self.take(N)?;
        bytes.try_into().map_err(|_| DecodeError::Truncated)
    }

    fn utf8(&mut self, length: usize) -> Result<&'a str, DecodeError> {
        std::str::from_utf8(self.take(length)?).map_err(|_| DecodeError::Utf8)
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], DecodeError> {
        let end = self.at.checked_add(length).ok_or(DecodeError::Truncated)?;
        let taken = self.bytes.get(self.at..end).ok_or(DecodeError::Truncated)?;
        self.at = end;
        Ok(taken)
    }
}

impl Head {
    fn instead_of(self, wanted: &'static str) -> DecodeError {
        let got = match self {
            Head::Whole(value) => value.kind(),
            Head::Text(_) => "text",
            Head::Bytes(_) => "bytes",
            Head::List(_) => "a list",
            Head::Dict(_) => "a dictionary",
        };
        DecodeError::Wanted { wanted, got }
    }
}

/// A number that no `i64` can be, such as a file's on Windows, is only roughly known.
fn whole(number: u64) -> Value {
    i64::try_from(number).map_or(Value::Float(number as f64), Value::Int)
}
