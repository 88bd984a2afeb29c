//! How a build is told to end before its time.

use std::sync::{Arc, OnceLock};
use tokio_util::sync::CancellationToken;

/// Who wants it to end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// A person, or a cancelled request; the reason as it was given.
    Asked(String),
    /// The master ends; the build is made again later.
    Shutdown,
}

impl Why {
    /// As it stands in the build's text.
    pub fn text(&self) -> &str {
        match self {
            Why::Asked(reason) => reason,
            Why::Shutdown => "Master Shutdown",
        }
    }
}

/// The order to stop one build. Clones share it; the first reason counts.
#[derive(Clone, Debug, Default)]
pub struct Stop {
    token: CancellationToken,
    why: Arc<OnceLock<Why>>,
}

impl Stop {
    /// Gives the order.
    pub fn order(&self, why: Why) {
        // A second reason does not change the first.
        let _ = self.why.set(why);
        self.token.cancel();
    }

    /// The reason, once ordered.
    pub fn ordered(&self) -> Option<&Why> {
        self.why.get()
    }

    /// Resolves when ordered.
    pub async fn wait(&self) {
        self.token.cancelled().await;
    }
}
