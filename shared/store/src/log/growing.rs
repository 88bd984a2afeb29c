//! One log that is being written: the part of it that is not yet in the table.

use crate::StoreError;
use model::{Log, LogKind};
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{Notify, watch};

/// A block is full when the next line would make it longer than this, in bytes.
pub(crate) const BLOCK: usize = 64 << 10;

/// A longer line is stored as several, so that no block and no answer grows with it (`rest-v2` §7: "can be split").
pub(crate) const LONGEST_LINE: usize = 32 << 10;

/// Full blocks that may wait for the disk, in bytes; then appending waits.
const MOST_UNSAVED: usize = 2 << 20;

/// Some whole lines of a log, as REST shows them.
#[derive(Debug)]
pub(crate) struct Block {
    /// From 0 in the log.
    pub first_line: i64,
    /// At least 1.
    pub num_lines: i64,
    /// Each line with its end.
    pub text: String,
}

/// A log that grows.
#[derive(Debug)]
pub(crate) struct Growing {
    /// As it was when opened.
    pub log: Log,
    tail: Mutex<Tail>,
    room: Notify,
    broken_off: AtomicBool,
}

#[derive(Debug)]
struct Tail {
    /// Full blocks whose commit was not yet told, oldest first.
    full: VecDeque<Arc<Block>>,
    /// How many of `full` are on their way already.
    under_way: usize,
    /// Bytes in `full`.
    unsaved: usize,
    /// The block that is being filled.
    filling: Block,
    /// Tells the number of lines; gone when the log has ended.
    news: Option<watch::Sender<i64>>,
    /// Why nothing more can be appended.
    ended: Option<StoreError>,
    /// Why the first part that was not stored was not.
    failed: Option<StoreError>,
}

/// The tail at one moment.
#[derive(Debug)]
pub(crate) struct Snapshot {
    /// Everything before this line is in the table.
    pub first_line: i64,
    /// What follows, without gaps.
    pub blocks: Vec<Arc<Block>>,
}

impl Growing {
    pub(crate) fn new(log: Log) -> Growing {
        let first_line = log.num_lines;
        let tail = Tail {
            full: VecDeque::new(),
            under_way: 0,
            unsaved: 0,
            filling: Block {
                first_line,
                num_lines: 0,
                text: String::new(),
            },
            news: Some(watch::Sender::new(first_line)),
            ended: None,
            failed: None,
        };
        Growing {
            log,
            tail: Mutex::new(tail),
            room: Notify::new(),
            broken_off: AtomicBool::new(false),
        }
    }

