//! A running program: its output, its limits, and its end (§4.4).
//!
//! What a command leaves behind dies with it. When its own process has ended, what else it started may go on printing;
//! once that is silent for [`SILENCE`], or after [`PATIENCE`], everything that is left is killed. What holds no output
//! open is killed at once.

use super::Context;
use super::args::failure;
use super::run::Program;
use crate::header;
use crate::logfile::LogFiles;
use crate::system;
use process::{Child, Exit, Output, Signal, Tree};
use std::time::Duration;
use tokio::time::{Instant, sleep_until};
use wire::worker::{Failure, Update, Value};

/// After the end of a command, its children may be silent for so long.
const SILENCE: Duration = Duration::from_secs(1);

/// And may print for so long.
const PATIENCE: Duration = Duration::from_secs(5);

/// After everything was killed, what is in the pipes is read until nothing came for so long: somebody outside the
/// command may hold them open.
const REST: Duration = Duration::from_millis(100);

/// After the last signal, a command is given up.
const GIVE_UP: Duration = Duration::from_secs(5);

/// Read at once from a pipe.
const BLOCK: usize = 64 * 1024;

/// What has been done to end it.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kill {
    No,
    /// Asked; more follows then.
    Asked(Instant),
    /// The last signal was sent then.
    Sent(Instant),
}

/// What happens next to a running program.
enum Event {
    Stdout(usize),
    Stderr(usize),
    Log(Option<(String, Vec<u8>)>),
    Exited(Exit),
    Interrupted,
    Abandoned,
    Flushed,
    Time,
}

/// A running program.
pub(super) struct Running<'a> {
    program: &'a Program,
    context: &'a mut Context,
    tree: Tree,
    stdout: Option<Output>,
    stderr: Option<Output>,
    buffers: [Box<[u8]>; 2],
    logs: LogFiles,
    logs_open: bool,
    exit: Option<Exit>,
    kill: Kill,
    /// Everything was killed.
    ended: bool,
    gave_up: bool,
    started: Instant,
    /// When its own process ended, or when all of it was killed.
    over_since: Instant,
    /// When output last arrived.
    heard: Instant,
    written: u64,
    after_cr: [bool; 2],
}

impl<'a> Running<'a> {
    pub(super) fn new(
        program: &'a Program,
        context: &'a mut Context,
        child: Child,
        logs: LogFiles,
        started: Instant,
    ) -> Self {
        let Child { stdout, stderr, tree } = child;
        Running {
            program,
            context,
            tree,
            stdout: Some(stdout),
            stderr,
            buffers: [(); 2].map(|()| vec![0; BLOCK].into_boxed_slice()),
            logs,
            logs_open: true,
            exit: None,
            kill: Kill::No,
            ended: false,
            gave_up: false,
            started,
            over_since: started,
            heard: Instant::now(),
            written: 0,
            after_cr: [false; 2],
        }
    }

    /// To its end; its exit status, −1 for a signal.
    pub(super) async fn run(mut self) -> Result<i64, Failure> {
        while !self.is_over() {
            match self.next().await {
                Event::Stdout(0) => self.stdout = None,
                Event::Stderr(0) => self.stderr = None,
                Event::Stdout(length) => self.printed(0, length),
                Event::Stderr(length) => self.printed(1, length),
                Event::Log(news) => self.log(news),
                Event::Exited(exit) => {
                    self.exit = Some(exit);
                    self.over_since = Instant::now();
                    if self.kill != Kill::No {
                        self.end().await;
                    }
                }
                Event::Interrupted => {
                    self.kill("\ncommand interrupted, attempting to kill\n".to_owned(), None);
                    if self.exit.is_some() {
                        self.end().await;
                    }
                }
                Event::Abandoned => {
                    self.tree.end().await;
                    return Err(failure("builtins.RuntimeError", "nobody listens".to_owned()));
                }
                // It was not for want of output that none was read.
                Event::Flushed => self.heard = self.heard.max(Instant::now() - crate::buffer::PAUSE),
                Event::Time => self.time_passed().await,
            }
        }
        self.end().await;
        self.finish_logs().await;
        self.rc()
    }

    fn is_over(&self) -> bool {
        self.gave_up || (self.exit.is_some() && self.stdout.is_none() && self.stderr.is_none())
    }

    async fn next(&mut self) -> Event {
        let due = self.due();
        let room = self.context.report.has_room();
        let [out, err] = &mut self.buffers;
        tokio::select! {
            n = read(&mut self.stdout, out), if room && self.stdout.is_some() => Event::Stdout(n),
            n = read(&mut self.stderr, err), if room && self.stderr.is_some() => Event::Stderr(n),
            news = self.logs.next(), if room && self.logs_open => Event::Log(news),
            exit = self.tree.exited(), if self.exit.is_none() => Event::Exited(exit),
            () = self.context.abandoned.cancelled() => Event::Abandoned,
            () = self.context.interrupt.cancelled(), if self.kill == Kill::No => Event::Interrupted,
            () = self.context.report.flush_when_due() => Event::Flushed,
            () = wait_until(due) => Event::Time,
        }
    }

    /// When time itself is the next thing to act on.
    fn due(&self) -> Option<Instant> {
        // While nothing is read because the master is slow, silence means nothing.
        let reading = self.context.report.has_room();
        if self.exit.is_some() {
            let silence = if self.ended { REST } else { SILENCE };
            let silent = self.heard.max(self.over_since) + silence;
            return reading.then(|| silent.min(self.over_since + PATIENCE + silence));
        }
        match self.kill {
            Kill::Asked(until) => Some(until),
            Kill::Sent(at) => Some(at + GIVE_UP),
            Kill::No => {
                let silence = self.silence_limit().filter(|_| reading);
                let total = limit(&self.program.max_time).and_then(|limit| self.started.checked_add(limit));
                silence.into_iter().chain(total).min()
            }
        }
    }

