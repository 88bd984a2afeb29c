//! A connection from its first byte to its last.

use crate::Closed;
use crate::agree::{choose, offer};
use crate::dispatch::dispatch;
use crate::shared::Shared;
use crate::stream::{Reader, Writer};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};

/// Bytes that an expression of a peer may take before it has logged in, or made a first call where no login is asked for:
/// enough for the longest string.
const STRANGER: usize = 1 << 20;

/// How long what is left may take to be written, and a peer to close after us.
const PARTING: Duration = Duration::from_secs(1);

/// Which end this is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Client,
    Server,
}

/// Drives a connection until it is over. That is also when the future is dropped, even before it was first polled.
pub(crate) async fn drive<S>(driven: Driven, stream: S, end: End) -> Closed
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let shared = &driven.0;
    let (input, output) = tokio::io::split(stream);
    let mut reader = Reader::new(input, shared.options.max_element.min(STRANGER));
    let mut writer = Writer::new(output);
    let why = tokio::select! {
        biased;
        why = shared.closing() => why,
        why = talk(shared, &mut reader, &mut writer, end) => why,
        why = silence(shared) => why,
    };
    tracing::debug!(reason = %why, "a connection is over");
    shared.end(why.clone());
    // A peer that closed one direction may still read the other.
    if !matches!(why, Closed::Failed(_)) {
        let _ = tokio::time::timeout(PARTING, part(shared, &mut reader, &mut writer)).await;
    }
    why
}

/// The connection, in the hands of the future that drives it.
pub(crate) struct Driven(pub(crate) Arc<Shared>);

impl Drop for Driven {
    fn drop(&mut self) {
        self.0.end(Closed::Here);
    }
}

/// Agrees on a dialect, then reads and writes at the same time.
async fn talk<S: AsyncRead + AsyncWrite>(
    shared: &Arc<Shared>,
    reader: &mut Reader<S>,
    writer: &mut Writer<S>,
    end: End,
) -> Closed {
    let agreed = match end {
        End::Client => choose(shared, reader).await,
        End::Server => offer(shared, reader, writer).await,
    };
    if let Err(why) = agreed {
        return why;
    }
    tokio::select! {
        why = read(shared, reader) => why,
        why = write(shared, writer) => why,
    }
}

/// Reads until something ends that.
async fn read<S: AsyncRead>(shared: &Arc<Shared>, reader: &mut Reader<S>) -> Closed {
    let mut known = false;
    loop {
        if !known && shared.has_begun() {
            known = true;
            reader.grant(shared.options.max_element);
        }
        let step = async {
            let element = reader.next().await?;
            dispatch(shared, element).await?;
            shared.taken().await
        };
        if let Err(why) = step.await {
            return why;
        }
    }
}

/// Writes until that fails.
async fn write<S: AsyncWrite>(shared: &Shared, writer: &mut Writer<S>) -> Closed {
    loop {
        writer.add(shared.pieces().await);
        if let Err(why) = writer.write(|length| shared.wrote(length)).await {
            return why;
        }
    }
}

/// Writes what is left and waits for the peer to close too: closing with something unread would make what was written
/// unreadable to it.
async fn part<S: AsyncRead + AsyncWrite>(
    shared: &Shared,
    reader: &mut Reader<S>,
    writer: &mut Writer<S>,
) -> Result<(), Closed> {
    writer.add(shared.queue().take());
    writer.finish().await?;
    reader.discard().await
}

/// Resolves when the peer has not begun in time.
async fn silence(shared: &Shared) -> Closed {
    if let Some(limit) = shared.options.first_word {
        tokio::time::sleep(limit).await;
        if !shared.has_begun() {
            return Closed::Silent(limit);
        }
    }
    std::future::pending().await
}
