//! By ssh into a master's job folder: a `Try_Jobdir` scheduler (`try-and-sendchange` §2.1).
//!
//! It is the person's own ssh with all its settings and keys; it is never asked to ask the person.

mod outcome;
mod running;
mod words;

pub use words::BadWords;

use crate::SubmitError;
use running::Running;
use std::time::Duration;

/// How long ssh may take to connect, in seconds.
const CONNECT: u64 = 20;

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
        let program = argv.first().map(String::as_str).unwrap_or_default();
        let mut running = Running::start(&argv).map_err(|error| {
            let message = format!("'{program}' cannot be run: {error}");
            SubmitError::lasting(message, format!("Install {program}, or name another program."))
        })?;
        match tokio::time::timeout(patience, running.fed(job_file)).await {
            Ok(ended) => {
                let ended = ended.map_err(|error| SubmitError::unsure(format!("'{program}' was lost: {error}")))?;
                outcome::of(self, ended.status, &ended.said, &ended.complained)
            }
            Err(_) => Err(SubmitError::unsure(format!(
                "delivering the change to {} took more than {} seconds",
                self.host,
                patience.as_secs()
            ))),
        }
    }
}

/// Others have other options.
fn is_openssh(program: &str) -> bool {
    let name = program.rsplit(['/', '\\']).next().unwrap_or(program);
    matches!(name, "ssh" | "ssh.exe")
}
