//! The two directions of a byte stream.

use crate::Closed;
use crate::banana::{Decoder, Dialect, Element, Limits};
use bytes::{Buf, Bytes, BytesMut};
use std::collections::VecDeque;
use std::io::{Error, ErrorKind, IoSlice};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadHalf, WriteHalf};

/// Room to read into when little comes.
const SOME: usize = 8 << 10;

/// Room to read into when the last read filled what there was.
const MUCH: usize = 256 << 10;

/// How many pieces are written at once.
const PIECES: usize = 16;

/// Bytes to elements.
pub(crate) struct Reader<S> {
    input: ReadHalf<S>,
    buffer: BytesMut,
    decoder: Decoder,
    /// The last read brought as much as there was room for.
    full: bool,
}

impl<S: AsyncRead> Reader<S> {
    /// Reads elements that take at most so many bytes.
    pub(crate) fn new(input: ReadHalf<S>, max_element: usize) -> Self {
        Reader {
            input,
            buffer: BytesMut::new(),
            decoder: Decoder::with_limits(Dialect::None, limits(max_element)),
            full: false,
        }
    }

    /// From now on elements may take so many bytes.
    pub(crate) fn grant(&mut self, max_element: usize) {
        self.decoder.set_limits(limits(max_element));
    }

    /// What comes next is in this dialect.
    pub(crate) fn agreed(&mut self, dialect: Dialect) {
        self.decoder.set_dialect(dialect);
    }

    /// The next element.
    pub(crate) async fn next(&mut self) -> Result<Element, Closed> {
        loop {
            let element = self.decoder.feed(&mut self.buffer);
            if let Some(element) = element.map_err(|error| Closed::Broken(error.to_string()))? {
                return Ok(element);
            }
            self.fill().await?;
        }
    }

    /// Reads to the end, and takes nothing of it.
    pub(crate) async fn discard(&mut self) -> Result<(), Closed> {
        loop {
            self.buffer.clear();
            self.fill().await?;
        }
    }

    /// Reads what there is.
    async fn fill(&mut self) -> Result<(), Closed> {
        let missing = self.decoder.wanted().saturating_sub(self.buffer.len());
        if self.room() < missing.max(SOME / 4) {
            let room = if self.full { MUCH } else { SOME };
            self.buffer.reserve(room.max(missing));
        }
        let room = self.room();
        let length = self.input.read_buf(&mut self.buffer).await.map_err(failed)?;
        self.full = length == room;
        if length == 0 { Err(Closed::There) } else { Ok(()) }
    }

    fn room(&self) -> usize {
        self.buffer.capacity() - self.buffer.len()
    }
}

/// Pieces to bytes.
pub(crate) struct Writer<S> {
    output: WriteHalf<S>,
    /// What is to be written, without what is.
    pieces: VecDeque<Bytes>,
}

impl<S: AsyncWrite> Writer<S> {
    pub(crate) fn new(output: WriteHalf<S>) -> Self {
        Writer {
            output,
            pieces: VecDeque::new(),
        }
    }

    pub(crate) fn add(&mut self, pieces: impl IntoIterator<Item = Bytes>) {
        self.pieces.extend(pieces);
    }

    /// Writes all pieces, and tells after each time how many bytes that were. May be dropped in between and called again.
    pub(crate) async fn write(&mut self, wrote: impl Fn(usize)) -> Result<(), Closed> {
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

    /// Writes all pieces and the end.
    pub(crate) async fn finish(&mut self) -> Result<(), Closed> {
        self.write(|_| {}).await?;
        self.output.shutdown().await.map_err(failed)
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

fn failed(error: Error) -> Closed {
    match error.kind() {
        ErrorKind::ConnectionReset | ErrorKind::BrokenPipe | ErrorKind::UnexpectedEof => Closed::There,
        _ => Closed::Failed(error.to_string()),
    }
}