    fn silence_limit(&self) -> Option<Instant> {
        self.heard.checked_add(limit(&self.program.timeout)?)
    }

    async fn time_passed(&mut self) {
        if self.exit.is_some() {
            match self.ended {
                false => self.end().await,
                true => (self.stdout, self.stderr) = (None, None),
            }
            return;
        }
        match self.kill {
            Kill::Asked(_) => {
                self.tree.signal(self.program.interrupt_signal);
                self.kill = Kill::Sent(Instant::now());
            }
            Kill::Sent(_) => {
                self.context
                    .report
                    .header("SIGKILL failed to kill process\nusing fake rc=-1\n");
                self.gave_up = true;
            }
            Kill::No => {
                let words = self.program.words.repr();
                let silent = self.silence_limit().is_some_and(|limit| limit <= Instant::now());
                let (limit, what, reason) = match silent {
                    true => (&self.program.timeout, "without output", "timeout_without_output"),
                    false => (&self.program.max_time, "elapsed", "timeout"),
                };
                let seconds = limit.as_ref().map_or_else(String::new, header::repr);
                let text =
                    format!("\ncommand timed out: {seconds} seconds {what} running {words}, attempting to kill\n");
                self.kill(text, Some(reason));
            }
        }
    }

    /// Says why, and sends the first signal.
    fn kill(&mut self, text: String, reason: Option<&str>) {
        if let Some(reason) = reason {
            self.context.report.update(Update::FailureReason(reason.to_owned()));
        }
        self.context.report.header(&text);
        let now = Instant::now();
        let patience = self
            .program
            .sigterm_time
            .and_then(|s| Duration::try_from_secs_f64(s).ok());
        self.kill = match patience.and_then(|patience| now.checked_add(patience)) {
            Some(until) => {
                self.tree.signal(Signal::TERM);
                Kill::Asked(until)
            }
            None => {
                self.tree.signal(self.program.interrupt_signal);
                Kill::Sent(now)
            }
        };
    }

    /// Nothing of the command is alive after this.
    async fn end(&mut self) {
        if std::mem::replace(&mut self.ended, true) {
            return;
        }
        if !self.tree.end().await {
            tracing::warn!(
                pid = self.tree.pid(),
                "a process of a command does not die; the system holds it"
            );
        }
        self.over_since = Instant::now();
    }

    fn printed(&mut self, stream: usize, length: usize) {
        self.heard = Instant::now();
        self.count_lines(stream, length);
        let bytes = &self.buffers[stream][..length];
        match stream {
            0 if self.program.want_stdout => self.context.report.stdout(bytes),
            1 if self.program.want_stderr => self.context.report.stderr(bytes),
            _ => {}
        }
    }

    fn count_lines(&mut self, stream: usize, length: usize) {
        let Some(allowed) = self.program.max_lines else {
            return;
        };
        for &byte in &self.buffers[stream][..length] {
            let ends_line = byte == b'\r' || (byte == b'\n' && !self.after_cr[stream]);
            self.written += u64::from(ends_line);
            self.after_cr[stream] = byte == b'\r';
        }
        if self.written > allowed && self.kill == Kill::No {
            let (written, words) = (self.written, self.program.words.repr());
            let text = format!(
                "\ncommand exceeds max lines: {written}/{allowed} written/allowed running {words}, attempting to kill\n"
            );
            self.stdout = None;
            self.kill(text, Some("max_lines_failure"));
        }
    }

    fn log(&mut self, news: Option<(String, Vec<u8>)>) {
        match news {
            Some((name, bytes)) => {
                self.heard = Instant::now();
                self.context.report.log(&name, &bytes);
            }
            None => self.logs_open = false,
        }
    }

    /// What the log files got at the last moment.
    async fn finish_logs(&mut self) {
        self.logs.stop();
        while let Some(news) = self.logs.next().await {
            self.log(Some(news));
            while !self.context.report.has_room() && !self.context.abandoned.is_cancelled() {
                self.context.report.flush_when_due().await;
            }
        }
    }

    fn rc(self) -> Result<i64, Failure> {
        match self.exit {
            _ if self.gave_up => Err(failure(
                "builtins.RuntimeError",
                "SIGKILL failed to kill process".to_owned(),
            )),
            Some(Exit::Code(0)) if self.kill != Kill::No => Ok(system::KILLED),
            Some(Exit::Code(code)) => Ok(i64::from(code)),
            Some(Exit::Signal(signal)) => {
                self.context
                    .report
                    .header(&format!("process killed by signal {signal}\n"));
                Ok(-1)
            }
            Some(Exit::Lost) | None => {
                self.context
                    .report
                    .header("the process that watched over this command was killed\n");
                Ok(-1)
            }
        }
    }
}

/// A number of seconds as a limit; none when it is 0 or senseless.
fn limit(value: &Option<Value>) -> Option<Duration> {
    let limit = Duration::try_from_secs_f64(value.as_ref()?.float()?).ok()?;
    Some(limit).filter(|limit| !limit.is_zero())
}

/// An output that cannot be read is at its end.
async fn read(output: &mut Option<Output>, buffer: &mut [u8]) -> usize {
    match output {
        Some(output) => output.read(buffer).await.unwrap_or(0),
        None => 0,
    }
}

async fn wait_until(due: Option<Instant>) {
    match due {
        Some(due) => sleep_until(due).await,
        None => std::future::pending().await,
    }
}
