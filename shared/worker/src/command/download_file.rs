//! `downloadFile`: writes a file that the master sends (§5).

use super::Context;
use super::args::Args;
use super::files::system_text;
use super::transfer::{self, Limits, TransferError};
use crate::system;
use std::io;
use std::path::PathBuf;
use tokio::fs::File;
use tokio::io::AsyncWriteExt;
use wire::worker::{Answer, Failure, TransferId, Value, WorkerCall};

#[derive(Debug)]
pub(crate) struct DownloadFile {
    dest: PathBuf,
    reader: TransferId,
    limits: Limits,
    mode: Option<u32>,
}

impl DownloadFile {
    pub(super) fn parse(args: Args<'_>) -> Result<DownloadFile, Failure> {
        args.require(&["reader", "blocksize", "mode"])?;
        Ok(DownloadFile {
            dest: args.transferred("workerdest")?,
            reader: args.transfer("reader")?,
            limits: Limits::parse(args)?,
            mode: args.get("mode").and_then(Value::int).map(|mode| mode as u32 & 0o7777),
        })
    }

    pub(super) async fn run(self, context: &mut Context) -> Result<(), Failure> {
        let result = match self.create().await {
            Ok(file) => self.receive(file, context).await,
            Err(_) => Err(TransferError::Told(format!(
                "Cannot open file '{}' for download",
                self.dest.display()
            ))),
        };
        let transfer = self.reader;
        let closed = transfer::call(context, WorkerCall::CloseReader { transfer }).await;
        transfer::tell(context, result.and(closed.map(|_| ()).map_err(TransferError::Master)))
    }

    async fn create(&self) -> io::Result<File> {
        if let Some(parent) = self.dest.parent() {
            tokio::fs::create_dir_all(parent).await?;
        }
        let file = File::create(&self.dest).await?;
        if let Some(mode) = self.mode {
            let now = file.metadata().await?.permissions();
            file.set_permissions(system::permissions(now, mode)).await?;
        }
        Ok(file)
    }

    async fn receive(&self, mut file: File, context: &Context) -> Result<(), TransferError> {
        let cannot_write = |error: io::Error| {
            let reason = system_text(&error);
            TransferError::Told(format!("Cannot write file '{}': {reason}", self.dest.display()))
        };
        let mut received = 0;
        loop {
            let Some(length) = self.limits.next(received) else {
                file.flush().await.map_err(cannot_write)?;
                return Err(self.limits.truncated(&self.dest));
            };
            let call = WorkerCall::Read {
                transfer: self.reader,
                length,
            };
            match transfer::call(context, call).await.map_err(TransferError::Master)? {
                Answer::Bytes(block) if !block.is_empty() => {
                    received += block.len() as u64;
                    file.write_all(&block).await.map_err(cannot_write)?;
                }
                // No bytes at all, not even none: Buildbot 4.3 over msgpack (`worker-protocol-msgpack` §6).
                Answer::None if received == 0 => {
                    return Err(TransferError::Told(format!(
                        "The master sent nothing of the file '{}', and its real content is not known. Buildbot 4.3 cannot \
                         send files over msgpack; connect this worker with --protocol=pb",
                        self.dest.display()
                    )));
                }
                _ => return file.flush().await.map_err(cannot_write),
            }
            transfer::check_interrupt(context)?;
        }
    }
}