    fn tail(&self) -> MutexGuard<'_, Tail> {
        self.tail.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes whole lines from `text` while there is room. Gives back what is left, and whether a block became full.
    pub(crate) fn push<'t>(&self, stream: char, mut text: &'t str) -> Result<(&'t str, bool), StoreError> {
        let prefix = match self.log.kind {
            // Anything else is no stream; unknown ones are treated like `o` (`rest-v2` §7).
            LogKind::Stdio if stream.is_ascii_alphabetic() => Some(stream),
            LogKind::Stdio => Some('o'),
            _ => None,
        };
        let mut tail = self.tail();
        if let Some(error) = &tail.ended {
            return Err(error.clone());
        }
        let before = tail.full.len();
        while !text.is_empty() && tail.unsaved < MOST_UNSAVED {
            let (line, rest) = split_line(text);
            tail.add(prefix, line);
            text = rest;
        }
        tail.tell();
        Ok((text, tail.full.len() > before))
    }

    /// Waits until full blocks were stored, or the log ended.
    pub(crate) async fn wait_for_room(&self) {
        let room = self.room.notified();
        tokio::pin!(room);
        // Registered before looking, so that a commit in between is not missed.
        room.as_mut().enable();
        if self.is_full() {
            room.await;
        }
    }

    fn is_full(&self) -> bool {
        let tail = self.tail();
        tail.unsaved >= MOST_UNSAVED && tail.ended.is_none()
    }

    /// At most `most` full blocks that are not on their way yet; now they are.
    pub(crate) fn take_full(&self, most: usize) -> Vec<Arc<Block>> {
        let mut tail = self.tail();
        let taken: Vec<_> = tail.full.iter().skip(tail.under_way).take(most).cloned().collect();
        tail.under_way += taken.len();
        taken
    }

    /// Counts what is being filled as full, however little it is.
    pub(crate) fn seal(&self) {
        self.tail().seal();
    }

    /// The oldest `blocks` are in the table.
    pub(crate) fn stored(&self, blocks: usize) {
        let mut tail = self.tail();
        for block in tail.full.drain(..blocks).collect::<Vec<_>>() {
            tail.unsaved -= block.text.len();
        }
        tail.under_way -= blocks;
        drop(tail);
        self.room.notify_waiters();
    }

    /// Nothing more can be appended, because of `why`. Followers still hear of it only by [`Growing::end`].
    pub(crate) fn stop(&self, why: StoreError) {
        self.tail().ended.get_or_insert(why);
        self.room.notify_waiters();
    }

    /// A part was not stored because of `error`: nothing more can be appended. Gives back the log's first such error.
    pub(crate) fn fail(&self, error: StoreError) -> StoreError {
        self.break_off();
        self.stop(error.clone());
        self.tail().failed.get_or_insert(error).clone()
    }

    /// No more news.
    pub(crate) fn end(&self) {
        self.tail().news = None;
    }

    /// A part of it was not stored; nothing after that may be.
    pub(crate) fn break_off(&self) {
        self.broken_off.store(true, Ordering::Release);
    }

    /// Whether a part of it was not stored.
    pub(crate) fn is_broken_off(&self) -> bool {
        self.broken_off.load(Ordering::Acquire)
    }

    /// Lines so far.
    pub(crate) fn num_lines(&self) -> i64 {
        self.tail().num_lines()
    }

    /// The number of lines and its changes, unless the log has ended.
    pub(crate) fn watch(&self) -> Option<watch::Receiver<i64>> {
        self.tail().news.as_ref().map(watch::Sender::subscribe)
    }

    /// What is not surely in the table.
    pub(crate) fn snapshot(&self) -> Snapshot {
        let tail = self.tail();
        let filling = &tail.filling;
        let mut blocks: Vec<_> = tail.full.iter().cloned().collect();
        if filling.num_lines > 0 {
            blocks.push(Arc::new(Block {
                text: filling.text.clone(),
                ..*filling
            }));
        }
        Snapshot {
            first_line: blocks.first().map_or(filling.first_line, |block| block.first_line),
            blocks,
        }
    }
}

impl Tail {
    fn num_lines(&self) -> i64 {
        self.filling.first_line + self.filling.num_lines
    }

    fn add(&mut self, prefix: Option<char>, line: &str) {
        if self.filling.text.len() + line.len() + 2 > BLOCK {
            self.seal();
        }
        let text = &mut self.filling.text;
        text.extend(prefix);
        text.push_str(line);
        text.push('\n');
        self.filling.num_lines += 1;
    }

    fn seal(&mut self) {
        if self.filling.num_lines == 0 {
            return;
        }
        let next = Block {
            first_line: self.num_lines(),
            num_lines: 0,
            text: String::new(),
        };
        let mut full = std::mem::replace(&mut self.filling, next);
        full.text.shrink_to_fit();
        self.unsaved += full.text.len();
        self.full.push_back(Arc::new(full));
    }

    fn tell(&self) {
        let lines = self.num_lines();
        if let Some(news) = &self.news {
            news.send_if_modified(|known| std::mem::replace(known, lines) != lines);
        }
    }
}

/// The first line without its end, and what follows it.
fn split_line(text: &str) -> (&str, &str) {
    let near = &text.as_bytes()[..text.len().min(LONGEST_LINE + 1)];
    match memchr::memchr(b'\n', near) {
        Some(end) => (&text[..end], &text[end + 1..]),
        None if text.len() <= LONGEST_LINE => (text, ""),
        None => text.split_at(text.floor_char_boundary(LONGEST_LINE)),
    }
}
