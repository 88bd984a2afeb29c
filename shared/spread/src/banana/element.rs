//! What banana can say.

use super::Integer;
use bytes::Bytes;

/// One self-delimiting expression. A word of the vocabulary is the byte string that it stands for (§1.1).
#[derive(Clone, Debug, PartialEq)]
pub enum Element {
    /// A whole number.
    Int(Integer),
    /// A number.
    Float(f64),
    /// Bytes of no particular character set.
    Bytes(Bytes),
    /// A list.
    List(Vec<Element>),
}
