//! By ssh into a master's job folder: a `Try_Jobdir` scheduler (`try-and-sendchange` §2.1).
//!
//! It is the person's own ssh with all its settings and keys; it is never asked to ask the person.

mod outcome;
mod words;

pub use words::BadWords;

use crate::{Arrived, SubmitError};
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::Command;

/// How long a delivery may take.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// How long ssh may take to connect, in seconds.
const CONNECT: u64 = 20;

/// Bytes of what it prints that are looked at; the rest is read and dropped.
const PRINTED: usize = 64 << 10;

/// Where and by which programs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SshWay {
    /// The machine.
    pub host: String,
    /// The user there; ssh's own choice when empty.
    pub user: String,
    /// ssh's own choice when absent.
    pub port: Option<u16>,
    /// The job folder there; a relative one is below the user's home.
    pub jobdir: String,
    /// Words that run ssh; `ssh` when empty.
    pub ssh: String,
    /// The program there; `buildbot` when empty.
    pub buildbotbin: String,
}

impl SshWay {
    /// The command as it is run: what Buildbot's own client runs, and for ssh itself that it asks nobody and gives up.
    pub fn argv(&self) -> Result<Vec<String>, BadWords> {
        let ssh = match self.ssh.trim() {
            "" => "ssh",
            words => words,
        };
        let mut argv = words::split(ssh)?;
        if argv.first().is_some_and(|program| is_openssh(program)) {
            for option in ["BatchMode=yes".to_owned(), format!("ConnectTimeout={CONNECT}")] {
                argv.extend(["-o".to_owned(), option]);
            }
        }
        if !self.user.is_empty() {
            argv.extend(["-l".to_owned(), self.user.clone()]);
        }
        if let Some(port) = self.port {
            argv.extend(["-p".to_owned(), port.to_string()]);
        }
        argv.push(words::host(&self.host)?);
        let program = match self.buildbotbin.trim() {
            "" => "buildbot",
            program => program,
        };
        // The other end's shell reads these.
        argv.extend([words::quoted(program), "tryserver".to_owned(), "--jobdir".to_owned()]);
        argv.push(words::quoted(words::jobdir(&self.jobdir)?));
        Ok(argv)
    }

    /// Delivers a job file. What becomes of it is not told this way.
    pub async fn deliver(&self, job_file: &[u8], patience: Duration) -> Result<(), SubmitError> {
        let argv = self
            .argv()
            .map_err(|error| SubmitError::lasting(error.to_string(), "Correct how changes get to this master."))?;
        let (program, arguments) = argv.split_first().ok_or_else(|| {
            SubmitError::lasting(
                "there is no command that runs ssh",
                "Correct how changes get to this master.",
            )
        })?;
        let spawned = Command::new(program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn();
        let mut child = spawned.map_err(|error| {
            let message = format!("'{program}' cannot be run: {error}");
            SubmitError::lasting(message, format!("Install {program}, or name another program."))
        })?;
        let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let conversation = async {
            let feeding = async {
                let Some(mut stdin) = stdin else { return };
                // A program that ends before it has read all says why, in its status.
                let _ = stdin.write_all(job_file).await;
                let _ = stdin.shutdown().await;
            };
            let ((), said, complained, ended) = tokio::join!(feeding, drain(stdout), drain(stderr), child.wait());
            (said, complained, ended)
        };
        match tokio::time::timeout(patience, conversation).await {
            Ok((said, complained, ended)) => {
                let status = ended.map_err(|error| SubmitError::unsure(format!("'{program}' was lost: {error}")))?;
                outcome::of(self, status, &said, &complained)
            }
            Err(_) => Err(SubmitError {
                arrived: Arrived::Maybe,
                ..SubmitError::unsure(format!(
                    "delivering the change to {} took more than {} seconds",
                    self.host,
                    patience.as_secs()
                ))
            }),
        }
    }
}

/// Reads to the end and keeps the last part.
async fn drain(stream: Option<impl AsyncRead + Unpin>) -> Vec<u8> {
    let Some(mut stream) = stream else { return Vec::new() };
    let mut kept = Vec::new();
    let mut part = [0; 4096];
    while let Ok(read @ 1..) = stream.read(&mut part).await {
        kept.extend_from_slice(&part[..read]);
        if kept.len() > 2 * PRINTED {
            kept.drain(..kept.len() - PRINTED);
        }
    }
    kept
}

/// Others have other options.
fn is_openssh(program: &str) -> bool {
    let name = program.rsplit(['/', '\\']).next().unwrap_or(program);
    matches!(name, "ssh" | "ssh.exe")
}
