//! Bytes to elements, however they are cut into chunks.

use super::prefix::Prefix;
use super::{DEPTH_LIMIT, Dialect, Element, Error, SIZE_LIMIT, kind, vocabulary};
use bytes::{Buf, Bytes, BytesMut};

/// Shorter byte strings are copied, so that a short word that is kept does not keep the whole buffer it came in.
const COPIED: usize = 64;

/// Lists up to this length get their memory at once. Longer ones grow as their elements come, for the announcement of
/// a length costs the peer nothing.
const TRUSTED_LENGTH: usize = 16;

/// What one element may take, beyond the limits of the format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How deep lists may nest.
    pub depth: usize,
    /// Bytes of memory: those of all byte strings, and [`Limits::NODE`] for each element in it.
    pub size: usize,
}

impl Limits {
    /// What an element counts for besides the bytes in it.
    pub const NODE: usize = size_of::<Element>();
}

impl Default for Limits {
    /// 16 MiB is some twenty of the longest strings, or a list of a hundred thousand file names.
    fn default() -> Self {
        Limits {
            depth: DEPTH_LIMIT,
            size: 16 << 20,
        }
    }
}

/// Takes elements off the front of a stream.
///
/// It keeps what has arrived of an element and looks at no byte twice, so that tiny chunks cost no more than large ones.
#[derive(Debug)]
pub struct Decoder {
    dialect: Dialect,
    limits: Limits,
    prefix: Prefix,
    /// Of an element whose payload has not all arrived.
    head: Option<Head>,
    /// Lists whose elements have not all arrived, outermost first.
    open: Vec<Open>,
    /// Memory that the element under way takes, as [`Limits::size`] counts it.
    size: usize,
    failed: Option<Error>,
}

/// What a prefix and a type announced.
#[derive(Debug)]
enum Head {
    Whole(Element),
    List(usize),
    String(usize),
    Float,
}

#[derive(Debug)]
struct Open {
    missing: usize,
    items: Vec<Element>,
}

impl Decoder {
    /// A decoder with the usual limits. Before the ends agreed on a dialect it is [`Dialect::None`] (§1.3).
    pub fn new(dialect: Dialect) -> Self {
        Decoder::with_limits(dialect, Limits::default())
    }

    /// A decoder with other limits.
    pub fn with_limits(dialect: Dialect, limits: Limits) -> Self {
        Decoder {
            dialect,
            limits,
            prefix: Prefix::new(),
            head: None,
            open: Vec::new(),
            size: 0,
            failed: None,
        }
    }

    /// The dialect of what comes next.
    pub fn set_dialect(&mut self, dialect: Dialect) {
        self.dialect = dialect;
    }

    /// The limits of what comes next.
    pub fn set_limits(&mut self, limits: Limits) {
        self.limits = limits;
    }

    /// Takes the next element off the front of `buffer`, or what there is of it. Byte strings of some length are parts of
    /// the buffer, not copies. After an error every later call fails likewise.
    pub fn feed(&mut self, buffer: &mut BytesMut) -> Result<Option<Element>, Error> {
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        let result = self.advance(buffer);
        if let Err(error) = &result {
            self.failed = Some(error.clone());
            self.open = Vec::new();
        }
        result
    }

    /// How many bytes the buffer must hold before [`feed`](Self::feed) can do anything more: give it room for as many. At
    /// most [`SIZE_LIMIT`].
    pub fn wanted(&self) -> usize {
        match self.head {
            Some(Head::String(length)) => length,
            Some(Head::Float) => size_of::<f64>(),
            _ => 1,
        }
    }

    fn advance(&mut self, buffer: &mut BytesMut) -> Result<Option<Element>, Error> {
        loop {
            let head = match self.head.take() {
                Some(head) => head,
                None => match self.read_head(buffer)? {
                    Some(head) => head,
                    None => return Ok(None),
                },
            };
            let element = match head {
                Head::Whole(element) => element,
                Head::List(0) => Element::List(Vec::new()),
                Head::List(missing) => {
                    let items = Vec::with_capacity(missing.min(TRUSTED_LENGTH));
                    self.open.push(Open { missing, items });
                    continue;
                }
                Head::String(length) if length <= buffer.len() => Element::Bytes(take(buffer, length)),
                Head::Float if size_of::<f64>() <= buffer.len() => Element::Float(buffer.get_f64()),
                waiting => {
                    self.head = Some(waiting);
                    return Ok(None);
                }
            };
            if let Some(whole) = self.place(element) {
                self.size = 0;
                return Ok(Some(whole));
            }
        }
    }

    /// Puts an element where it belongs; gives back the outermost one when that is all of it.
    fn place(&mut self, mut element: Element) -> Option<Element> {
        while let Some(list) = self.open.last_mut() {
            list.items.push(element);
            list.missing -= 1;
            if list.missing > 0 {
                return None;
            }
            element = Element::List(self.open.pop()?.items);
        }
        Some(element)
    }

    fn read_head(&mut self, buffer: &mut BytesMut) -> Result<Option<Head>, Error> {
        let mut read = 0;
        let mut kind = None;
        for byte in buffer.iter() {
            read += 1;
            if *byte >= 0x80 {
                kind = Some(*byte);
                break;
            }
            self.prefix.push(*byte)?;
        }
        buffer.advance(read);
        let Some(kind) = kind else { return Ok(None) };
        let head = self.head_of(kind)?;
        self.prefix.clear();
        Ok(Some(head))
    }

    fn head_of(&mut self, kind: u8) -> Result<Head, Error> {
        let head = match kind {
            kind::LIST => Head::List(self.length().ok_or(Error::ListTooLong)?),
            kind::STRING => Head::String(self.length().ok_or(Error::StringTooLong)?),
            kind::INT | kind::LONGINT => Head::Whole(Element::Int(self.prefix.integer(false))),
            kind::NEG | kind::LONGNEG => Head::Whole(Element::Int(self.prefix.integer(true))),
            kind::FLOAT => Head::Float,
            kind::VOCAB => Head::Whole(Element::Bytes(self.word()?)),
            unknown => return Err(Error::UnknownType(unknown)),
        };
        if matches!(head, Head::List(_)) && self.open.len() == self.limits.depth {
            return Err(Error::TooDeep(self.limits.depth));
        }
        self.charge(&head)?;
        Ok(head)
    }

    fn charge(&mut self, head: &Head) -> Result<(), Error> {
        self.size += Limits::NODE;
        if let Head::String(length) = head {
            self.size += length;
        }
        if self.size > self.limits.size {
            return Err(Error::TooLarge(self.limits.size));
        }
        Ok(())
    }

    fn length(&self) -> Option<usize> {
        self.prefix.size().filter(|length| *length <= SIZE_LIMIT)
    }

    fn word(&self) -> Result<Bytes, Error> {
        if self.dialect == Dialect::None {
            return Err(Error::WordWithoutVocabulary);
        }
        let word = self.prefix.size().and_then(vocabulary::word);
        word.map(Bytes::from_static).ok_or(Error::UnknownWord)
    }
}

fn take(buffer: &mut BytesMut, length: usize) -> Bytes {
    if length < COPIED {
        let copy = Bytes::copy_from_slice(&buffer[..length]);
        buffer.advance(length);
        copy
    } else {
        buffer.split_to(length).freeze()
    }
}
