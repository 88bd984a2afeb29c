//! What is wrong with an element that should be a value, or with a value that should be sent.

use super::{DEPTH_LIMIT, Luid};
use crate::banana;
use std::fmt;

/// Why a value cannot be read or written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// It does not fit into banana.
    #[error(transparent)]
    Banana(#[from] banana::Error),
    /// The peer sent a type that nothing here takes.
    #[error("values of type '{0}' are not taken here")]
    Insecure(String),
    /// A list without a type.
    #[error("a value has no type: a list of jelly begins with one")]
    Untyped,
    /// A known type with something else in it than belongs there.
    #[error("a value of type '{0}' has not the parts that belong to it")]
    Malformed(&'static str),
    /// Text that is none.
    #[error("a text is not UTF-8")]
    NotUtf8,
    /// A value that contains itself.
    #[error("value {0} contains itself, which has no meaning here; send a value without a cycle")]
    Cycle(i64),
    /// A dereference to nothing before it.
    #[error("value {0} is repeated, but was never given")]
    NeverGiven(i64),
    /// Two references of one number.
    #[error("value {0} is given twice")]
    GivenTwice(i64),
    /// Nested too deep, repeated values included.
    #[error("values are nested deeper than {DEPTH_LIMIT}; send something flatter")]
    TooDeep,
    /// Too much in one value, repeated values included.
    #[error("a value takes more than {0} bytes of memory, what it repeats included; send it in parts")]
    TooLarge(usize),
    /// The peer names an object of this end that is not there, or no more.
    #[error("there is no object {0} at this end")]
    UnknownObject(Luid),
    /// The peer holds as many objects of this end as it may (§3.2).
    #[error("the peer holds {0} objects of this end already, which is as many as it may")]
    TooManyObjects(usize),
    /// A reference is of use only at the connection that it came over.
    #[error("a reference that came over another connection cannot be sent over this one")]
    OtherConnection,
}

impl Error {
    /// The exception that a Twisted peer knows it as, by its dotted name.
    pub fn exception(&self) -> &'static str {
        match self {
            Error::Insecure(_) => "twisted.spread.jelly.InsecureJelly",
            Error::UnknownObject(_) | Error::TooManyObjects(_) => "twisted.spread.pb.Error",
            Error::Banana(_) => "twisted.spread.banana.BananaError",
            _ => "builtins.ValueError",
        }
    }
}

impl fmt::Display for Luid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Luid::Root => f.write_str("root"),
            Luid::Number(number) => write!(f, "{number}"),
        }
    }
}
