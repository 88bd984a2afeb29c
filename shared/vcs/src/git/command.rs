//! Running the person's own `git`: never asking a person, never without an end, never showing a secret.

use super::error::GitError;
use super::location::Secret;
use std::ffi::OsString;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// The most that is read of an answer, in bytes; far above what half a million branches print.
const LONGEST_ANSWER: u64 = 256 << 20;
/// The most that is read of complaints, in bytes.
const LONGEST_COMPLAINT: u64 = 64 << 10;
/// How often a running command is looked at, to see whether it should be ended.
const GLANCE: Duration = Duration::from_millis(50);

/// How to run `git`.
#[derive(Clone)]
pub(crate) struct Git {
    /// The program's name or path.
    pub(crate) program: OsString,
    /// Ends every command, and refuses new ones, when set.
    pub(crate) stopped: Arc<AtomicBool>,
    /// Longest time for one command.
    pub(crate) limit: Duration,
    folder: Option<PathBuf>,
    environment: Vec<(String, OsString)>,
    settings: Vec<(String, String)>,
    subject: String,
    why: String,
    secret: Option<Secret>,
}

/// What a command printed.
pub(crate) struct Answer {
    /// On its output.
    pub(crate) out: Vec<u8>,
    /// On its error output.
    pub(crate) complaints: String,
}

impl Git {
    /// `git` as found on the PATH.
    pub(crate) fn new(program: OsString, limit: Duration) -> Git {
        Git {
            program,
            stopped: Arc::new(AtomicBool::new(false)),
            limit,
            folder: None,
            environment: vec![],
            settings: vec![],
            subject: String::new(),
            why: String::new(),
            secret: None,
        }
    }

    /// The same, working in the repository at `path`; `why` it is needed is told when it cannot be run.
    pub(crate) fn of_repository(&self, path: &Path, why: &str) -> Git {
        Git {
            folder: Some(path.to_owned()),
            subject: path.display().to_string(),
            why: why.to_owned(),
            ..self.clone()
        }
    }

    /// The same, with messages that speak of `subject` and cover `secret`.
    pub(crate) fn about(&self, subject: &str, why: &str, secret: Option<&Secret>) -> Git {
        Git {
            subject: subject.to_owned(),
            why: why.to_owned(),
            secret: secret.cloned(),
            ..self.clone()
        }
    }

    /// The same, with an environment variable.
    pub(crate) fn with_variable(mut self, name: &str, value: impl Into<OsString>) -> Git {
        self.environment.push((name.to_owned(), value.into()));
        self
    }

    /// The same, with a configuration value that no process list shows.
    pub(crate) fn with_setting(mut self, name: &str, value: impl Into<String>) -> Git {
        self.settings.push((name.to_owned(), value.into()));
        self
    }

    /// The same git, its ssh told to ask no questions where that is OpenSSH or passes options on to it.
    pub(crate) fn unasking(&self) -> Git {
        let configured = || self.text(&["config", "--get", "core.sshCommand"]).ok();
        let own = std::env::var("GIT_SSH_COMMAND")
            .ok()
            .or_else(configured)
            .unwrap_or_default();
        let is_plink = own.to_ascii_lowercase().contains("plink");
        match own.trim() {
            "" if std::env::var_os("GIT_SSH").is_some() => self.clone(),
            _ if is_plink => self.clone(),
            "" => self.clone().with_variable("GIT_SSH_COMMAND", "ssh -oBatchMode=yes"),
            own => self
                .clone()
                .with_variable("GIT_SSH_COMMAND", format!("{own} -oBatchMode=yes")),
        }
    }

    /// Runs it and gives its output as text.
    pub(crate) fn text(&self, arguments: &[&str]) -> Result<String, GitError> {
        let answer = self.run(arguments, None)?;
        Ok(String::from_utf8_lossy(&answer.out).into_owned())
    }

