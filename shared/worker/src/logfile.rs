//! Log files that a command writes and the master wants to see (§4.4).
//!
//! A file that was there before the command is only read once it has changed since; then it is read from its beginning,
//! or, when it is followed, from the size that it had when the command started. A file that shrinks is read anew.

use crate::system::{FileState, file_state};
use std::fs::{File, Metadata};
use std::io::{Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;
use tokio::sync::mpsc;
use wire::worker::Value;

/// Between two looks.
const INTERVAL: Duration = Duration::from_millis(100);

/// Read at once.
const BLOCK: u64 = 64 * 1024;

/// One watched file.
#[derive(Debug)]
struct LogFile {
    name: String,
    path: PathBuf,
    /// How it was when the command started.
    before: Option<FileState>,
    open: Option<File>,
    offset: u64,
}

/// The watched files of a running command. The look-out is a thread of its own, because files may be slow.
#[derive(Debug)]
pub(crate) struct LogFiles {
    news: mpsc::Receiver<(String, Vec<u8>)>,
    stop: Option<Sender<()>>,
}

impl LogFiles {
    /// Notes how the files are now, before the command starts. `logfiles` is the argument of that name.
    pub(crate) fn watch(logfiles: &Value, workdir: &std::path::Path) -> LogFiles {
        let (sender, news) = mpsc::channel(1);
        let (stop, stopped) = channel();
        let pairs: &[(String, Value)] = if let Value::Dict(pairs) = logfiles { pairs } else { &[] };
        let mut files: Vec<LogFile> = pairs.iter().filter_map(|(n, v)| LogFile::new(n, v, workdir)).collect();
        if !files.is_empty() {
            tokio::task::spawn_blocking(move || {
                loop {
                    let last = stopped.recv_timeout(INTERVAL) != Err(RecvTimeoutError::Timeout);
                    for file in &mut files {
                        while let Some(block) = file.read() {
                            if sender.blocking_send((file.name.clone(), block)).is_err() {
                                return;
                            }
                        }
                    }
                    if last {
                        return;
                    }
                }
            });
        }
        LogFiles { news, stop: Some(stop) }
    }

    /// The next bytes of a file, by its log's name; `None` after [`LogFiles::stop`], when all was read. Safe to cancel.
    pub(crate) async fn next(&mut self) -> Option<(String, Vec<u8>)> {
        self.news.recv().await
    }

    /// The command has ended: one last look.
    pub(crate) fn stop(&mut self) {
        self.stop = None;
    }
}

impl LogFile {
    fn new(name: &str, value: &Value, workdir: &std::path::Path) -> Option<LogFile> {
        let filename = value.get("filename").unwrap_or(value);
        let path = workdir.join(crate::command::args::os_string(filename)?);
        let metadata = std::fs::metadata(&path).ok();
        let follow = value.get("follow").is_some_and(Value::truth);
        Some(LogFile {
            name: name.to_owned(),
            offset: metadata.as_ref().filter(|_| follow).map_or(0, Metadata::len),
            before: metadata.as_ref().map(file_state),
            path,
            open: None,
        })
    }

    /// The next block, if there is something new.
    fn read(&mut self) -> Option<Vec<u8>> {
        if self.open.is_none() {
            let metadata = std::fs::metadata(&self.path).ok()?;
            if !metadata.is_file() || self.before == Some(file_state(&metadata)) {
                return None;
            }
            self.open = Some(File::open(&self.path).ok()?);
        }
        let file = self.open.as_mut()?;
        if file.metadata().ok()?.len() < self.offset {
            self.offset = 0;
        }
        file.seek(SeekFrom::Start(self.offset)).ok()?;
        let mut block = Vec::new();
        file.take(BLOCK).read_to_end(&mut block).ok()?;
        self.offset += block.len() as u64;
        (!block.is_empty()).then_some(block)
    }
}
