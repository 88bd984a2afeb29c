//! Running a version control system's own program: never asking a person, never without an end, no more bytes than
//! are wanted, and nothing left running when the answer is not waited for any more.

mod pipes;

pub(crate) use pipes::listen;

use super::{System, TakeError, Wanted};
use pipes::{and_shortly_after, drain};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;
use tokio::process::{Child, Command};
use tokio::task::JoinSet;

/// The most that is read of an answer, in bytes: a listing of a million files, or the largest file that is compared.
pub(crate) const LONGEST_ANSWER: u64 = 256 << 20;
/// The most that is kept of the answers about many files together, in bytes.
const LONGEST_ANSWERS: u64 = 512 << 20;
/// The longest that a reason is told of, in bytes.
const LONGEST_REASON: usize = 1000;
/// Commands that run at the same time.
const AT_ONCE: usize = 4;
/// The longest time for one command.
pub(crate) const LONGEST_TIME: Duration = Duration::from_secs(60);

/// A system's program, run in a folder.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    system: System,
    name: OsString,
    folder: PathBuf,
}

/// What a command said.
#[derive(Debug)]
pub(crate) struct Answer {
    /// Whether it ended with 0.
    pub(crate) is_well: bool,
    /// On its output.
    pub(crate) out: Vec<u8>,
    /// On its error output.
    pub(crate) complaints: String,
}

impl Program {
    /// The program `name` as found on the PATH, if no other one is wanted.
    pub(crate) fn new(system: System, name: &str, wanted: &Wanted, folder: impl Into<PathBuf>) -> Program {
        let named = wanted.program.clone().map(PathBuf::into_os_string);
        Program {
            system,
            name: named.unwrap_or_else(|| name.into()),
            folder: folder.into(),
        }
    }

    /// The name of the program, for people.
    pub(crate) fn name(&self) -> String {
        let path = Path::new(&self.name);
        path.file_name().unwrap_or(&self.name).to_string_lossy().into_owned()
    }

    /// The folder in which it runs.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Runs it and gives its output, when it ended well. `names` follow the `words`.
    pub(crate) async fn bytes(&self, words: &[&str], names: &[OsString]) -> Result<Vec<u8>, TakeError> {
        let answer = self.run(words, names).await?;
        match answer.is_well {
            true => Ok(answer.out),
            false => Err(self.failed(words, &answer.complaints)),
        }
    }

