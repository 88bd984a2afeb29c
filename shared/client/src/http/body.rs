//! Reading an answer's body, which may be endless, slow, cut off or much larger than it looked.

use super::sink::Sink;
use super::words;
use crate::Error;
use reqwest::Response;
use std::time::Duration;
use tokio::time::{Instant, timeout, timeout_at};

/// A body that brings nothing for this long is given up.
const IDLE: Duration = Duration::from_secs(20);
/// A body may take this long, however small it is…
const WHOLE: Duration = Duration::from_secs(60);
/// … and a second more for each so many bytes.
const BYTES_PER_SECOND: usize = 64 << 10;

/// Why a body was not read.
pub(super) enum Unread {
    /// The connection ended before the body did; asking again may help.
    Cut(Error),
    /// Something that asking again does not change.
    Told(Error),
}

/// Reads a body, decompressed, as far as it is wanted.
pub(super) async fn read(mut response: Response, sink: &mut dyn Sink) -> Result<(), Unread> {
    let host = response.url().host_str().unwrap_or_default().to_owned();
    let start = Instant::now();
    let mut bytes = 0;
    sink.restart();
    loop {
        let allowed = WHOLE + Duration::from_secs((bytes / BYTES_PER_SECOND) as u64);
        let next = timeout_at(start + allowed, timeout(IDLE, response.chunk())).await;
        let chunk = match next {
            Ok(Ok(Ok(Some(chunk)))) => chunk,
            Ok(Ok(Ok(None))) => return Ok(()),
            // Mostly because a busy master closed the connection early.
            Ok(Ok(Err(error))) if error.is_decode() => {
                let what = format!("it cannot be decompressed ({error})");
                return Err(Unread::Cut(Error::Lies(what)));
            }
            Ok(Ok(Err(error))) => return Err(Unread::Cut(words::of_request(&error, &host))),
            Ok(Err(_)) | Err(_) => {
                let seconds = start.elapsed().as_secs();
                let what = format!("'{host}' did not finish its answer within {seconds} seconds");
                return Err(Unread::Told(Error::Unreachable(what)));
            }
        };
        bytes += chunk.len();
        if !sink.take(&chunk).map_err(Unread::Told)? {
            return Ok(());
        }
    }
}
