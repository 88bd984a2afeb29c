//! What a command prints, as a stream of bytes.

use std::fs::File;
use std::hash::{BuildHasher, RandomState};
use std::io;
use tokio::net::windows::named_pipe::{NamedPipeServer, PipeMode, ServerOptions};

/// A pipe holds this much before its writer waits.
const PIPE_SIZE: u32 = 256 * 1024;

/// One output of a command: a pipe. Dropping it makes a later write of the command fail.
#[derive(Debug)]
pub struct Output(NamedPipeServer);

impl Output {
    /// A new pipe: our end, and the command's. It is a named one, because others cannot be read without a thread; the
    /// name cannot be guessed and serves once. Must be called inside a tokio runtime.
    pub(super) async fn pair() -> io::Result<(Output, File)> {
        let unguessable = RandomState::new().hash_one(0) as u128 | (RandomState::new().hash_one(1) as u128) << 64;
        let name = format!(r"\\.\pipe\outpost-{}-{unguessable:032x}", std::process::id());
        let ours = ServerOptions::new()
            .pipe_mode(PipeMode::Byte)
            .access_outbound(false)
            .first_pipe_instance(true)
            .max_instances(1)
            .in_buffer_size(PIPE_SIZE)
            .create(&name)?;
        let theirs = File::options().write(true).open(&name)?;
        // The other end is there already, so this does not wait.
        ours.connect().await?;
        Ok((Output(ours), theirs))
    }

    /// Waits for bytes and reads what there is, at most the buffer; 0 at the end. Safe to cancel.
    pub async fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            self.0.readable().await?;
            match self.0.try_read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                // The last writer is gone.
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(0),
                result => return result,
            }
        }
    }
}
