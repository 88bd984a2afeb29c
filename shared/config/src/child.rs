//! Checking a text of unknown quality in a process of its own.
//!
//! The interpreter can be made to overflow its stack or to allocate without end, and neither can be caught in the same
//! process. The child has limits of memory and time, notes each line before it is evaluated, and its death becomes a
//! problem with that line.

use crate::problem::Problem;
use crate::{Options, evaluate};
use model::config::Location;
use serde::{Deserialize, Serialize};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::Duration;

/// What a child may take.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Limits {
    /// Bytes of address space.
    pub memory: u64,
    /// Seconds of processor time. More than [`Options::time`], so that an endless loop is told by its own line.
    pub cpu: u64,
    /// Until it is killed, whatever it does.
    pub wall: Duration,
}

impl Default for Limits {
    /// 1 GiB, 12 seconds of processor, half a minute in all.
    fn default() -> Limits {
        Limits {
            memory: 1 << 30,
            cpu: 12,
            wall: Duration::from_secs(30),
        }
    }
}

/// What a child found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Errors and warnings by place.
    pub problems: Vec<Problem>,
    /// As [`crate::Evaluation::inputs`].
    pub inputs: Vec<PathBuf>,
}

impl Report {
    /// Whether the configuration can be used.
    pub fn passed(&self) -> bool {
        !self.problems.iter().any(Problem::is_error)
    }
}

/// What the parent tells the child, beyond its arguments.
#[derive(Default, Serialize, Deserialize)]
struct Request {
    options: Options,
    limits: Limits,
}

/// Longer reports are cut; five hundred problems take a tenth of it.
const MAX_REPORT: u64 = 16 << 20;
/// Enough to see why a child died.
const MAX_LAST_WORDS: u64 = 64 << 10;

/// The argument that turns a program into that child.
pub const CHILD_ARGUMENT: &str = "config-child";

/// Evaluates the configuration in a child: `program config-child FOLDER FILE`, which must call [`child_main`].
///
/// Blocks until the child is gone. Always gives a report; what keeps the child from working is a problem in it.
pub fn check_in_child(program: &Path, folder: &Path, file: &str, options: &Options, limits: &Limits) -> Report {
    match run(program, folder, file, options, limits) {
        Ok(report) => report,
        Err(error) => broken(
            file,
            0,
            format!("the check could not be started: {error}"),
            "look for free memory and disk, and whether the program is still where it was",
        ),
    }
}

fn broken(file: &str, line: u32, message: String, fix: &str) -> Report {
    let place = Location {
        file: file.to_owned(),
        line,
        column: u32::from(line > 0),
    };
    Report {
        problems: vec![Problem::error(&place, message).fix(fix)],
        inputs: Vec::new(),
    }
}

fn run(program: &Path, folder: &Path, file: &str, options: &Options, limits: &Limits) -> io::Result<Report> {
    let progress = tempfile::NamedTempFile::new()?;
    let request = Request {
        options: Options {
            progress: Some(progress.path().to_owned()),
            ..options.clone()
        },
        limits: limits.clone(),
    };
    let mut child = Command::new(program)
        .arg(CHILD_ARGUMENT)
        .arg(folder)
        .arg(file)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let answer = collect(child.stdout.take(), MAX_REPORT);
    let last_words = collect(child.stderr.take(), MAX_LAST_WORDS);
    if let Some(mut stdin) = child.stdin.take() {
        // A child that died early reads nothing; its death is told below.
        let _ = stdin.write_all(&serde_json::to_vec(&request)?);
    }
    let (status, in_time) = wait(&mut child, &answer.done, limits.wall)?;
    let answer = answer.take();
    if let Ok(report) = serde_json::from_slice::<Report>(&answer)
        && status.success()
    {
        return Ok(report);
    }
    let (line, file) = reached(progress.path(), file);
    let (message, fix) = death(&status, in_time, &String::from_utf8_lossy(&last_words.take()), limits);
    Ok(broken(&file, line, message, fix))
}

/// A stream of the child, read to its end on a thread.
struct Collected {
    done: mpsc::Receiver<()>,
    bytes: std::thread::JoinHandle<Vec<u8>>,
}

impl Collected {
    fn take(self) -> Vec<u8> {
        self.bytes.join().unwrap_or_default()
    }
}

fn collect(stream: Option<impl Read + Send + 'static>, limit: u64) -> Collected {
    let (tell, done) = mpsc::sync_channel(1);
    let bytes = std::thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut stream) = stream {
            // What was read before an error is what there is; the rest is thrown away so that the child does not wait.
            let _ = stream.by_ref().take(limit).read_to_end(&mut bytes);
            let _ = io::copy(&mut stream, &mut io::sink());
        }
        let _ = tell.send(());
        bytes
    });
    Collected { done, bytes }
}

