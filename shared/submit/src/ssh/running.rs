//! A program while it runs: fed, listened to, and ended with all that it started when it is not waited for any more.

use std::pin::pin;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, ChildStdin, Command};

/// Bytes of what it prints that are looked at; the rest is read and dropped.
const PRINTED: usize = 64 << 10;

/// How long what it prints is waited for when it has ended.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// A program that was started.
pub(super) struct Running {
    child: Child,
    has_ended: bool,
}

/// How it ended, and the last part of what it printed.
pub(super) struct Ended {
    pub(super) status: ExitStatus,
    pub(super) said: Vec<u8>,
    pub(super) complained: Vec<u8>,
}

impl Running {
    /// Starts the program of the first word with the others as its arguments.
    pub(super) fn start(words: &[String]) -> std::io::Result<Running> {
        let no_program = || std::io::Error::new(std::io::ErrorKind::InvalidInput, "there is no such program");
        let (program, arguments) = words.split_first().ok_or_else(no_program)?;
        let mut command = Command::new(program);
        command.args(arguments).kill_on_drop(true);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        // Whatever runs ssh in the end: it asks neither on a terminal nor in a window.
        command.env("SSH_ASKPASS", "false").env("SSH_ASKPASS_REQUIRE", "force");
        #[cfg(unix)]
        command.process_group(0);
        Ok(Running {
            child: command.spawn()?,
            has_ended: false,
        })
    }

    /// Gives it `input`, and waits until it has ended.
    pub(super) async fn fed(&mut self, input: &[u8]) -> std::io::Result<Ended> {
        let (stdin, stdout, stderr) = (
            self.child.stdin.take(),
            self.child.stdout.take(),
            self.child.stderr.take(),
        );
        let (mut said, mut complained) = (Vec::new(), Vec::new());
        let ending = async { tokio::join!(self.child.wait(), feed(stdin, input)).0 };
        let listening = async { tokio::join!(listen(stdout, &mut said), listen(stderr, &mut complained)) };
        let status = {
            let (mut ending, mut listening) = (pin!(ending), pin!(listening));
            tokio::select! {
                status = &mut ending => {
                    // A connection that is shared stays in the background with the pipes open: that is not waited for.
                    let _ = tokio::time::timeout(LAST_WORDS, listening).await;
                    status
                }
                _ = &mut listening => ending.await,
            }
        }?;
        self.has_ended = true;
        Ok(Ended {
            status,
            said,
            complained,
        })
    }
}

async fn feed(stdin: Option<ChildStdin>, input: &[u8]) {
    if let Some(mut stdin) = stdin {
        // A program that ends before it has read all says why, in its status.
        let _ = stdin.write_all(input).await;
        let _ = stdin.shutdown().await;
    }
}

/// Reads to the end and keeps the last part.
async fn listen(stream: Option<impl AsyncRead + Unpin>, kept: &mut Vec<u8>) {
    let Some(mut stream) = stream else { return };
    let mut part = [0; 4096];
    while let Ok(read @ 1..) = stream.read(&mut part).await {
        kept.extend_from_slice(&part[..read]);
        if kept.len() > 2 * PRINTED {
            kept.drain(..kept.len() - PRINTED);
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        #[cfg(unix)]
        if let (false, Some(id)) = (self.has_ended, self.child.id()) {
            let group = nix::unistd::Pid::from_raw(id.cast_signed());
            // It fails only when nothing of the group is left.
            let _ = nix::sys::signal::killpg(group, nix::sys::signal::Signal::SIGKILL);
        }
    }
}
