//! What is to be written, in order and in few pieces.

use crate::banana::{Dialect, Encoder};
use crate::jelly;
use bytes::{Bytes, BytesMut};
use std::collections::VecDeque;
use std::ops::Range;

/// Small expressions are gathered in pieces of this size.
const PIECE: usize = 16 << 10;

/// An expression that is larger than this has a piece of its own size, which is not kept.
const KEPT: usize = 64 << 10;

/// Why something goes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    /// This end wants something. It waits while the queue is full.
    Own,
    /// The peer wanted something, or gets something back. It cannot wait, so the reader does.
    Peer,
}

/// The outgoing bytes of a connection. A string is copied once, into a piece that is large enough for it.
#[derive(Default)]
pub(crate) struct Queue {
    /// A server's is not known before the client chose.
    pub(crate) dialect: Option<Dialect>,
    /// The connection is over, and takes nothing more.
    pub(crate) over: bool,
    pieces: VecDeque<Bytes>,
    tail: BytesMut,
    /// The tail is part of a large piece.
    large: bool,
    /// Stream positions: how far was appended and written.
    appended: u64,
    written: u64,
    /// The unwritten ranges that the peer caused, and how long they are together.
    caused: VecDeque<Range<u64>>,
    caused_length: u64,
}

impl Queue {
    pub(crate) fn new(dialect: Option<Dialect>) -> Self {
        Queue {
            dialect,
            ..Queue::default()
        }
    }

    /// The dialect to append in; none when nothing can be appended.
    pub(crate) fn open(&self) -> Option<Dialect> {
        self.dialect.filter(|_| !self.over)
    }

    /// Appends what `write` writes, which is about `size` bytes; nothing when it fails.
    pub(crate) fn append(
        &mut self,
        dialect: Dialect,
        cause: Cause,
        size: usize,
        write: impl FnOnce(&mut Encoder<'_>) -> Result<(), jelly::Error>,
    ) -> Result<(), jelly::Error> {
        self.make_room(size);
        let before = self.tail.len();
        if let Err(error) = write(&mut Encoder::new(dialect, &mut self.tail)) {
            self.tail.truncate(before);
            return Err(error);
        }
        self.count((self.tail.len() - before) as u64, cause);
        Ok(())
    }

    /// Puts bytes before everything that was appended: the beginning of the stream.
    pub(crate) fn begin_with(&mut self, bytes: Bytes) {
        self.appended += bytes.len() as u64;
        self.pieces.push_front(bytes);
    }

    /// Takes all that is to be written.
    pub(crate) fn take(&mut self) -> VecDeque<Bytes> {
        self.seal();
        std::mem::take(&mut self.pieces)
    }

    /// So many bytes are written.
    pub(crate) fn wrote(&mut self, length: usize) {
        self.written += length as u64;
        while let Some(range) = self.caused.front_mut() {
            let done = self.written.min(range.end).saturating_sub(range.start);
            self.caused_length -= done;
            range.start += done;
            if range.start < range.end {
                break;
            }
            self.caused.pop_front();
        }
        if self.large && self.written == self.appended {
            self.tail = BytesMut::new();
            self.large = false;
        }
    }

    /// Bytes that are not yet written.
    pub(crate) fn length(&self) -> u64 {
        self.appended - self.written
    }

    /// Those of them that the peer caused.
    pub(crate) fn caused_length(&self) -> u64 {
        self.caused_length
    }

    fn make_room(&mut self, size: usize) {
        if self.tail.capacity() - self.tail.len() < size {
            self.seal();
            self.tail.reserve(size.max(PIECE));
            self.large |= size > KEPT;
        }
    }

    fn seal(&mut self) {
        if !self.tail.is_empty() {
            self.pieces.push_back(self.tail.split().freeze());
        }
    }

    fn count(&mut self, length: u64, cause: Cause) {
        let start = self.appended;
        self.appended += length;
        if cause == Cause::Own {
            return;
        }
        self.caused_length += length;
        match self.caused.back_mut() {
            Some(last) if last.end == start => last.end = self.appended,
            _ => self.caused.push_back(start..self.appended),
        }
    }
}
