//! The answer that a call of the peer waits for.

use crate::banana::Integer;
use crate::jelly::Value;
use crate::shared::Shared;
use crate::{Closed, Failure};
use std::sync::Arc;

/// Where the answer of one call goes. Neither way blocks, and both may be used from anywhere. Dropped without an answer,
/// it tells the caller so; nothing is sent when the caller wanted no answer (§3.1).
pub struct Reply {
    shared: Arc<Shared>,
    /// Taken when the answer is given.
    call: Option<Integer>,
}

impl Reply {
    /// To a call of this number, if its caller wants an answer.
    pub(crate) fn new(shared: &Arc<Shared>, call: Option<Integer>) -> Result<Self, Closed> {
        if call.is_some() {
            shared.owe()?;
        }
        Ok(Reply {
            shared: Arc::clone(shared),
            call,
        })
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    /// Answers. What cannot be sent (for instance a text that is too long) becomes a failure at the caller, and an object
    /// that did not reach the caller is [released](crate::Object::released).
    pub fn answer(mut self, value: Value) {
        match self.take() {
            Some(call) => self.shared.answer(&call, &value),
            None => self.shared.withhold(&value),
        }
    }

    /// Answers that the call has failed.
    pub fn fail(mut self, failure: Failure) {
        if let Some(call) = self.take() {
            self.shared.fail(&call, &failure);
        }
    }

    fn take(&mut self) -> Option<Integer> {
        let call = self.call.take()?;
        self.shared.tables().unanswered -= 1;
        Some(call)
    }
}

impl Drop for Reply {
    fn drop(&mut self) {
        if let Some(call) = self.take() {
            let failure = Failure::error("twisted.spread.pb.Error", "the call was dropped without an answer");
            self.shared.fail(&call, &failure);
        }
    }
}

impl std::fmt::Debug for Reply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Reply({:?})", self.call)
    }
}
