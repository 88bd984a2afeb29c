//! Logs and pieces of them (§6, §7).

use super::ids;
use super::lenient;
use model::{LogId, StepId};
use serde::{Deserialize, Deserializer};

/// No log has more lines; numbers of lines up to here can be added and taken away without care.
pub(crate) const MOST: i64 = 1 << 40;

/// A log of a step, without its lines.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Log {
    /// `logid`.
    #[serde(rename = "logid", deserialize_with = "ids::one")]
    pub id: LogId,
    /// For people.
    #[serde(default, deserialize_with = "lenient::text")]
    pub name: String,
    /// For addresses; unique in the step.
    #[serde(default, deserialize_with = "lenient::text")]
    pub slug: String,
    /// Of which step.
    #[serde(rename = "stepid", default, deserialize_with = "ids::maybe")]
    pub step: Option<StepId>,
    /// No more will come.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub complete: bool,
    /// How many lines there are, as far as the master can be believed.
    #[serde(default, deserialize_with = "lines")]
    pub num_lines: i64,
    /// What is in it.
    #[serde(rename = "type", default, deserialize_with = "lenient::or_default")]
    pub kind: Kind,
}

/// Below zero there are none.
fn lines<'de, D: Deserializer<'de>>(json: D) -> Result<i64, D::Error> {
    Ok(lenient::number(json)?.clamp(0, MOST))
}

/// What is in a log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub enum Kind {
    /// Standard output and errors: each line begins with `o`, `e` or `h` for its stream.
    #[serde(rename = "s")]
    Stdio,
    /// Text; also what is not known.
    #[default]
    #[serde(rename = "t")]
    Text,
    /// HTML, which is shown as text or not at all.
    #[serde(rename = "h")]
    Html,
    /// Removed by the master; only the number of its lines is left.
    #[serde(rename = "d")]
    Deleted,
}

impl Kind {
    /// As the wire names it.
    pub fn letter(self) -> char {
        match self {
            Kind::Stdio => 's',
            Kind::Text => 't',
            Kind::Html => 'h',
            Kind::Deleted => 'd',
        }
    }
}

/// Lines of a log.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Chunk {
    /// Number of the first line.
    #[serde(default, rename = "firstline", deserialize_with = "lenient::number")]
    pub first: i64,
    /// Each line ends in a newline.
    #[serde(default)]
    pub content: String,
}
