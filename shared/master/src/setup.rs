//! What a master is given when it starts.

use crate::clock::{Clock, SystemClock};
use crate::secrets::{NoSecrets, Secrets};
use model::config::MasterConfig;
use std::path::PathBuf;
use std::sync::Arc;
use store::Store;

/// Everything that a master needs from outside.
#[derive(Clone)]
pub struct Setup {
    /// Where it keeps what must outlive it. The owner closes it after the master has ended.
    pub store: Store,
    /// What it serves.
    pub config: MasterConfig,
    /// `host:basedir`: how it is called among masters.
    pub name: String,
    /// Folder for the copies of remote repositories that are polled; made when needed.
    pub cache: PathBuf,
    /// Where times come from.
    pub clock: Arc<dyn Clock>,
    /// Where secrets come from.
    pub secrets: Arc<dyn Secrets>,
}

impl Setup {
    /// A master with the machine's clock and no secrets.
    pub fn new(store: Store, config: MasterConfig, name: impl Into<String>, cache: impl Into<PathBuf>) -> Setup {
        Setup {
            store,
            config,
            name: name.into(),
            cache: cache.into(),
            clock: Arc::new(SystemClock::default()),
            secrets: Arc::new(NoSecrets),
        }
    }
}