    /// Runs it, feeding it `input`.
    pub(crate) fn run(&self, arguments: &[&str], input: Option<Vec<u8>>) -> Result<Answer, GitError> {
        match self.run_whatever_comes(arguments, input)? {
            (true, answer) => Ok(answer),
            (false, answer) => {
                let what = arguments.first().copied().unwrap_or_default();
                Err(self.failed(what, &answer.complaints))
            }
        }
    }

    /// Runs it, and says whether it ended well.
    pub(crate) fn run_whatever_comes(
        &self,
        arguments: &[&str],
        input: Option<Vec<u8>>,
    ) -> Result<(bool, Answer), GitError> {
        let what = arguments.first().copied().unwrap_or_default();
        if self.stopped.load(Ordering::Relaxed) {
            return Err(self.stopped());
        }
        let mut child = self
            .command(arguments, input.is_some())
            .spawn()
            .map_err(|error| GitError::NoGit {
                program: self.program.to_string_lossy().into_owned(),
                reason: error.to_string(),
                why: self.why.clone(),
            })?;
        feed(&mut child, input);
        let out = drain(child.stdout.take(), LONGEST_ANSWER);
        let complaints = drain(child.stderr.take(), LONGEST_COMPLAINT);
        let ended = self.wait(&mut child, what, &out);
        if ended.is_err() {
            end(&mut child);
        }
        let (success, out) = ended?;
        let complaints = complaints.recv_timeout(Duration::from_secs(1)).unwrap_or_default();
        let complaints = self.covered(&String::from_utf8_lossy(&complaints.bytes));
        if out.is_cut {
            return Err(self.failed(what, &format!("its answer is longer than {LONGEST_ANSWER} bytes")));
        }
        let out = out.bytes;
        Ok((success, Answer { out, complaints }))
    }

    fn command(&self, arguments: &[&str], has_input: bool) -> Command {
        let mut command = Command::new(&self.program);
        command.args(arguments);
        command.stdin(if has_input { Stdio::piped() } else { Stdio::null() });
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        if let Some(folder) = &self.folder {
            command.current_dir(folder);
        }
        // The repository meant is ours to say, even when this process was started by a hook.
        for name in [
            "GIT_DIR",
            "GIT_WORK_TREE",
            "GIT_COMMON_DIR",
            "GIT_INDEX_FILE",
            "GIT_NAMESPACE",
        ] {
            command.env_remove(name);
        }
        for name in ["GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_PREFIX"] {
            command.env_remove(name);
        }
        command.env("LC_ALL", "C").env("GIT_OPTIONAL_LOCKS", "0");
        // No question reaches a person: not on a terminal, not in a window.
        command.env("GIT_TERMINAL_PROMPT", "0").env("GIT_ASKPASS", "");
        command
            .env("SSH_ASKPASS_REQUIRE", "never")
            .env("GCM_INTERACTIVE", "never");
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        let given = std::env::var("GIT_CONFIG_COUNT")
            .ok()
            .and_then(|count| count.parse().ok());
        let first: usize = given.unwrap_or(0);
        for (number, (name, value)) in (first..).zip(&self.settings) {
            command.env(format!("GIT_CONFIG_KEY_{number}"), name);
            command.env(format!("GIT_CONFIG_VALUE_{number}"), value);
        }
        if !self.settings.is_empty() {
            command.env("GIT_CONFIG_COUNT", (first + self.settings.len()).to_string());
        }
        own_group(&mut command);
        command
    }

    /// Waits until it has said all and ended: whether well, and what it said.
    fn wait(&self, child: &mut Child, what: &str, out: &Receiver<Drained>) -> Result<(bool, Drained), GitError> {
        let deadline = Instant::now() + self.limit;
        let mut said = None;
        loop {
            if said.is_none() {
                match out.recv_timeout(GLANCE) {
                    Ok(bytes) => said = Some(bytes),
                    Err(RecvTimeoutError::Timeout) => {}
                    Err(RecvTimeoutError::Disconnected) => said = Some(Drained::default()),
                }
            }
            if let (Some(bytes), Ok(Some(status))) = (&mut said, child.try_wait()) {
                return Ok((status.success(), std::mem::take(bytes)));
            }
            if said.is_some() {
                std::thread::sleep(Duration::from_millis(1));
            }
            if self.stopped.load(Ordering::Relaxed) {
                return Err(self.stopped());
            }
            if Instant::now() > deadline {
                return Err(GitError::TooSlow {
                    what: what.to_owned(),
                    subject: self.subject.clone(),
                    after: self.limit,
                });
            }
        }
    }

