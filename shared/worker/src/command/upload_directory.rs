//! `uploadDirectory`: sends a folder to the master as a tar archive (§5). The archive is made while it is sent, and is
//! nowhere as a whole.

use super::args::Args;
use super::files::system_text;
use super::transfer::{self, Limits, TransferError};
use super::{Context, failure};
use bytes::Bytes;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use tokio::sync::mpsc;
use wire::worker::{Failure, TransferId, Value, WorkerCall};

#[derive(Debug)]
pub(crate) struct UploadDirectory {
    source: PathBuf,
    writer: TransferId,
    limits: Limits,
    compress: Compress,
}

#[derive(Clone, Copy, Debug)]
enum Compress {
    No,
    Gzip,
    Bzip2,
}

/// Cuts what is written into blocks. A block that nobody takes any more ends the archive.
struct Blocks {
    block: Vec<u8>,
    size: usize,
    blocks: mpsc::Sender<Bytes>,
}

impl UploadDirectory {
    pub(super) fn parse(args: Args<'_>) -> Result<UploadDirectory, Failure> {
        args.require(&["writer", "blocksize", "compress"])?;
        let compress = match args.get("compress").and_then(Value::text) {
            None => Compress::No,
            Some("gz") => Compress::Gzip,
            Some("bz2") => Compress::Bzip2,
            Some(other) => {
                let reason = format!("cannot compress as '{other}'; use 'gz' or 'bz2'");
                return Err(failure("builtins.ValueError", reason));
            }
        };
        Ok(UploadDirectory {
            source: args.transferred("workersrc")?,
            writer: args.transfer("writer")?,
            limits: Limits::parse(args)?,
            compress,
        })
    }

    pub(super) async fn run(self, context: &mut Context) -> Result<(), Failure> {
        if let Err(error) = tokio::fs::read_dir(&self.source).await {
            return transfer::tell(context, Err(self.unreadable(&error)));
        }
        context.report.header(&format!("sending {}\n", self.source.display()));
        let mut result = self.send(context).await;
        // An archive that is not whole is left to the master, which drops it.
        if result.is_ok() {
            let unpack = WorkerCall::Unpack { transfer: self.writer };
            let unpacked = transfer::call(context, unpack).await;
            result = unpacked.map(|_| ()).map_err(TransferError::Master);
        }
        transfer::tell(context, result)
    }

    async fn send(&self, context: &Context) -> Result<(), TransferError> {
        let (sender, mut blocks) = mpsc::channel(1);
        let (source, compress) = (self.source.clone(), self.compress);
        let out = Blocks {
            block: Vec::new(),
            size: self.limits.block(),
            blocks: sender,
        };
        let archiving = tokio::task::spawn_blocking(move || archive(&source, compress, out));
        let mut sent = 0;
        while let Some(mut data) = blocks.recv().await {
            let Some(room) = self.limits.next(sent) else {
                return Err(self.limits.truncated(&self.source));
            };
            data.truncate(room);
            sent += data.len() as u64;
            let call = WorkerCall::Write {
                transfer: self.writer,
                data,
            };
            transfer::call(context, call).await.map_err(TransferError::Master)?;
            transfer::check_interrupt(context)?;
        }
        match archiving.await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(self.unreadable(&error)),
            Err(error) => Err(self.unreadable(&io::Error::other(error))),
        }
    }

    fn unreadable(&self, error: &io::Error) -> TransferError {
        TransferError::Told(format!(
            "Cannot read directory '{}' for upload: {}",
            self.source.display(),
            system_text(error)
        ))
    }
}

fn archive(source: &Path, compress: Compress, mut out: Blocks) -> io::Result<()> {
    match compress {
        Compress::No => tar(source, &mut out)?,
        Compress::Gzip => {
            let mut gzip = flate2::write::GzEncoder::new(&mut out, flate2::Compression::default());
            tar(source, &mut gzip)?;
            gzip.finish()?;
        }
        Compress::Bzip2 => {
            let mut bzip2 = bzip2::write::BzEncoder::new(&mut out, bzip2::Compression::default());
            tar(source, &mut bzip2)?;
            bzip2.finish()?;
        }
    }
    if out.block.is_empty() { Ok(()) } else { out.send() }
}

fn tar(source: &Path, out: impl Write) -> io::Result<()> {
    let mut tar = tar::Builder::new(out);
    tar.follow_symlinks(false);
    tar.append_dir(".", source)?;
    append_folder(&mut tar, source, Path::new(""))?;
    tar.finish()
}

fn append_folder(tar: &mut tar::Builder<impl Write>, source: &Path, below: &Path) -> io::Result<()> {
    let mut entries = std::fs::read_dir(source.join(below))?.collect::<Result<Vec<_>, _>>()?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let name = below.join(entry.file_name());
        let path = entry.path();
        let kind = entry.file_type()?;
        if kind.is_dir() {
            tar.append_dir(&name, &path)?;
            append_folder(tar, source, &name)?;
        } else if kind.is_file() {
            append_file(tar, &path, &name)?;
        } else if kind.is_symlink() {
            let mut header = tar::Header::new_gnu();
            header.set_metadata(&std::fs::symlink_metadata(&path)?);
            header.set_size(0);
            tar.append_link(&mut header, &name, std::fs::read_link(&path)?)?;
        } else {
            tracing::debug!(path = %path.display(), "not uploaded: neither file, folder nor link");
        }
    }
    Ok(())
}

/// A file with the size that it has now: what is written to it meanwhile must not break the archive.
fn append_file(tar: &mut tar::Builder<impl Write>, path: &Path, name: &Path) -> io::Result<()> {
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    let mut header = tar::Header::new_gnu();
    header.set_metadata(&metadata);
    header.set_size(metadata.len());
    tar.append_data(&mut header, name, file.chain(io::repeat(0)).take(metadata.len()))
}

impl Write for Blocks {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = self.size - self.block.len();
        let taken = bytes.len().min(room);
        self.block.extend_from_slice(&bytes[..taken]);
        if self.block.len() == self.size {
            self.send()?;
        }
        Ok(taken)
    }

    /// A block that is not full waits for the end: compressors flush when they please.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Blocks {
    fn send(&mut self) -> io::Result<()> {
        let block = Bytes::from(std::mem::take(&mut self.block));
        let gone = |_| io::Error::from(io::ErrorKind::BrokenPipe);
        self.blocks.blocking_send(block).map_err(gone)
    }
}
