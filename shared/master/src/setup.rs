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
    /// Folder for the copies of remote repositories that are polled, and for notes about uploads that are not whole; made
    /// when needed.
    pub cache: PathBuf,
    /// Folder that relative paths of uploads and downloads begin at; made when needed.
    pub folder: PathBuf,
    /// Where times come from.
    pub clock: Arc<dyn Clock>,
    /// Where secrets come from.
    pub secrets: Arc<dyn Secrets>,
}

impl Setup {
    /// A master with the machine's clock and no secrets. Its own folder is `master`, beside `cache`.
    pub fn new(store: Store, config: MasterConfig, name: impl Into<String>, cache: impl Into<PathBuf>) -> Setup {
        let cache = cache.into();
        Setup {
            store,
            config,
            name: name.into(),
            folder: cache.with_file_name("master"),
            cache,
            clock: Arc::new(SystemClock::default()),
            secrets: Arc::new(NoSecrets),
        }
    }
}
