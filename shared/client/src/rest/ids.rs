//! Ids of rows: `model`'s types, read from whole numbers.

use super::lenient;
use serde::de::{Deserialize, DeserializeOwned, Deserializer};

/// An id that the row cannot do without.
pub(super) fn one<'de, D: Deserializer<'de>, I: Deserialize<'de>>(json: D) -> Result<I, D::Error> {
    of(lenient::id(json)?)
}

/// An id that may be missing.
pub(super) fn maybe<'de, D: Deserializer<'de>, I: Deserialize<'de>>(json: D) -> Result<Option<I>, D::Error> {
    lenient::maybe_id(json)?.map(of).transpose()
}

/// The ids of a list; what is none is left out.
pub(super) fn many<'de, D: Deserializer<'de>, I: DeserializeOwned>(json: D) -> Result<Vec<I>, D::Error> {
    lenient::numbers(json)?.into_iter().map(of).collect()
}

fn of<'de, I: Deserialize<'de>, E: serde::de::Error>(number: i64) -> Result<I, E> {
    I::deserialize(serde::de::value::I64Deserializer::new(number))
}
