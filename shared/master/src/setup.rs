//! What a master is given when it starts.

use crate::clock::{Clock, SystemClock};
use crate::secrets::{NoSecrets, Secrets};
use futures_util::future::BoxFuture;
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
    /// Makes sure that nothing of a build that a crash cut off still runs.
    pub leftovers: Arc<dyn Leftovers>,
}

impl Setup {
    /// A master with the machine's clock, no secrets and workers that leave nothing behind.
    pub fn new(store: Store, config: MasterConfig, name: impl Into<String>, cache: impl Into<PathBuf>) -> Setup {
        Setup {
            store,
            config,
            name: name.into(),
            cache: cache.into(),
            clock: Arc::new(SystemClock::default()),
            secrets: Arc::new(NoSecrets),
            leftovers: Arc::new(NoLeftovers),
        }
    }
}

/// What a build that was cut off by a crash may have left running.
pub trait Leftovers: Send + Sync + 'static {
    /// Resolves when no process of an earlier build is alive that could touch the folder of `builder` on `worker`.
    ///
    /// Asked once per folder after a start that found an unfinished build there, before the next build begins. An
    /// error is shown in the build, which then ends with an exception.
    fn gone(&self, worker: &str, folder: &str) -> BoxFuture<'static, Result<(), String>>;
}

/// For workers whose processes never outlive their link, because a shim sees to it.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoLeftovers;

impl Leftovers for NoLeftovers {
    fn gone(&self, _worker: &str, _folder: &str) -> BoxFuture<'static, Result<(), String>> {
        Box::pin(std::future::ready(Ok(())))
    }
}
