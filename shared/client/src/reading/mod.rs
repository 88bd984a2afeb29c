//! Reading a master's builds and logs for somebody who looks at them, in small pieces, and each piece once.
//!
//! Logs are only read in ranges: a raw one that is given up in the middle can make a real master hang.

mod build;
mod chunk;
mod kept;
mod log;
mod search;

pub use build::{BuildPage, StepPage, WhichBuild};
pub use chunk::LONGEST_LINE;
pub use kept::{Keep, Memory};
pub use log::{Lines, MOST_LINES};

use crate::{Error, Http};
use serde::de::DeserializeOwned;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Reads builds and logs of one master. Cheap to clone.
#[derive(Clone)]
pub struct Reading {
    http: Http,
    kept: Arc<dyn Keep>,
}

impl Reading {
    /// Reads by `http`, as somebody who waits; what does not change any more is kept in `kept`.
    pub fn new(http: &Http, kept: Arc<dyn Keep>) -> Reading {
        Reading {
            http: http.for_person(),
            kept,
        }
    }
}

/// Reads the parts of one thing.
struct Parts<'a> {
    reading: &'a Reading,
    /// It does not change any more, and all its parts were kept since.
    is_settled: bool,
    /// A part could only be had as it was kept.
    is_old: AtomicBool,
}

impl Parts<'_> {
    /// Rows as they are now; as they were kept if that is the same, or if the master cannot be asked.
    async fn rows<T: DeserializeOwned>(&self, path: &str, plural: &str) -> Result<Vec<T>, Error> {
        if self.is_settled
            && let Some(rows) = self.kept(path, plural).await
        {
            return Ok(rows);
        }
        match self.reading.http.body(path).await {
            Ok(body) => {
                let rows = self.reading.http.rows_of(&body, path, plural)?;
                self.reading.kept.put(path.to_owned(), body.into());
                Ok(rows)
            }
            Err(error) if error.is_passing() => {
                let rows = self.kept(path, plural).await.ok_or(error)?;
                self.is_old.store(true, Ordering::Relaxed);
                Ok(rows)
            }
            Err(error) => Err(error),
        }
    }

    /// The one row of an item; none if the master does not have it.
    async fn row<T: DeserializeOwned>(&self, path: &str, plural: &str) -> Result<Option<T>, Error> {
        match self.rows(path, plural).await {
            Ok(rows) => Ok(rows.into_iter().next()),
            Err(Error::NotFound(_)) => Ok(None),
            Err(other) => Err(other),
        }
    }

    async fn kept<T: DeserializeOwned>(&self, path: &str, plural: &str) -> Option<Vec<T>> {
        let body = self.reading.kept.get(path).await?;
        self.reading.http.rows_of(&body, path, plural).ok()
    }
}
