//! The envelope of REST v2: one object with a list under the type's name, and `meta` (§2).

use super::answer::{Answer, page_title};
use super::{MOST_ROW_BYTES, MOST_ROWS};
use crate::Error;
use model::Json;
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde_json::value::RawValue;
use std::fmt;
use std::marker::PhantomData;

/// The rows that could be read.
pub(super) struct Rows<T> {
    pub(super) rows: Vec<T>,
    /// How many could not.
    pub(super) unreadable: usize,
}

/// The whole answer.
pub(super) fn whole<T: DeserializeOwned>(answer: &Answer, asked: &str) -> Result<T, Error> {
    let body = data(answer, asked)?;
    if body.len() > MOST_ROW_BYTES {
        return Err(Error::TooBig(format!("{} MiB about {asked}", body.len() >> 20)));
    }
    serde_json::from_slice(body).map_err(|error| lies(asked, &error))
}

/// The rows of a collection.
pub(super) fn of_body<T: DeserializeOwned>(body: &[u8], asked: &str, plural: &str) -> Result<Rows<T>, Error> {
    of_json(body, asked, plural, MOST_ROW_BYTES)
}

/// The one row of an item.
pub(super) fn one<T: DeserializeOwned>(answer: &Answer, asked: &str, plural: &str) -> Result<T, Error> {
    let found = of_json::<Box<RawValue>>(data(answer, asked)?, asked, plural, usize::MAX)?.rows;
    match found.first() {
        Some(row) => serde_json::from_str(row.get()).map_err(|error| lies(asked, &error)),
        None => Err(Error::NotFound(asked.split('?').next().unwrap_or_default().to_owned())),
    }
}

/// The body of a success.
pub(super) fn data<'a>(answer: &'a Answer, asked: &str) -> Result<&'a [u8], Error> {
    if answer.status != 200 {
        return Err(answer.trouble(asked));
    }
    if answer.is_page() {
        let what = match page_title(&answer.body) {
            Some(title) => format!("a web page, '{title}', instead of data"),
            None => "a web page instead of data".to_owned(),
        };
        return Err(Error::NotBuildbot(what));
    }
    Ok(&answer.body)
}

/// Reads an envelope.
fn of_json<T: DeserializeOwned>(body: &[u8], asked: &str, plural: &str, largest: usize) -> Result<Rows<T>, Error> {
    let mut json = serde_json::Deserializer::from_slice(body);
    let list = List {
        largest,
        rows: PhantomData,
    };
    let read = Envelope::<T> { plural, list }.deserialize(&mut json);
    let found = read.map_err(|error| lies(asked, &error))?;
    let found = found.ok_or_else(|| Error::Lies(format!("there is no '{plural}' in the answer about {asked}")))?;
    if found.unreadable > 0 && found.rows.is_empty() {
        let rows = found.unreadable;
        return Err(Error::Lies(format!(
            "none of the {rows} {plural} in the answer about {asked} can be read"
        )));
    }
    if found.rows.len() >= MOST_ROWS {
        return Err(Error::TooBig(format!("it has more than {MOST_ROWS} {plural}")));
    }
    Ok(found)
}

fn lies(asked: &str, error: &serde_json::Error) -> Error {
    Error::Lies(format!("about {asked}: {error}"))
}

struct Envelope<'a, T> {
    plural: &'a str,
    list: List<T>,
}

impl<'de, T: DeserializeOwned> DeserializeSeed<'de> for Envelope<'_, T> {
    type Value = Option<Rows<T>>;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Self::Value, D::Error> {
        json.deserialize_map(self)
    }
}

impl<'de, T: DeserializeOwned> Visitor<'de> for Envelope<'_, T> {
    type Value = Option<Rows<T>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object with a list '{}'", self.plural)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = None;
        while let Some(key) = map.next_key::<std::borrow::Cow<'de, str>>()? {
            if found.is_none() && key == self.plural {
                found = Some(map.next_value_seed(List {
                    largest: self.list.largest,
                    rows: PhantomData,
                })?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found)
    }
}

struct List<T> {
    /// Most bytes of a row.
    largest: usize,
    rows: PhantomData<T>,
}

impl<'de, T: DeserializeOwned> DeserializeSeed<'de> for List<T> {
    type Value = Rows<T>;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Rows<T>, D::Error> {
        json.deserialize_seq(self)
    }
}

impl<'de, T: DeserializeOwned> Visitor<'de> for List<T> {
    type Value = Rows<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Rows<T>, A::Error> {
        let mut found = Rows {
            rows: Vec::new(),
            unreadable: 0,
        };
        while let Some(row) = list.next_element::<&RawValue>()? {
            if row.get().len() > self.largest {
                found.unreadable += 1;
                continue;
            }
            match serde_json::from_str(row.get()) {
                Ok(row) if found.rows.len() < MOST_ROWS => found.rows.push(row),
                Ok(_) => return Err(A::Error::custom(format!("more than {MOST_ROWS} rows"))),
                Err(_) => found.unreadable += 1,
            }
        }
        Ok(found)
    }
}

/// The whole envelope as it is, for what has no rows.
pub(super) fn json(answer: &Answer, asked: &str) -> Result<Json, Error> {
    whole(answer, asked)
}
