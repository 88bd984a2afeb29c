//! Elements to bytes, the same bytes that Twisted writes (§1.1).

use super::{DEPTH_LIMIT, Dialect, Element, Error, Integer, SIZE_LIMIT, kind, vocabulary};
use bytes::{BufMut, BytesMut};

/// Writes an element to the end of `out`. When it cannot be written, `out` is as it was.
pub fn encode(element: &Element, dialect: Dialect, out: &mut BytesMut) -> Result<(), Error> {
    let before = out.len();
    let result = Encoder::new(dialect, out).element(element);
    if result.is_err() {
        out.truncate(before);
    }
    result
}

/// Writes one element after the other, for those who need none in memory.
///
/// After an error what was written of the element is still there: cut `out` to its former length.
#[derive(Debug)]
pub struct Encoder<'a> {
    dialect: Dialect,
    out: &'a mut BytesMut,
}

impl<'a> Encoder<'a> {
    /// Writes to the end of `out`.
    pub fn new(dialect: Dialect, out: &'a mut BytesMut) -> Self {
        Encoder { dialect, out }
    }

    /// Begins a list; the next `length` elements are in it.
    pub fn list(&mut self, length: usize) -> Result<(), Error> {
        if length > SIZE_LIMIT {
            return Err(Error::ListTooLong);
        }
        self.head(length as u64, kind::LIST);
        Ok(())
    }

    /// Writes a byte string.
    pub fn bytes(&mut self, bytes: &[u8]) -> Result<(), Error> {
        if bytes.len() > SIZE_LIMIT {
            return Err(Error::StringTooLong);
        }
        if self.dialect == Dialect::Pb
            && let Some(number) = vocabulary::number(bytes)
        {
            self.head(u64::from(number), kind::VOCAB);
            return Ok(());
        }
        self.head(bytes.len() as u64, kind::STRING);
        self.out.put_slice(bytes);
        Ok(())
    }

    /// Writes a whole number.
    pub fn int(&mut self, integer: &Integer) {
        match integer.as_i64() {
            Some(small) => {
                let long = i32::try_from(small).is_err();
                self.head(small.unsigned_abs(), int_kind(small < 0, long));
            }
            None => self.long(integer),
        }
    }

    /// Writes a number.
    pub fn float(&mut self, float: f64) {
        self.out.put_u8(kind::FLOAT);
        self.out.put_f64(float);
    }

    /// Writes a whole element.
    pub fn element(&mut self, element: &Element) -> Result<(), Error> {
        self.nested(element, 0)
    }

    fn nested(&mut self, element: &Element, depth: usize) -> Result<(), Error> {
        match element {
            Element::Int(integer) => self.int(integer),
            Element::Float(float) => self.float(*float),
            Element::Bytes(bytes) => self.bytes(bytes)?,
            Element::List(_) if depth == DEPTH_LIMIT => return Err(Error::TooDeep(DEPTH_LIMIT)),
            Element::List(items) => {
                self.list(items.len())?;
                for item in items {
                    self.nested(item, depth + 1)?;
                }
            }
        }
        Ok(())
    }

    /// A prefix, least significant group first, and a type; 0 takes one group.
    fn head(&mut self, mut number: u64, kind: u8) {
        while number >= 0x80 {
            self.out.put_u8((number & 0x7f) as u8);
            number >>= 7;
        }
        self.out.put_slice(&[number as u8, kind]);
    }

    fn long(&mut self, integer: &Integer) {
        let mut magnitude = integer.magnitude();
        while magnitude.iter().any(|limb| *limb != 0) {
            self.out.put_u8((magnitude[0] & 0x7f) as u8);
            for limb in 0..magnitude.len() {
                let above = magnitude.get(limb + 1).copied().unwrap_or(0);
                magnitude[limb] = magnitude[limb] >> 7 | above << 57;
            }
        }
        self.out.put_u8(int_kind(integer.is_negative(), true));
    }
}

fn int_kind(negative: bool, long: bool) -> u8 {
    match (negative, long) {
        (false, false) => kind::INT,
        (true, false) => kind::NEG,
        (false, true) => kind::LONGINT,
        (true, true) => kind::LONGNEG,
    }
}
