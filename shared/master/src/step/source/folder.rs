//! The folders of trees on the worker: looked for, removed, copied.

use super::checkout::{Checkout, SourceError};
use crate::step::shell;
use bytes::Bytes;
use wire::worker::Value;

impl Checkout<'_, '_> {
    /// Whether there is a file or folder.
    pub(super) async fn exists(&mut self, path: &str) -> Result<bool, SourceError> {
        let end = self
            .command("stat", &[("file", path.into()), ("workdir", "".into())], false)
            .await?;
        if end.interrupted {
            return Err(SourceError::Stopped);
        }
        Ok(end.rc == Some(0))
    }

    /// Removes a folder with all that is in it; one that is not there is fine.
    pub(super) async fn remove(&mut self, folder: &str) -> Result<(), SourceError> {
        self.remove_all(Value::from(folder)).await
    }

    /// Removes files and folders below `folder`, so many at a time that no message grows too long.
    pub(super) async fn remove_in(&mut self, folder: &str, paths: &[String]) -> Result<(), SourceError> {
        for some in paths.chunks(AT_ONCE) {
            let whole = some.iter().map(|path| Value::from(format!("{folder}/{path}")));
            self.remove_all(Value::List(whole.collect())).await?;
        }
        Ok(())
    }

    async fn remove_all(&mut self, what: Value) -> Result<(), SourceError> {
        let args = [
            ("dir", what),
            ("timeout", shell::seconds(Some(self.source.timeout))),
            ("logEnviron", self.source.log_environ.into()),
        ];
        self.command_ok("rmdir", &args).await
    }

    /// Removes a file, which must be there.
    pub(super) async fn remove_file(&mut self, path: &str) -> Result<(), SourceError> {
        self.command_ok("rmfile", &[("path", path.into())]).await
    }

    /// Makes a folder and those above it.
    pub(super) async fn make(&mut self, folder: &str) -> Result<(), SourceError> {
        self.command_ok("mkdir", &[("dir", folder.into())]).await
    }

    /// Copies a folder to where there is none.
    pub(super) async fn copy(&mut self, from: &str, to: &str) -> Result<(), SourceError> {
        let args = [
            ("fromdir", Value::from(from)),
            ("todir", to.into()),
            ("timeout", shell::seconds(Some(self.source.timeout))),
            ("logEnviron", self.source.log_environ.into()),
        ];
        self.command_ok("cpdir", &args).await
    }

    /// Makes `path` a file of the worker with this content.
    pub(super) async fn send(&mut self, folder: &str, name: &str, content: Bytes) -> Result<(), SourceError> {
        let transfers = self.run.connection.transfers().clone();
        let offer = transfers.offer(content);
        let args = [
            ("workdir", Value::from(folder)),
            ("workerdest", name.into()),
            ("reader", Value::Int(offer.id)),
            ("blocksize", BLOCK.into()),
            ("maxsize", Value::None),
            ("mode", Value::Int(0o644)),
        ];
        self.command_ok("downloadFile", &args).await
    }
}

/// Paths in one command.
const AT_ONCE: usize = 200;

/// Blocks of this size are read by the worker: whatever the file's size, no message comes near a protocol's limit.
const BLOCK: i64 = 32768;

/// The folder above a path, below the builder's, and the path's last word.
pub fn split(path: &str) -> (&str, &str) {
    path.trim_end_matches('/').rsplit_once('/').unwrap_or(("", path))
}
