//! What one command tells the master: lines of its streams and other updates, in the order of §3.1.

use crate::buffer::{Buffer, Stream};
use crate::lines::Lines;
use std::collections::BTreeMap;
use wire::worker::link::Caller;
use wire::worker::{CommandId, Failure, Update};

/// One command's updates.
#[derive(Debug)]
pub(crate) struct Report {
    buffer: Buffer,
    header: Lines,
    stdout: Lines,
    stderr: Lines,
    logs: BTreeMap<String, Lines>,
}

impl Report {
    pub(crate) fn new(id: CommandId, caller: Caller) -> Report {
        Report {
            buffer: Buffer::new(id, caller),
            header: Lines::default(),
            stdout: Lines::default(),
            stderr: Lines::default(),
            logs: BTreeMap::new(),
        }
    }

    /// Text of the command's own framing. A part without an end of line waits for more.
    pub(crate) fn header(&mut self, text: &str) {
        self.buffer
            .lines(Stream::Header, |out| self.header.push_text(text, out));
    }

    /// Our own words on the error stream.
    pub(crate) fn stderr_text(&mut self, text: &str) {
        self.stderr(text.as_bytes());
    }

    pub(crate) fn stdout(&mut self, bytes: &[u8]) {
        self.buffer.lines(Stream::Stdout, |out| self.stdout.push(bytes, out));
    }

    pub(crate) fn stderr(&mut self, bytes: &[u8]) {
        self.buffer.lines(Stream::Stderr, |out| self.stderr.push(bytes, out));
    }

    pub(crate) fn log(&mut self, name: &str, bytes: &[u8]) {
        if !self.logs.contains_key(name) {
            self.logs.insert(name.to_owned(), Lines::default());
        }
        if let Some(lines) = self.logs.get_mut(name) {
            self.buffer.lines(Stream::Log(name), |out| lines.push(bytes, out));
        }
    }

    pub(crate) fn update(&mut self, update: Update) {
        self.buffer.push(update);
    }

    /// Whether more output may be taken now.
    pub(crate) fn has_room(&self) -> bool {
        self.buffer.has_room()
    }

    /// Sends what waits when its time has come. Safe to cancel.
    pub(crate) async fn flush_when_due(&mut self) {
        self.buffer.flush_when_due().await;
    }

    /// The last lines that have no end, by name of stream, and then the end.
    pub(crate) async fn complete(self, failure: Option<Failure>) {
        let Report {
            mut buffer,
            mut header,
            mut stdout,
            mut stderr,
            mut logs,
        } = self;
        let mut rest = vec![
            (Stream::Header, &mut header),
            (Stream::Stderr, &mut stderr),
            (Stream::Stdout, &mut stdout),
        ];
        rest.extend(logs.iter_mut().map(|(name, lines)| (Stream::Log(name), lines)));
        rest.sort_by_key(|(stream, _)| stream.name());
        for (stream, lines) in rest {
            buffer.lines(stream, |out| lines.finish(out));
        }
        buffer.complete(failure).await;
    }
}

impl<'a> Stream<'a> {
    fn name(self) -> &'a str {
        match self {
            Stream::Header => "header",
            Stream::Stdout => "stdout",
            Stream::Stderr => "stderr",
            Stream::Log(name) => name,
        }
    }
}
