//! Banana: self-delimiting binary s-expressions (§1).
//!
//! An element is a number, a byte string or a list of elements. Bytes come from strangers, so a [`Decoder`] grants them
//! only what [`Limits`] says, and takes memory for what has arrived, not for what was announced.
//!
//! This module must not know what the elements mean: no tag, no message, no connection.

mod decoder;
mod element;
mod encoder;
mod error;
mod integer;
mod prefix;
mod vocabulary;

pub use decoder::{Decoder, Limits};
pub use element::Element;
pub use encoder::{Encoder, encode};
pub use error::Error;
pub use integer::{Integer, NotSmall};

/// The longest byte string, in bytes, and the longest list, in elements (§1.2).
pub const SIZE_LIMIT: usize = 640 * 1024;

/// The longest prefix of an element, in bytes of seven bits (§1.2). Hence no number's magnitude reaches 2⁴⁴⁸.
pub const PREFIX_LIMIT: usize = 64;

/// How deep lists may nest. Twisted has no limit; ours keeps every walk over an element or a value within a small stack,
/// and is many times what people nest.
pub const DEPTH_LIMIT: usize = 128;

/// Which of the two dialects the ends agreed on (§1.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// Frequent words are sent as numbers (§1.4).
    Pb,
    /// All byte strings are sent as they are; so is everything before the agreement.
    None,
}

/// The byte that ends an element's prefix and says what it is (§1.1).
mod kind {
    pub(super) const LIST: u8 = 0x80;
    pub(super) const INT: u8 = 0x81;
    pub(super) const STRING: u8 = 0x82;
    pub(super) const NEG: u8 = 0x83;
    pub(super) const FLOAT: u8 = 0x84;
    pub(super) const LONGINT: u8 = 0x85;
    pub(super) const LONGNEG: u8 = 0x86;
    pub(super) const VOCAB: u8 = 0x87;
}
