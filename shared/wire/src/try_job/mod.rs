//! A try job: a person's change, sent to a master to be built (`try-and-sendchange`).

pub mod jobdir;

use bytes::Bytes;
pub use model::Json;
use std::collections::BTreeMap;

/// What a person sends to be built, the same by every way.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TryJob {
    /// The sender's own id for it (`jobid`); empty over Perspective Broker, which has no place for it.
    pub id: String,
    /// `None` is the default branch.
    pub branch: Option<String>,
    /// What the patch is made against; `None` is the newest.
    pub base_revision: Option<String>,
    /// The change; `None` when there is none.
    pub patch: Option<TryPatch>,
    /// Address of the repository; may be empty.
    pub repository: String,
    /// May be empty.
    pub project: String,
    /// Who sends it: they are to be told.
    pub who: String,
    /// In words.
    pub comment: String,
    /// Names of builders; empty is all that the scheduler has.
    pub builders: Vec<String>,
    /// For all its builds, with the source `try build`.
    pub properties: BTreeMap<String, Json>,
}

/// A diff.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TryPatch {
    /// Path elements to strip.
    pub level: u32,
    /// Its bytes.
    pub body: Bytes,
}
