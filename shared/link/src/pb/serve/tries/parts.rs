//! A patch that is longer than a string of the protocol: it comes in parts, before the job that it belongs to.

use crate::pb::arguments::Arguments;
use crate::pb::tries::LONGEST_IN_PARTS;
use bytes::{Bytes, BytesMut};
use spread::Failure;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What has come over a connection for its next job.
#[derive(Default)]
pub(super) struct Parts(Mutex<BytesMut>);

impl Parts {
    /// Adds one part. When there are too many, all are forgotten.
    pub(super) fn add(&self, mut arguments: Arguments) -> Result<(), Failure> {
        let part = arguments.needed("part")?;
        let part = part.into_bytes().ok_or_else(|| arguments.wrong("part", "bytes"))?;
        arguments.end()?;
        let mut parts = self.lock();
        if parts.len() + part.len() > LONGEST_IN_PARTS {
            *parts = BytesMut::new();
            let reason = format!("the patch has more than {LONGEST_IN_PARTS} bytes");
            return Err(Failure::bad_arguments(reason));
        }
        parts.extend_from_slice(&part);
        Ok(())
    }

    /// All that came since the last job.
    pub(super) fn take(&self) -> Bytes {
        std::mem::take(&mut *self.lock()).freeze()
    }

    fn lock(&self) -> MutexGuard<'_, BytesMut> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
