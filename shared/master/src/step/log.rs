//! A log of a step while it is written: whole lines, without secrets, from streams that are cut anywhere.

use crate::lines::Lines;
use crate::redact::{Redactor, Secrets};
use model::Log;
use std::collections::BTreeMap;
use store::{Ending, LogWriter, StoreError};

/// A log and its streams.
#[derive(Debug)]
pub struct StepLog {
    writer: LogWriter,
    secrets: Secrets,
    streams: BTreeMap<char, (Lines, Redactor)>,
    told: i64,
}

impl StepLog {
    /// For a log that was just made.
    pub fn new(writer: LogWriter, secrets: Secrets) -> StepLog {
        StepLog {
            writer,
            secrets,
            streams: BTreeMap::new(),
            told: 0,
        }
    }

    /// Text of `stream`: `o`, `e` or `h`; `t` in logs of plain text.
    pub async fn add(&mut self, stream: char, text: &str) -> Result<(), StoreError> {
        let secrets = &self.secrets;
        let (lines, redactor) = self
            .streams
            .entry(stream)
            .or_insert_with(|| (Lines::default(), Redactor::new(secrets.clone())));
        let text = redactor.add(lines.add(text));
        if text.is_empty() {
            Ok(())
        } else {
            self.writer.append(stream, &text).await
        }
    }

    /// The log's row if it has lines that were not told yet; they count as told from now on.
    pub fn news(&mut self) -> Option<Log> {
        let log = self.writer.log();
        let is_new = log.num_lines > self.told;
        self.told = log.num_lines;
        is_new.then_some(log)
    }

    /// Writes out unfinished last lines, stream by stream.
    pub async fn flush(&mut self) -> Result<(), StoreError> {
        for (stream, (lines, redactor)) in &mut self.streams {
            let mut rest = redactor.add(lines.finish().unwrap_or_default().into()).into_owned();
            rest.push_str(&redactor.finish().unwrap_or_default());
            if !rest.is_empty() {
                self.writer.append(*stream, &rest).await?;
            }
        }
        Ok(())
    }

    /// Ends the log, which was flushed.
    pub fn end(self) -> Ending {
        self.writer.end()
    }
}
