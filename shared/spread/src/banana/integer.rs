//! Whole numbers of up to 448 bits, which is what an element's prefix can say.

use super::PREFIX_LIMIT;
use std::fmt;

/// 64-bit parts of the largest magnitude.
const LIMBS: usize = PREFIX_LIMIT * 7 / 64;

/// A whole number from −(2⁴⁴⁸ − 1) to 2⁴⁴⁸ − 1. Those that fit into an `i64` take no memory of their own.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Integer(Size);

#[derive(Clone, PartialEq, Eq, Hash)]
enum Size {
    Small(i64),
    /// Only what does not fit into `Small`, so that equal numbers are equal values.
    Big(Box<Big>),
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct Big {
    negative: bool,
    /// Least significant first.
    magnitude: [u64; LIMBS],
}

impl Integer {
    /// From seven-bit groups, least significant first; at most [`PREFIX_LIMIT`] of them.
    pub(super) fn from_septets(negative: bool, septets: &[u8]) -> Self {
        let mut magnitude = [0; LIMBS];
        for (place, septet) in septets.iter().enumerate() {
            let (limb, shift) = (place * 7 / 64, place * 7 % 64);
            magnitude[limb] |= u64::from(*septet) << shift;
            if shift > 57 && limb + 1 < LIMBS {
                magnitude[limb + 1] |= u64::from(*septet) >> (64 - shift);
            }
        }
        Integer::new(negative, magnitude)
    }

    fn new(negative: bool, magnitude: [u64; LIMBS]) -> Self {
        if magnitude[1..].iter().all(|limb| *limb == 0) {
            let low = i128::from(magnitude[0]);
            if let Ok(small) = i64::try_from(if negative { -low } else { low }) {
                return Integer(Size::Small(small));
            }
        }
        Integer(Size::Big(Box::new(Big { negative, magnitude })))
    }

    /// Whether it is below 0.
    pub(super) fn is_negative(&self) -> bool {
        match &self.0 {
            Size::Small(small) => *small < 0,
            Size::Big(big) => big.negative,
        }
    }

    /// The number without its sign, least significant part first.
    pub(super) fn magnitude(&self) -> [u64; LIMBS] {
        match &self.0 {
            Size::Small(small) => {
                let mut magnitude = [0; LIMBS];
                magnitude[0] = small.unsigned_abs();
                magnitude
            }
            Size::Big(big) => big.magnitude,
        }
    }

    /// The number, when it fits.
    pub fn as_i64(&self) -> Option<i64> {
        match self.0 {
            Size::Small(small) => Some(small),
            Size::Big(_) => None,
        }
    }
}

impl From<i64> for Integer {
    fn from(small: i64) -> Self {
        Integer(Size::Small(small))
    }
}

impl From<u64> for Integer {
    fn from(number: u64) -> Self {
        let mut magnitude = [0; LIMBS];
        magnitude[0] = number;
        Integer::new(false, magnitude)
    }
}

/// A number that does not fit into an `i64`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the number needs more than 64 bits")]
pub struct NotSmall;

impl TryFrom<&Integer> for i64 {
    type Error = NotSmall;

    fn try_from(integer: &Integer) -> Result<i64, NotSmall> {
        integer.as_i64().ok_or(NotSmall)
    }
}

impl TryFrom<Integer> for i64 {
    type Error = NotSmall;

    fn try_from(integer: Integer) -> Result<i64, NotSmall> {
        i64::try_from(&integer)
    }
}

impl fmt::Display for Integer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Size::Small(small) => write!(f, "{small}"),
            Size::Big(big) => f.pad_integral(!big.negative, "", &decimal(big.magnitude)),
        }
    }
}

impl fmt::Debug for Integer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn decimal(mut magnitude: [u64; LIMBS]) -> String {
    let mut digits = Vec::new();
    while magnitude.iter().any(|limb| *limb != 0) {
        let mut rest: u128 = 0;
        for limb in magnitude.iter_mut().rev() {
            let part = rest << 64 | u128::from(*limb);
            // Both are below 2⁶⁴: `rest` is below 10.
            *limb = (part / 10) as u64;
            rest = part % 10;
        }
        digits.push(b'0' + rest as u8);
    }
    digits.iter().rev().map(|digit| char::from(*digit)).collect()
}
