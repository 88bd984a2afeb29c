//! What stands before an element's type: a number in groups of seven bits.

use super::{Error, Integer, PREFIX_LIMIT};

/// The part of a prefix that has arrived.
#[derive(Debug)]
pub(super) struct Prefix {
    septets: [u8; PREFIX_LIMIT],
    length: usize,
}

impl Prefix {
    pub(super) fn new() -> Self {
        Prefix {
            septets: [0; PREFIX_LIMIT],
            length: 0,
        }
    }

    /// Takes one more group; refuses the 65th before the type is known (§1.2).
    pub(super) fn push(&mut self, septet: u8) -> Result<(), Error> {
        *self.septets.get_mut(self.length).ok_or(Error::PrefixTooLong)? = septet;
        self.length += 1;
        Ok(())
    }

    pub(super) fn clear(&mut self) {
        self.length = 0;
    }

    /// The number, when it is a sensible length or index. None at all is 0 (§1.1).
    pub(super) fn size(&self) -> Option<usize> {
        let digit = |number: usize, septet: &u8| number.checked_mul(128)?.checked_add(usize::from(*septet));
        self.septets[..self.length].iter().rev().try_fold(0, digit)
    }

    /// The number, with this sign.
    pub(super) fn integer(&self, negative: bool) -> Integer {
        match self.size().and_then(|size| i64::try_from(size).ok()) {
            Some(small) => Integer::from(if negative { -small } else { small }),
            None => Integer::from_septets(negative, &self.septets[..self.length]),
        }
    }
}