    /// The same, as text.
    pub(crate) async fn text(&self, words: &[&str]) -> Result<String, TakeError> {
        let bytes = self.bytes(words, &[]).await?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Runs it once for each of many names, some at a time, and gives the outputs in the same order.
    pub(crate) async fn each(&self, words: &[&str], names: Vec<Vec<OsString>>) -> Result<Vec<Vec<u8>>, TakeError> {
        let too_long = || {
            self.failed(
                words,
                &format!("the files have more than {LONGEST_ANSWERS} bytes together"),
            )
        };
        let mut left = LONGEST_ANSWERS;
        let words: Arc<[String]> = words.iter().map(|word| (*word).to_owned()).collect();
        let mut waiting = names.into_iter().enumerate();
        let mut outputs: BTreeMap<usize, Vec<u8>> = BTreeMap::new();
        // Those that still run are ended when it is dropped.
        let mut running = JoinSet::new();
        loop {
            while running.len() < AT_ONCE
                && let Some((place, names)) = waiting.next()
            {
                let (program, words) = (self.clone(), words.clone());
                running.spawn(async move {
                    let words: Vec<&str> = words.iter().map(String::as_str).collect();
                    program.bytes(&words, &names).await.map(|bytes| (place, bytes))
                });
            }
            match running.join_next().await {
                None => return Ok(outputs.into_values().collect()),
                Some(Err(error)) => return Err(TakeError::GivenUp(error.to_string())),
                Some(Ok(ended)) => {
                    let (place, bytes) = ended?;
                    left = left.checked_sub(bytes.len() as u64).ok_or_else(too_long)?;
                    outputs.insert(place, bytes);
                }
            }
        }
    }

    /// Runs it, however it ends.
    pub(crate) async fn run(&self, words: &[&str], names: &[OsString]) -> Result<Answer, TakeError> {
        let ended = tokio::time::timeout(LONGEST_TIME, self.answer(words, names)).await;
        ended.unwrap_or_else(|_| Err(self.slow(words)))
    }

    async fn answer(&self, words: &[&str], names: &[OsString]) -> Result<Answer, TakeError> {
        let mut running = self.start(words, names, Stdio::null())?;
        let (out, complaints) = (running.child.stdout.take(), running.child.stderr.take());
        let mut said = Vec::new();
        let ending = async {
            let out = drain(out).await;
            let status = match out.is_cut {
                true => None,
                false => Some(running.child.wait().await),
            };
            (out, status)
        };
        let (out, status) = and_shortly_after(ending, listen(complaints, &mut said)).await;
        let Some(status) = status else {
            let reason = format!("its answer is longer than {LONGEST_ANSWER} bytes");
            return Err(self.failed(words, &reason));
        };
        running.has_ended = true;
        let status = status.map_err(|error| self.failed(words, &error.to_string()))?;
        Ok(Answer {
            is_well: status.success(),
            out: out.bytes,
            complaints: String::from_utf8_lossy(&said).into_owned(),
        })
    }

    /// Starts it, its output and error output in pipes.
    pub(crate) fn start(&self, words: &[&str], names: &[OsString], input: Stdio) -> Result<Running, TakeError> {
        let mut command = Command::new(&self.name);
        command.args(words).args(names).current_dir(&self.folder);
        command.stdin(input).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.kill_on_drop(true);
        surroundings(&mut command);
        let child = command.spawn().map_err(|error| self.not_started(words, &error))?;
        Ok(Running {
            child,
            has_ended: false,
        })
    }

    fn not_started(&self, words: &[&str], error: &std::io::Error) -> TakeError {
        match error.kind() {
            std::io::ErrorKind::NotFound if self.folder.is_dir() => TakeError::NoProgram {
                system: self.system,
                program: self.name.to_string_lossy().into_owned(),
            },
            _ => self.failed(words, &format!("{} in {}", error, self.folder.display())),
        }
    }

    /// That it did not do what `words` say.
    pub(crate) fn failed(&self, words: &[&str], complaints: &str) -> TakeError {
        TakeError::Failed {
            command: self.named(words),
            message: telling(complaints),
        }
    }

    /// That it took too long.
    pub(crate) fn slow(&self, words: &[&str]) -> TakeError {
        TakeError::GivenUp(format!(
            "'{}' gave no answer within {} s; it may be waiting for a lock, a server or a password. Try it in a terminal",
            self.named(words),
            LONGEST_TIME.as_secs()
        ))
    }

    /// `svn status`: the program and its first word that is no option.
    fn named(&self, words: &[&str]) -> String {
        let word = words
            .iter()
            .find(|word| word.starts_with(|first: char| first.is_ascii_lowercase()));
        match word {
            Some(word) => format!("{} {word}", self.name()),
            None => self.name(),
        }
    }
}

/// A started command, ended with all that it started when this is dropped.
pub(crate) struct Running {
    pub(crate) child: Child,
    has_ended: bool,
}

impl Drop for Running {
    fn drop(&mut self) {
        if !self.has_ended {
            end_group(&self.child);
        }
    }
}

#[cfg(unix)]
fn end_group(child: &Child) {
    if let Some(id) = child.id() {
        let group = nix::unistd::Pid::from_raw(id.cast_signed());
        // It fails only when nothing of the group is left.
        let _ = nix::sys::signal::killpg(group, nix::sys::signal::Signal::SIGKILL);
    }
}

#[cfg(not(unix))]
fn end_group(_child: &Child) {}

/// The same words from every program on every machine, and no question to a person.
fn surroundings(command: &mut Command) {
    #[cfg(unix)]
    command.process_group(0);
    for name in ["LC_ALL", "LANGUAGE", "LANG"] {
        command.env_remove(name);
    }
    // English, but with names of any language.
    let letters = if cfg!(target_os = "macos") { "UTF-8" } else { "C.UTF-8" };
    command.env("LC_CTYPE", letters).env("LC_MESSAGES", "C");
    command.env("PAGER", "cat").env("TERM", "dumb").env("EDITOR", "false");
    command.env("SSH_ASKPASS", "false").env("SSH_ASKPASS_REQUIRE", "force");
    command
        // And no option but where one is expected.
        .env("HGPLAIN", "+strictflags")
        .env("HGENCODING", "UTF-8")
        .env_remove("HG_PENDING");
    for log in ["BRZ_LOG", "BZR_LOG"] {
        command.env(log, "/dev/null");
    }
    for bar in ["BRZ_PROGRESS_BAR", "BZR_PROGRESS_BAR"] {
        command.env(bar, "none");
    }
    command.env("DARCS_DONT_COLOR", "1").env_remove("DARCS_ALWAYS_COLOR");
}

/// What tells most, without a password that an address in it may hold: the line with a known sign, else the last ones.
fn telling(complaints: &str) -> String {
    let lines = complaints.lines().map(str::trim).filter(|line| !line.is_empty());
    let lines: Vec<&str> = lines.collect();
    let signs = ["abort:", "svn: E", "error:", "ERROR:"];
    let sign = lines.iter().find(|line| signs.iter().any(|sign| line.contains(sign)));
    let told = match (sign, lines.as_slice()) {
        (Some(line), _) => (*line).to_owned(),
        (None, []) => "it gave no reason".to_owned(),
        (None, lines) => lines[lines.len().saturating_sub(4)..].join("; "),
    };
    let words: Vec<String> = told.split(' ').map(crate::git::without_password).collect();
    let mut told = words.join(" ");
    told.truncate(told.floor_char_boundary(LONGEST_REASON));
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_program_that_is_not_there_is_named() {
        let program = Program::new(System::Mtn, "no-such-program", &Wanted::default(), std::env::temp_dir());
        let error = program.text(&["automate"]).await.expect_err("no program");
        assert_eq!(
            error.to_string(),
            "this is a Monotone working copy, and its program 'no-such-program' is not installed"
        );
    }

    #[test]
    fn the_telling_line_of_complaints_has_no_password() {
        let said = "warning: x\nabort: error at https://ann:secret@example.org/r: no\nlast\n";
        assert_eq!(telling(said), "abort: error at https://ann@example.org/r: no");
        assert_eq!(telling("no server\n\nhere\n"), "no server; here");
        assert_eq!(telling(" \n"), "it gave no reason");
    }
}
