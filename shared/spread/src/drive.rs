//! A connection from its first byte to its last.

use crate::banana::{Decoder, Dialect, Element, Encoder, Limits};
use crate::dispatch::dispatch;
use crate::shared::Shared;
use crate::{Closed, banana};
use bytes::{Buf, Bytes, BytesMut};
use std::collections::VecDeque;
use std::io::IoSlice;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// The version of the protocol (§3).
pub(crate) const VERSION: i64 = 6;

/// What a peer may send in one expression before it has logged in, or made a first call where none is asked for.
const STRANGER: usize = 64 << 10;

/// Read at once when little comes.
const SOME: usize = 8 << 10;

/// Read at once when as much came last time.
const MUCH: usize = 256 << 10;

/// How many pieces are written at once.
const PIECES: usize = 16;

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
    let mut reader = Reader::new(input, shared);
    let mut writer = Writer {
        output,
        pieces: VecDeque::new(),
    };
    let why = tokio::select! {
        biased;
        why = shared.closing() => why,
        why = talk(shared, &mut reader, &mut writer, end) => why,
        why = silence(shared) => why,
    };
    tracing::debug!(reason = %why, "a connection is over");
    shared.end(why.clone());
    if !matches!(why, Closed::There | Closed::Failed(_)) {
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

/// The server's half (§1.3): it offers.
async fn offer<S: AsyncRead + AsyncWrite>(
    shared: &Arc<Shared>,
    reader: &mut Reader<S>,
    writer: &mut Writer<S>,
) -> Result<(), Closed> {
    let offer = encode(&[Element::List(vec![word("pb"), word("none")])], Dialect::None);
    writer.pieces.push_back(offer);
    writer.write_all(|_| {}).await?;
    let dialect = match reader.next().await? {
        Element::Bytes(choice) if choice == "pb" => Dialect::Pb,
        Element::Bytes(choice) if choice == "none" => Dialect::None,
        _ => return Err(Closed::Broken("it chose a dialect that was not offered".to_owned())),
    };
    reader.decoder.set_dialect(dialect);
    shared.begin(dialect, encode(&[version()], dialect));
    Ok(())
}

/// The client's half: it takes `pb`, which every server offers. What it was asked to call meanwhile goes out together with
/// its choice.
async fn choose<S: AsyncRead>(shared: &Arc<Shared>, reader: &mut Reader<S>) -> Result<(), Closed> {
    let offered = match reader.next().await? {
        Element::List(dialects) => dialects.contains(&word("pb")),
        _ => false,
    };
    if !offered {
        return Err(Closed::Broken("it does not offer the dialect 'pb'".to_owned()));
    }
    reader.decoder.set_dialect(Dialect::Pb);
    shared.greeted();
    shared.begin(Dialect::Pb, encode(&[word("pb"), version()], Dialect::Pb));
    Ok(())
}

/// Reads until something ends that.
async fn read<S: AsyncRead>(shared: &Arc<Shared>, reader: &mut Reader<S>) -> Closed {
    let mut known = false;
    loop {
        if !known && shared.has_begun() {
            known = true;
            reader.decoder.set_limits(limits(shared.options.max_element));
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
        writer.pieces = shared.pieces().await;
        if let Err(why) = writer.write_all(|length| shared.wrote(length)).await {
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
    writer.pieces.extend(shared.queue().take());
    writer.write_all(|_| {}).await?;
    writer.output.shutdown().await.map_err(failed)?;
    loop {
        reader.buffer.clear();
        reader.fill().await?;
    }
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

struct Reader<S> {
    input: tokio::io::ReadHalf<S>,
    buffer: BytesMut,
    decoder: Decoder,
    /// The last read brought as much as there was room for.
    full: bool,
}

impl<S: AsyncRead> Reader<S> {
    fn new(input: tokio::io::ReadHalf<S>, shared: &Shared) -> Self {
        Reader {
            input,
            buffer: BytesMut::new(),
            decoder: Decoder::with_limits(Dialect::None, limits(shared.options.max_element.min(STRANGER))),
            full: false,
        }
    }

    /// The next element.
    async fn next(&mut self) -> Result<Element, Closed> {
        loop {
            if let Some(element) = self.decoder.feed(&mut self.buffer).map_err(broken)? {
                return Ok(element);
            }
            self.fill().await?;
        }
    }

    /// Reads what there is.
    async fn fill(&mut self) -> Result<(), Closed> {
        let room = if self.full { MUCH } else { SOME };
        let missing = self.decoder.wanted().saturating_sub(self.buffer.len());
        self.buffer.reserve(room.max(missing));
        let room = self.buffer.capacity() - self.buffer.len();
        let length = self.input.read_buf(&mut self.buffer).await.map_err(failed)?;
        self.full = length == room;
        if length == 0 { Err(Closed::There) } else { Ok(()) }
    }
}

struct Writer<S> {
    output: tokio::io::WriteHalf<S>,
    /// What was taken to be written, without what is written.
    pieces: VecDeque<Bytes>,
}

impl<S: AsyncWrite> Writer<S> {
    /// Writes all pieces. May be dropped in between and called again.
    async fn write_all(&mut self, wrote: impl Fn(usize)) -> Result<(), Closed> {
        while !self.pieces.is_empty() {
            let slices: Vec<_> = self
                .pieces
                .iter()
                .take(PIECES)
                .map(|piece| IoSlice::new(piece))
                .collect();
            let length = self.output.write_vectored(&slices).await.map_err(failed)?;
            if length == 0 {
                return Err(Closed::There);
            }
            self.advance(length);
            wrote(length);
        }
        self.output.flush().await.map_err(failed)
    }

    fn advance(&mut self, mut length: usize) {
        while let Some(piece) = self.pieces.front_mut() {
            let done = length.min(piece.len());
            piece.advance(done);
            length -= done;
            if !piece.is_empty() {
                break;
            }
            self.pieces.pop_front();
        }
    }
}

fn limits(size: usize) -> Limits {
    Limits {
        size,
        ..Limits::default()
    }
}

fn version() -> Element {
    Element::List(vec![word("version"), Element::Int(VERSION.into())])
}

fn word(word: &'static str) -> Element {
    Element::Bytes(Bytes::from_static(word.as_bytes()))
}

fn encode(elements: &[Element], dialect: Dialect) -> Bytes {
    let mut out = BytesMut::new();
    let mut encoder = Encoder::new(dialect, &mut out);
    for element in elements {
        // Nothing that this file writes is too long.
        let _ = encoder.element(element);
    }
    out.freeze()
}

fn failed(error: std::io::Error) -> Closed {
    match error.kind() {
        std::io::ErrorKind::ConnectionReset | std::io::ErrorKind::BrokenPipe => Closed::There,
        _ => Closed::Failed(error.to_string()),
    }
}

fn broken(error: banana::Error) -> Closed {
    Closed::Broken(error.to_string())
}