/// Waits for the end of the child's output, which it closes by ending; kills it when the time is over.
fn wait(child: &mut Child, done: &mpsc::Receiver<()>, wall: Duration) -> io::Result<(ExitStatus, bool)> {
    let in_time = !matches!(done.recv_timeout(wall), Err(mpsc::RecvTimeoutError::Timeout));
    if !in_time {
        child.kill()?;
    }
    Ok((child.wait()?, in_time))
}

/// The line and file that the child noted last.
fn reached(progress: &Path, file: &str) -> (u32, String) {
    let record = std::fs::read(progress).unwrap_or_default();
    let record = String::from_utf8_lossy(&record).into_owned();
    record
        .lines()
        .next()
        .and_then(|first| first.split_once(' '))
        .and_then(|(line, file)| Some((line.parse().ok()?, file.to_owned())))
        .unwrap_or((0, file.to_owned()))
}

/// Why the child died, and what to do.
fn death(status: &ExitStatus, in_time: bool, last_words: &str, limits: &Limits) -> (String, &'static str) {
    if !in_time {
        let message = format!("the configuration takes longer than {} seconds", limits.wall.as_secs());
        (message, "look for a loop or a list without end at this line")
    } else if last_words.contains("memory allocation") || last_words.contains("capacity overflow") {
        let message = format!(
            "the configuration takes more than {} MiB of memory",
            limits.memory >> 20
        );
        (message, "look for a text or list at this line that is much too large")
    } else if last_words.contains("overflowed its stack") {
        (
            "this is nested too deep".to_owned(),
            "give the inner parts names of their own",
        )
    } else if killed_for_time(status) {
        let message = format!(
            "the configuration takes more than {} seconds of processor time",
            limits.cpu
        );
        (message, "look for a loop or a list without end at this line")
    } else {
        (
            format!("the interpreter broke off ({status})"),
            "leave out this line to see whether it is the cause",
        )
    }
}

#[cfg(unix)]
fn killed_for_time(status: &ExitStatus) -> bool {
    use std::os::unix::process::ExitStatusExt;
    [Some(nix::libc::SIGXCPU), Some(nix::libc::SIGKILL)].contains(&status.signal())
}

#[cfg(not(unix))]
fn killed_for_time(_status: &ExitStatus) -> bool {
    false
}

/// The child's side: arguments `config-child FOLDER FILE`, a request on standard input, the report on standard output.
///
/// Sets the process's limits for good: nothing else may follow in it.
pub fn child_main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(2);
    let (Some(folder), Some(file)) = (arguments.next(), arguments.next()) else {
        eprintln!("usage: {CHILD_ARGUMENT} FOLDER FILE");
        return ExitCode::from(2);
    };
    let mut request = Vec::new();
    let request: Request = match io::stdin().take(MAX_REPORT).read_to_end(&mut request) {
        Ok(0) => Request::default(),
        Ok(_) => match serde_json::from_slice(&request) {
            Ok(request) => request,
            Err(error) => {
                eprintln!("the request cannot be read: {error}");
                return ExitCode::from(2);
            }
        },
        Err(error) => {
            eprintln!("the request cannot be read: {error}");
            return ExitCode::from(2);
        }
    };
    if let Err(error) = limit(&request.limits) {
        eprintln!("the limits cannot be set: {error}");
        return ExitCode::from(2);
    }
    let evaluation = evaluate(Path::new(&folder), &file.to_string_lossy(), &request.options);
    let report = Report {
        problems: evaluation.problems,
        inputs: evaluation.inputs,
    };
    let written = serde_json::to_vec(&report)
        .map_err(io::Error::from)
        .and_then(|bytes| io::stdout().write_all(&bytes));
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

#[cfg(unix)]
fn limit(limits: &Limits) -> io::Result<()> {
    use nix::sys::resource::{Resource, setrlimit};
    #[cfg(not(target_os = "macos"))]
    setrlimit(Resource::RLIMIT_AS, limits.memory, limits.memory)?;
    setrlimit(Resource::RLIMIT_CPU, limits.cpu, limits.cpu + 1)?;
    // Its death is expected and needs no image of the memory.
    setrlimit(Resource::RLIMIT_CORE, 0, 0)?;
    Ok(())
}

/// Without process limits the parent's time limit is what there is.
#[cfg(not(unix))]
fn limit(_limits: &Limits) -> io::Result<()> {
    Ok(())
}
