//! `outpost worker start`: starts the process that serves, and waits until it is attached or says why not.

use super::arguments::WorkerStart;
use super::folder;
use super::pid::Claim;
use super::told::Told;
use crate::command::print_json;
use crate::failure::{Failure, OTHER, RED};
use lend::basedir::Basedir;
use serde_json::json;
use std::io::{BufRead, BufReader};
use std::process::{ChildStdout, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

/// How long the first attempt may take.
const PATIENCE: Duration = Duration::from_secs(45);

pub fn run(start: &WorkerStart) -> Result<(), Failure> {
    let basedir = folder::open(&start.folder)?;
    // Said here, where the person sees it; the process in the background takes it again.
    drop(Claim::take(&basedir.pid_file())?);
    let log = std::fs::File::options()
        .create(true)
        .append(true)
        .open(basedir.log_file())?;
    let mut command = Command::new(std::env::current_exe()?);
    command
        .args(["worker", "start", "--nodaemon", "--background", "--"])
        .arg(&start.folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(log);
    apart(&mut command);
    let mut child = command.spawn()?;
    let told = child.stdout.take().and_then(first_line);
    match told {
        Some(told) => print(&told, start, &basedir, Some(child.id())),
        None => {
            let ended = child.try_wait()?;
            let (what, code) = match ended {
                Some(_) => ("the worker ended at once", OTHER),
                None => ("the worker runs, but its master has not answered yet", RED),
            };
            Err(Failure::new(code, what).hint(see_log(&basedir)))
        }
    }
}

/// What the process in the background says first; none when it says nothing in time.
fn first_line(stdout: ChildStdout) -> Option<Told> {
    let (give, take) = mpsc::channel();
    std::thread::spawn(move || {
        let mut line = String::new();
        let read = BufReader::new(stdout).read_line(&mut line);
        // Nobody waits any more when it comes too late.
        let _ = give.send(read.ok().and_then(|_| serde_json::from_str(&line).ok()));
    });
    take.recv_timeout(PATIENCE).ok().flatten()
}

/// Says how the start went. Ends with 1 when the worker is not attached.
pub fn print(told: &Told, start: &WorkerStart, basedir: &Basedir, pid: Option<u32>) -> Result<(), Failure> {
    let settings = basedir.settings();
    let (name, master) = (&settings.name, &settings.master);
    if start.json {
        let mut value = json!({"name": name, "master": master, "pid": pid.unwrap_or_else(std::process::id)});
        if let (Some(value), Ok(serde_json::Value::Object(told))) = (value.as_object_mut(), serde_json::to_value(told))
        {
            value.extend(told);
        }
        print_json(&value)?;
    }
    let foreground = pid.is_none();
    match told {
        Told::Attached if start.quiet || start.json || foreground => Ok(()),
        Told::Attached => {
            println!("The worker '{name}' is attached to {master}.");
            Ok(())
        }
        // Its error output says the same, and it goes on.
        _ if foreground => Ok(()),
        _ if start.json => Err(Failure::silent(RED)),
        Told::Waiting { why } => {
            let message = format!("the worker runs in the background, but is not attached: {why}");
            Err(Failure::new(RED, message).hint(format!(
                "It tries again; what happens stands in {}. Stop it with:  outpost worker stop {}",
                basedir.log_file().display(),
                start.folder.display()
            )))
        }
        Told::Ended { why } => Err(Failure::new(OTHER, format!("the worker ended: {why}")).hint(see_log(basedir))),
    }
}

fn see_log(basedir: &Basedir) -> String {
    format!("See {}", basedir.log_file().display())
}

/// A group of its own: what ends the terminal's does not end the worker.
#[cfg(unix)]
fn apart(command: &mut Command) {
    use std::os::unix::process::CommandExt;
    command.process_group(0);
}

/// No console, and a group of its own.
#[cfg(windows)]
fn apart(command: &mut Command) {
    use std::os::windows::process::CommandExt;
    const DETACHED_PROCESS: u32 = 0x8;
    const CREATE_NEW_PROCESS_GROUP: u32 = 0x200;
    command.creation_flags(DETACHED_PROCESS | CREATE_NEW_PROCESS_GROUP);
}
