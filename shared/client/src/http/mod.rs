//! One master's HTTP: what is asked of it, how much, as whom, and what of its answers is believed.
//!
//! Nothing here knows what the answers mean. Sizes, times, redirects and the number of requests are limited, so that a
//! master that lies, stalls or floods costs only itself.

mod allowance;
mod answer;
mod body;
mod clock;
mod events;
mod exchange;
mod order;
mod redirect;
mod rows;
mod sink;
mod socket;
mod trust;
mod words;

pub use allowance::Allowance;
pub(crate) use answer::{Answer, page_title};
pub(crate) use exchange::Asked;
pub(crate) use sink::Sink;
pub use socket::Socket;
pub use trust::{Proxying, Trust, provide_cryptography};

use crate::session::Keeper;
use crate::{Base, Error};
use allowance::Budget;
use clock::Clock;
use model::Time;
use serde::de::DeserializeOwned;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

/// Most bytes of an answer, after decompression.
pub const MOST_BYTES: usize = 64 << 20;
/// Most bytes of a row: a larger one is left out, as it could become much larger still when it is read.
const MOST_ROW_BYTES: usize = 4 << 20;
/// Most rows of an answer.
pub const MOST_ROWS: usize = 100_000;

/// Who waits for the answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pace {
    /// Nobody: it may be put off to spare the master.
    #[default]
    Background,
    /// Somebody, who has just clicked.
    Person,
}

/// One master's HTTP: cheap to clone, shared by everything that talks to this master.
#[derive(Clone)]
pub struct Http {
    shared: Arc<Shared>,
    pace: Pace,
}

struct Shared {
    client: reqwest::Client,
    base: RwLock<Base>,
    keeper: Keeper,
    budget: Budget,
    clock: Clock,
    requests: AtomicU64,
    unreadable: AtomicU64,
}

impl Shared {
    fn new(client: reqwest::Client, base: Base, allowance: Allowance) -> Shared {
        Shared {
            client,
            base: RwLock::new(base),
            keeper: Keeper::default(),
            budget: Budget::new(allowance),
            clock: Clock::default(),
            requests: AtomicU64::new(0),
            unreadable: AtomicU64::new(0),
        }
    }
}

impl Http {
    /// HTTP with the master at `base`. Reads the certificate files; connects nowhere yet.
    pub fn new(base: Base, trust: &Trust) -> Result<Http, Error> {
        Http::with_allowance(base, trust, Allowance::default())
    }

    /// [`Http::new`] for a master that stands another number of requests.
    pub fn with_allowance(base: Base, trust: &Trust, allowance: Allowance) -> Result<Http, Error> {
        let client = trust::client(trust)?;
        Ok(Http {
            shared: Arc::new(Shared::new(client, base, allowance)),
            pace: Pace::Background,
        })
    }

    /// The same master, asked for somebody who waits.
    pub fn for_person(&self) -> Http {
        Http {
            shared: Arc::clone(&self.shared),
            pace: Pace::Person,
        }
    }

    /// The same way to another base: nothing of the session goes there.
    pub(crate) fn at(&self, base: Base) -> Http {
        Http {
            shared: Arc::new(Shared::new(self.shared.client.clone(), base, Allowance::default())),
            pace: self.pace,
        }
    }

    /// Where the master is; a permanent move within its host is followed.
    pub fn base(&self) -> Base {
        self.shared.base.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What is at `path` below `api/v2/`, for example `builders?limit=10`, the whole envelope read as `T`.
    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Error> {
        let answer = self.ask(&Asked::data(path)).await?;
        rows::whole(&answer, path)
    }

    /// The rows of a collection, whose type's name is `plural`. A row that cannot be read costs that row only.
    pub async fn rows<T: DeserializeOwned>(&self, path: &str, plural: &str) -> Result<Vec<T>, Error> {
        let body = self.body(path).await?;
        self.rows_of(&body, path, plural)
    }

    /// The answer itself, for [`Http::rows_of`].
    pub(crate) async fn body(&self, path: &str) -> Result<Vec<u8>, Error> {
        let answer = self.ask(&Asked::data(path)).await?;
        rows::data(&answer, path)?;
        Ok(answer.body)
    }

    /// The rows of an answer to `path`.
    pub(crate) fn rows_of<T: DeserializeOwned>(&self, body: &[u8], path: &str, plural: &str) -> Result<Vec<T>, Error> {
        let read = rows::of_body(body, path, plural)?;
        self.count_unreadable(read.unreadable, path);
        Ok(read.rows)
    }

    /// The one row of an item.
    pub async fn row<T: DeserializeOwned>(&self, path: &str, plural: &str) -> Result<T, Error> {
        let answer = self.ask(&Asked::data(path)).await?;
        rows::one(&answer, path, plural)
    }

    /// What is at `path` below the pages, as text of at most `most` bytes; more is cut off.
    pub async fn text(&self, path: &str, most: usize) -> Result<String, Error> {
        let answer = self.ask(&Asked::page(path, most)).await?;
        match answer.status {
            200..=299 => Ok(String::from_utf8_lossy(&answer.body).into_owned()),
            _ => Err(answer.trouble(path)),
        }
    }

    /// Now, by the master's clock as its last answer told it.
    pub fn server_time(&self) -> Time {
        self.shared.clock.now()
    }

    /// A time of the master's clock, by ours.
    pub fn ours(&self, theirs: Time) -> Time {
        theirs.plus_millis(-self.shared.clock.ahead())
    }

    /// A time of our clock, by the master's.
    pub fn theirs(&self, ours: Time) -> Time {
        ours.plus_millis(self.shared.clock.ahead())
    }

    /// How many requests were sent.
    pub fn requests(&self) -> u64 {
        self.shared.requests.load(Ordering::Relaxed)
    }

    /// How many rows could not be read.
    pub fn unreadable(&self) -> u64 {
        self.shared.unreadable.load(Ordering::Relaxed)
    }

    pub(crate) fn keeper(&self) -> &Keeper {
        &self.shared.keeper
    }

    fn count_unreadable(&self, rows: usize, path: &str) {
        if rows == 0 {
            return;
        }
        let before = self.shared.unreadable.fetch_add(rows as u64, Ordering::Relaxed);
        if before == 0 {
            tracing::warn!(master = %self.base(), path, rows, "rows cannot be read and are left out; later ones are only counted");
        }
    }
}
