//! `uploadFile`: sends a file to the master, block by block (§5).

use super::Context;
use super::args::Args;
use super::transfer::{self, Limits, TransferError};
use bytes::BytesMut;
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};
use tokio::fs::File;
use tokio::io::AsyncReadExt;
use wire::worker::{Failure, TransferId, WorkerCall};

#[derive(Debug)]
pub(crate) struct UploadFile {
    source: PathBuf,
    writer: TransferId,
    limits: Limits,
    keepstamp: bool,
}

impl UploadFile {
    pub(super) fn parse(args: Args<'_>) -> Result<UploadFile, Failure> {
        args.require(&["writer", "blocksize"])?;
        Ok(UploadFile {
            source: args.transferred("workersrc")?,
            writer: args.transfer("writer")?,
            limits: Limits::parse(args)?,
            keepstamp: args.flag("keepstamp", false),
        })
    }

    pub(super) async fn run(self, context: &mut Context) -> Result<(), Failure> {
        let shown = self.source.display();
        context.report.header(&format!("sending {shown}\n"));
        let opened = match tokio::fs::metadata(&self.source).await {
            // Opening a pipe would wait for its other end.
            Ok(metadata) if metadata.is_file() => File::open(&self.source).await.ok(),
            _ => None,
        };
        let times = match (&opened, self.keepstamp) {
            (Some(file), true) => times(file).await,
            _ => None,
        };
        let result = match opened {
            Some(file) => self.send(file, context).await,
            None => Err(TransferError::Told(format!("Cannot open file '{shown}' for upload"))),
        };
        let transfer = self.writer;
        let closed = transfer::call(context, WorkerCall::CloseWriter { transfer }).await;
        if let (Ok(()), Ok(_), Some((accessed, modified))) = (&result, &closed, times) {
            let call = WorkerCall::SetTimes {
                transfer,
                accessed,
                modified,
            };
            transfer::call(context, call).await?;
        }
        transfer::tell(context, result.and(closed.map(|_| ()).map_err(TransferError::Master)))
    }

    async fn send(&self, mut file: File, context: &Context) -> Result<(), TransferError> {
        let mut sent = 0;
        loop {
            let Some(length) = self.limits.next(sent) else {
                return Err(self.limits.truncated(&self.source));
            };
            let mut block = BytesMut::with_capacity(length);
            while block.len() < length {
                let mut rest = (&mut file).take((length - block.len()) as u64);
                let read = rest.read_buf(&mut block).await;
                let read = read.map_err(|error| {
                    let reason = super::files::system_text(&error);
                    TransferError::Told(format!(
                        "Cannot read file '{}' for upload: {reason}",
                        self.source.display()
                    ))
                })?;
                if read == 0 {
                    break;
                }
            }
            if block.is_empty() {
                return Ok(());
            }
            sent += block.len() as u64;
            let call = WorkerCall::Write {
                transfer: self.writer,
                data: block.freeze(),
            };
            transfer::call(context, call).await.map_err(TransferError::Master)?;
            transfer::check_interrupt(context)?;
        }
    }
}

/// Last access and last change, in seconds.
async fn times(file: &File) -> Option<(f64, f64)> {
    let metadata = file.metadata().await.ok()?;
    Some((seconds(metadata.accessed().ok()?), seconds(metadata.modified().ok()?)))
}

fn seconds(time: SystemTime) -> f64 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(after) => after.as_secs_f64(),
        Err(before) => -before.duration().as_secs_f64(),
    }
}
