//! Reading fields of masters that are older, newer, or wrong: what cannot be read is as if it were not there.
//!
//! Only a row's own id is insisted on; without it the row is of no use to anybody.

use model::{Json, Results, Time};
use serde::de::{Deserialize, DeserializeOwned, Deserializer, Error as _, IgnoredAny, SeqAccess, Visitor};
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::fmt;

/// Most characters of a text: titles, names and sentences; a hostile one costs no more.
const TEXT: usize = 64 << 10;
/// Most elements of a list or an object.
pub(super) const MOST: usize = 10_000;

/// Any value that is not of the wanted type is the type's default.
pub(super) fn or_default<'de, D: Deserializer<'de>, T: DeserializeOwned + Default>(json: D) -> Result<T, D::Error> {
    Ok(read(&raw(json)?).unwrap_or_default())
}

/// A positive whole number, also one that came as text.
pub(super) fn id<'de, D: Deserializer<'de>>(json: D) -> Result<i64, D::Error> {
    maybe_id(json)?.ok_or_else(|| D::Error::custom("an id is a positive whole number"))
}

/// [`id`], or nothing.
pub(super) fn maybe_id<'de, D: Deserializer<'de>>(json: D) -> Result<Option<i64>, D::Error> {
    let raw = raw(json)?;
    let number = read::<i64>(&raw).or_else(|| read::<String>(&raw)?.parse().ok());
    Ok(number.filter(|id| *id >= 0))
}

/// A text; nothing else is one.
pub(super) fn text<'de, D: Deserializer<'de>>(json: D) -> Result<String, D::Error> {
    Ok(maybe_text(json)?.unwrap_or_default())
}

/// A text or nothing.
pub(super) fn maybe_text<'de, D: Deserializer<'de>>(json: D) -> Result<Option<String>, D::Error> {
    Ok(read::<String>(&raw(json)?).map(shortened))
}

/// The texts of a list.
pub(super) fn texts<'de, D: Deserializer<'de>>(json: D) -> Result<Vec<String>, D::Error> {
    let raw = raw(json)?;
    let texts = elements(&raw).into_iter().filter_map(read::<String>);
    Ok(texts.map(shortened).collect())
}

/// The whole numbers of a list.
pub(super) fn numbers<'de, D: Deserializer<'de>>(json: D) -> Result<Vec<i64>, D::Error> {
    let raw = raw(json)?;
    Ok(elements(&raw).into_iter().filter_map(read::<i64>).collect())
}

/// The rows of a list; those that cannot be read are left out.
pub(super) fn rows<'de, D: Deserializer<'de>, T: DeserializeOwned>(json: D) -> Result<Vec<T>, D::Error> {
    let raw = raw(json)?;
    Ok(elements(&raw).into_iter().filter_map(read::<T>).collect())
}

/// A whole number; 0 for anything else.
pub(super) fn number<'de, D: Deserializer<'de>>(json: D) -> Result<i64, D::Error> {
    or_default(json)
}

/// The members of an object; none of anything else.
pub(super) fn object<'de, D: Deserializer<'de>>(json: D) -> Result<BTreeMap<String, Json>, D::Error> {
    let mut found: BTreeMap<String, Json> = read(&raw(json)?).unwrap_or_default();
    while found.len() > MOST {
        found.pop_last();
    }
    Ok(found)
}

/// Seconds since 1970, also with a fraction; before 1970 and after 9999 it is no time.
pub(super) fn time<'de, D: Deserializer<'de>>(json: D) -> Result<Option<Time>, D::Error> {
    const LAST: f64 = 253_402_300_799.0;
    let seconds = read::<f64>(&raw(json)?).filter(|seconds| (0.0..=LAST).contains(seconds));
    Ok(seconds.map(|seconds| Time((seconds * 1000.0) as i64)))
}

/// A result; −1, null and codes that do not exist are none yet.
pub(super) fn results<'de, D: Deserializer<'de>>(json: D) -> Result<Option<Results>, D::Error> {
    Ok(read::<i64>(&raw(json)?).and_then(|code| Results::try_from(code).ok()))
}

fn raw<'de, D: Deserializer<'de>>(json: D) -> Result<Box<RawValue>, D::Error> {
    Box::<RawValue>::deserialize(json)
}

fn read<T: DeserializeOwned>(raw: &RawValue) -> Option<T> {
    serde_json::from_str(raw.get()).ok()
}

/// The first elements of a list; none of anything else.
fn elements(raw: &RawValue) -> Vec<&RawValue> {
    let mut json = serde_json::Deserializer::from_str(raw.get());
    json.deserialize_seq(First).unwrap_or_default()
}

struct First;

impl<'de> Visitor<'de> for First {
    type Value = Vec<&'de RawValue>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut found = Vec::new();
        while found.len() < MOST {
            match list.next_element()? {
                Some(element) => found.push(element),
                None => return Ok(found),
            }
        }
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(found)
    }
}

fn shortened(mut text: String) -> String {
    if text.len() > TEXT {
        let end = (0..=TEXT).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        text.truncate(end);
    }
    text
}
