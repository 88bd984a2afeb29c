//! A member under the key that it has at the moment.
//!
//! `watch` knows everything of a master by its key. Whoever tells it something holds the key meanwhile, so that what was
//! told before a renaming goes by the old key, what is told after it by the new one, and nothing by a key that is gone.

use super::member::Member;
use std::sync::Arc;
use tokio::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};

/// Clones share it.
#[derive(Clone)]
pub(super) struct Called(Arc<RwLock<Arc<Member>>>);

impl Called {
    pub fn new(member: Arc<Member>) -> Called {
        Called(Arc::new(RwLock::new(member)))
    }

    /// The member, which is called so as long as this is held. Not to be held while a master is asked.
    pub async fn held(&self) -> RwLockReadGuard<'_, Arc<Member>> {
        self.0.read().await
    }

    /// The member as it is called now.
    pub async fn now(&self) -> Arc<Member> {
        Arc::clone(&*self.held().await)
    }

    /// The member, to be called otherwise. Nobody tells anything of it meanwhile.
    pub async fn renaming(&self) -> RwLockWriteGuard<'_, Arc<Member>> {
        self.0.write().await
    }
}
