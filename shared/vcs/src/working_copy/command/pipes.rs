//! The pipes of a running program: nothing in them is read without a limit, and nobody waits for a reader.

use super::LONGEST_ANSWER;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt};

/// The most that is kept of complaints, in bytes.
const LONGEST_COMPLAINT: u64 = 64 << 10;
/// How long complaints are waited for when the command has ended.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// What came out of a pipe.
#[derive(Default)]
pub(super) struct Drained {
    pub(super) bytes: Vec<u8>,
    /// There is more than is kept.
    pub(super) is_cut: bool,
}

/// What comes out of a pipe; what is too long is not waited for.
pub(super) async fn drain(pipe: Option<impl AsyncRead + Unpin>) -> Drained {
    let mut drained = Drained::default();
    if let Some(pipe) = pipe {
        let mut pipe = pipe.take(LONGEST_ANSWER + 1);
        // What was read before an error is still told; the exit code tells of the error.
        let _ = pipe.read_to_end(&mut drained.bytes).await;
        drained.is_cut = drained.bytes.len() as u64 > LONGEST_ANSWER;
    }
    drained
}

/// Keeps the beginning of what comes out of a pipe, and reads on: whoever complains much must not wait for a reader.
pub(crate) async fn listen(pipe: Option<impl AsyncRead + Unpin>, said: &mut Vec<u8>) {
    let Some(pipe) = pipe else { return };
    let mut pipe = pipe.take(LONGEST_COMPLAINT);
    // What was said before an error is still told.
    let _ = pipe.read_to_end(said).await;
    let _ = tokio::io::copy(&mut pipe.into_inner(), &mut tokio::io::sink()).await;
}

/// What `ending` gives, while `listening` goes on and for a moment more: something that stays in the background, as a
/// shared connection does, may keep the pipe open.
pub(super) async fn and_shortly_after<T>(ending: impl Future<Output = T>, listening: impl Future<Output = ()>) -> T {
    let (mut ending, mut listening) = (std::pin::pin!(ending), std::pin::pin!(listening));
    tokio::select! {
        ended = &mut ending => {
            // Whoever says nothing by then is not waited for.
            let _ = tokio::time::timeout(LAST_WORDS, listening).await;
            ended
        }
        () = &mut listening => ending.await,
    }
}
