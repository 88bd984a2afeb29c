//! A file of the master that a worker reads: large pieces from the disk, one ahead of the worker.

use super::{Ask, Order, failed, unfit, words_of};
use bytes::{Bytes, BytesMut};
use std::fs::File;
use std::io::{self, Read};
use tokio::sync::mpsc;
use wire::worker::Answer;

/// So much is read from the disk at once.
const PIECE: usize = 1 << 20;

/// Answers until the step needs no more.
pub(super) fn serve(file: File, mut orders: mpsc::Receiver<Order>) {
    let mut source = Some(Source {
        file,
        ready: BytesMut::new(),
        ended: false,
    });
    while let Some(Order { ask, answer }) = orders.blocking_recv() {
        answer(match ask {
            Ask::Read(length) => match source.as_mut().map(|source| source.next(length)) {
                Some(Ok(block)) => Ok(Answer::Bytes(block)),
                Some(Err(error)) => {
                    let reason = format!("the file cannot be read on the master: {}", words_of(&error));
                    Err(failed(&reason))
                }
                None => Err(failed("the worker read from a file that it had closed")),
            },
            Ask::CloseReader => {
                source = None;
                Ok(Answer::None)
            }
            other => Err(unfit(&other)),
        });
    }
}

struct Source {
    file: File,
    ready: BytesMut,
    ended: bool,
}

impl Source {
    /// The next at most `length` bytes, shared with the piece that they were read in.
    fn next(&mut self, length: usize) -> io::Result<Bytes> {
        if self.ready.is_empty() && !self.ended {
            self.fill()?;
        }
        let length = length.min(self.ready.len());
        Ok(self.ready.split_to(length).freeze())
    }

    fn fill(&mut self) -> io::Result<()> {
        // The last piece may still be on its way; then this is new memory, else the same again.
        self.ready.resize(PIECE, 0);
        loop {
            match self.file.read(&mut self.ready) {
                Ok(read) => {
                    self.ended = read == 0;
                    self.ready.truncate(read);
                    return Ok(());
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.ready.clear();
                    return Err(error);
                }
            }
        }
    }
}
