//! What is wrong with bytes that should be banana, or with an element that should become bytes.

use super::{PREFIX_LIMIT, SIZE_LIMIT};

/// Why an element cannot be read or written. After one from a [`Decoder`](super::Decoder) the stream is of no use: where
/// the next element begins is not known.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// §1.2.
    #[error("a number or a length takes more than {PREFIX_LIMIT} bytes, which banana does not allow")]
    PrefixTooLong,
    /// §1.2.
    #[error("a byte string is longer than the {SIZE_LIMIT} bytes that banana carries; send it in parts")]
    StringTooLong,
    /// §1.2.
    #[error("a list is longer than the {SIZE_LIMIT} elements that banana carries; send it in parts")]
    ListTooLong,
    /// §1.1: only 0x80 to 0x87 mean something.
    #[error("there is no element of type {0:#04x}; the bytes are not banana, or damaged")]
    UnknownType(u8),
    /// §1.4: there are words 1 to 31.
    #[error("the vocabulary has no such word; the peer may speak another dialect")]
    UnknownWord,
    /// §1.3.
    #[error("a word of the vocabulary came, but the dialect agreed on has none")]
    WordWithoutVocabulary,
    /// A limit of this end.
    #[error("lists are nested deeper than {0}; send something flatter")]
    TooDeep(usize),
    /// A limit of this end.
    #[error("an element takes more than {0} bytes of memory; send it in parts")]
    TooLarge(usize),
}