    fn stopped(&self) -> GitError {
        GitError::Stopped {
            subject: self.subject.clone(),
        }
    }

    fn covered(&self, text: &str) -> String {
        match &self.secret {
            Some(secret) => secret.cover(text),
            None => text.to_owned(),
        }
    }

    fn failed(&self, what: &str, complaints: &str) -> GitError {
        let lines: Vec<&str> = complaints
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .collect();
        let telling = |line: &&&str| line.starts_with("fatal:") || line.starts_with("error:");
        let reason = lines.iter().find(telling).or(lines.last()).copied();
        GitError::Failed {
            what: what.to_owned(),
            subject: self.subject.clone(),
            reason: reason.unwrap_or("it gave no reason").to_owned(),
            hint: match what {
                "ls-remote" | "fetch" => hint(complaints).to_owned(),
                _ => "try the same in a terminal, and run `git fsck` there".to_owned(),
            },
        }
    }
}

/// The next step that fits what git said.
fn hint(complaints: &str) -> &'static str {
    let said = |words: &[&str]| words.iter().any(|word| complaints.contains(word));
    if said(&[
        "terminal prompts disabled",
        "could not read Username",
        "could not read Password",
        "Authentication failed",
    ]) {
        "give your git a credential for it (run `git ls-remote` on that address in a terminal once, with a credential helper)"
    } else if said(&["Permission denied (publickey", "Permission denied, please"]) {
        "load a key that the server accepts into your ssh agent"
    } else if said(&["Host key verification failed"]) {
        "connect to the server by ssh once, and check its key"
    } else if said(&[
        "Could not resolve host",
        "Connection refused",
        "timed out",
        "unreachable",
        "Failed to connect",
    ]) {
        "check the address and the network"
    } else {
        "check the address, and try `git ls-remote` on it in a terminal"
    }
}

/// What came out of a pipe.
#[derive(Default)]
struct Drained {
    bytes: Vec<u8>,
    /// Whether there was more than is kept.
    is_cut: bool,
}

/// Gives `input` from a thread of its own, so that a child that prints before it reads blocks nobody.
fn feed(child: &mut Child, input: Option<Vec<u8>>) {
    if let (Some(mut pipe), Some(input)) = (child.stdin.take(), input) {
        // A child that ends early closes the pipe; its exit code tells.
        std::thread::spawn(move || pipe.write_all(&input));
    }
}

fn drain(pipe: Option<impl Read + Send + 'static>, longest: u64) -> Receiver<Drained> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        let mut drained = Drained::default();
        if let Some(pipe) = pipe {
            let mut pipe = pipe.take(longest);
            // What was read before an error is still told.
            let _ = pipe.read_to_end(&mut drained.bytes);
            let rest = std::io::copy(&mut pipe.into_inner(), &mut std::io::sink());
            drained.is_cut = rest.is_ok_and(|length| length > 0);
        }
        let _ = sender.send(drained);
    });
    receiver
}

#[cfg(unix)]
fn own_group(command: &mut Command) {
    std::os::unix::process::CommandExt::process_group(command, 0);
}

#[cfg(not(unix))]
fn own_group(_command: &mut Command) {}

/// Ends the command and the helpers that it started.
#[cfg(unix)]
fn end(child: &mut Child) {
    let group = nix::unistd::Pid::from_raw(child.id().cast_signed());
    // Either fails only when it has ended already.
    let _ = nix::sys::signal::killpg(group, nix::sys::signal::Signal::SIGKILL);
    let _ = child.wait();
}

#[cfg(not(unix))]
fn end(child: &mut Child) {
    // Either fails only when it has ended already.
    let _ = child.kill();
    let _ = child.wait();
}
