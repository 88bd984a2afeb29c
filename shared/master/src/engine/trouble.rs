//! A disk on which nothing can be written: nothing is started meanwhile, and it goes on when there is room again.

use super::{Engine, RETRY_WRITING};
use store::StoreError;

impl Engine {
    /// Whether nothing can be written now.
    pub(super) fn is_in_trouble(&self) -> bool {
        self.trouble.borrow().is_some()
    }

    /// The last write found another state of the disk than the one before it.
    pub(super) fn trouble_changed(&mut self) {
        let error = self.trouble.borrow_and_update().clone();
        self.troubles.send_replace(());
        match error {
            Some(error) => {
                tracing::error!(%error, "nothing can be written");
                self.wait_for_room();
            }
            None => {
                self.start_builds();
                self.end_if_idle();
            }
        }
    }

    /// Tries again and again whether something can be written, so that it is noticed when nothing else is to be.
    fn wait_for_room(&self) {
        let (store, clock) = (self.env.store.clone(), self.env.clock.clone());
        let mut trouble = self.trouble.clone();
        let ended = self.closed.clone();
        let trying = async move {
            while trouble.borrow_and_update().is_some() {
                clock.sleep_until(clock.uptime() + RETRY_WRITING).await;
                if let Err(StoreError::Gone) = store.try_room().await {
                    return;
                }
            }
        };
        tokio::spawn(async move { ended.run_until_cancelled(trying).await });
    }
}
