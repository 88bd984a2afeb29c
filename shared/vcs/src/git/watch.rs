//! The watch over one repository: reads it when it should be read, and reports what is new.
//!
//! A task per source. It sleeps until the system tells of something, a poll is due, a disk is mounted, or somebody asks;
//! then it reads everything again and compares with what was seen, so that a missed or doubled notice does no harm.

use super::filesystem::{self, Probe};
use super::mounts::Mounts;
use super::notifications::Notifications;
use super::seen::Seen;
use super::source::{Look, Place, Source};
use super::status::{Mode, Report, SourceStatus};
use model::config::GitPoller;
use model::{Json, Time};
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};
use tokio::sync::{Notify, mpsc, watch};
use tokio::task::JoinHandle;

/// Longest wait between attempts at a remote that fails, unless polls are rarer anyway; in seconds.
const LONGEST_BACK_OFF: f64 = 900.0;
/// How much later than due a poll of a remote may come, as a share of its interval, so that many do not come at once.
const LATENESS: f64 = 0.1;
/// Between attempts at a watched repository that cannot be read, when nothing is heard of it.
const RETRY: Duration = Duration::from_secs(30);
/// A reading that takes longer is reported as failing, and waited for.
const LONGEST_READING: Duration = Duration::from_secs(60);
/// Reports that may wait to be received before the watch itself waits.
const WAITING_REPORTS: usize = 8;
/// What a watch needs from around it.
#[derive(Clone)]
pub struct Surroundings {
    /// Folder for the bare copy of a remote repository, for this source alone; made when needed, never used for a
    /// local repository.
    pub cache_dir: PathBuf,
    /// Where file notifications come from.
    pub notifications: Notifications,
    /// Why a folder must be polled rather than watched; `None` if it can be watched.
    pub unwatchable: Probe,
    /// The person's own `git`.
    pub git: OsString,
    /// Longest time for one question to a remote.
    pub answer_within: Duration,
    /// Longest time for one fetch.
    pub fetch_within: Duration,
}

impl Surroundings {
    /// The usual: the process's shared notifications, `git` from the PATH, a minute for an answer, an hour for a fetch.
    pub fn new(cache_dir: PathBuf) -> Surroundings {
        Surroundings {
            cache_dir,
            notifications: Notifications::shared(),
            unwatchable: Arc::new(filesystem::unwatchable),
            git: "git".into(),
            answer_within: Duration::from_secs(60),
            fetch_within: Duration::from_secs(3600),
        }
    }
}

/// Starts watches.
pub struct Watch;

impl Watch {
    /// Watches the repository that `config` names, in the usual surroundings. Needs a tokio runtime.
    ///
    /// `state` is what the last [`Batch`] of an earlier watch held; without one (or with one that is not understood)
    /// the repository is seen for the first time.
    pub fn start(config: GitPoller, state: Option<Json>, cache_dir: PathBuf) -> (WatchHandle, mpsc::Receiver<Report>) {
        Watch::start_in(Surroundings::new(cache_dir), config, state)
    }

    /// The same, in given surroundings.
    pub fn start_in(
        surroundings: Surroundings,
        config: GitPoller,
        state: Option<Json>,
    ) -> (WatchHandle, mpsc::Receiver<Report>) {
        let (reports, receiver) = mpsc::channel(WAITING_REPORTS);
        let status = watch::Sender::new(SourceStatus {
            mode: Mode::Starting,
            last_contact: None,
            next_poll: None,
        });
        let handle_status = status.subscribe();
        let wanted = Arc::new(Notify::new());
        let source = Arc::new(Source::new(surroundings, config));
        let stopped = source.git.stopped.clone();
        let stored = state.is_some();
        let seen = state.as_ref().and_then(Seen::from_json);
        if stored && seen.is_none() {
            tracing::warn!(
                repository = source.name(),
                "the stored state is not understood; it is seen as new"
            );
        }
        let task = Task {
            source,
            seen: seen.map(Arc::new),
            disk: None,
            reports,
            status,
            wanted: wanted.clone(),
            failures: 0,
        };
        let handle = WatchHandle {
            wanted,
            status: handle_status,
            stopped,
            task: tokio::spawn(task.run()),
        };
        (handle, receiver)
    }
}

/// A running watch; ends when dropped.
#[derive(Debug)]
pub struct WatchHandle {
    wanted: Arc<Notify>,
    status: watch::Receiver<SourceStatus>,
    stopped: Arc<AtomicBool>,
    task: JoinHandle<()>,
}

impl WatchHandle {
    /// Reads the repository now, whatever the mode.
    pub fn poll_now(&self) {
        self.wanted.notify_one();
    }

    /// How it fares now. Finer than the [`Report::Status`] messages, which come only when the mode changes.
    pub fn status(&self) -> SourceStatus {
        self.status.borrow().clone()
    }
}

impl Drop for WatchHandle {
    fn drop(&mut self) {
        // Ends a command under way too.
        self.stopped.store(true, Ordering::Relaxed);
        self.task.abort();
    }
}

/// The loop around one source.
struct Task {
    source: Arc<Source>,
    seen: Option<Arc<Seen>>,
    disk: Option<(u64, u64)>,
    reports: mpsc::Sender<Report>,
    status: watch::Sender<SourceStatus>,
    wanted: Arc<Notify>,
    /// Attempts that failed in a row.
    failures: u32,
}

impl Task {
    async fn run(mut self) {
        let mounts = Mounts::listen();
        if matches!(self.source.place, Place::Remote(_)) && !self.source.config.poll_at_launch {
            let wait = Duration::from_secs_f64(self.source.interval);
            if self.tell(Mode::Starting, Some(wait), false).await.is_err() {
                return;
            }
            self.wait(&mounts, Some(wait)).await;
        }
        while !self.reports.is_closed() {
            match self.look().await {
                Ok(wait) => self.wait(&mounts, wait).await,
                Err(_) => return, // nobody receives the reports any more
            }
        }
    }

    /// Reads, reports, and tells how long to wait at most.
    async fn look(&mut self) -> Result<Option<Duration>, mpsc::error::SendError<Report>> {
        let look = self.read().await?;
        self.seen = look.seen;
        self.disk = look.disk;
        if let Some(batch) = look.batch {
            self.reports.send(Report::Batch(batch)).await?;
        }
        let failed = matches!(look.mode, Mode::Failed { .. });
        self.failures = if failed { self.failures.saturating_add(1) } else { 0 };
        let wait = self.until_next(&look.mode);
        self.tell(look.mode, wait, !failed).await?;
        Ok(wait)
    }

    async fn read(&mut self) -> Result<Look, mpsc::error::SendError<Report>> {
        let (source, seen) = (self.source.clone(), self.seen.clone());
        let mut reading = tokio::task::spawn_blocking(move || source.look(seen));
        let answer = match self.source.place {
            Place::Local(_) => tokio::time::timeout(LONGEST_READING, &mut reading).await.ok(),
            Place::Remote(_) => None, // its commands have limits of their own
        };
        let answer = match answer {
            Some(answer) => answer,
            None => {
                if matches!(self.source.place, Place::Local(_)) {
                    let reason = format!("{} does not answer: check the disk that it is on", self.source.name());
                    self.tell(Mode::Failed { reason }, None, false).await?;
                }
                reading.await
            }
        };
        Ok(match answer {
            Ok(look) => look,
            Err(error) => Look {
                disk: self.disk,
                seen: self.seen.clone(),
                batch: None,
                mode: Mode::Failed {
                    reason: format!("reading {} broke off ({error}): please report this", self.source.name()),
                },
            },
        })
    }

    async fn tell(
        &mut self,
        mode: Mode,
        wait: Option<Duration>,
        is_contact: bool,
    ) -> Result<(), mpsc::error::SendError<Report>> {
        let now = now();
        let before = self.status.borrow().clone();
        let status = SourceStatus {
            mode,
            last_contact: if is_contact { Some(now) } else { before.last_contact },
            next_poll: wait.map(|wait| now.plus_millis(i64::try_from(wait.as_millis()).unwrap_or(i64::MAX))),
        };
        self.status.send_replace(status.clone());
        if status.mode != before.mode {
            self.reports.send(Report::Status(status)).await?;
        }
        Ok(())
    }

    fn until_next(&self, mode: &Mode) -> Option<Duration> {
        let interval = self.source.interval;
        let seconds = match (mode, &self.source.place) {
            (Mode::Failed { .. }, Place::Local(_)) => return Some(RETRY.min(Duration::from_secs_f64(interval))),
            (Mode::Failed { .. }, Place::Remote(_)) => {
                let factor = 2f64.powi(
                    i32::try_from(self.failures.saturating_sub(1))
                        .unwrap_or(i32::MAX)
                        .min(30),
                );
                (interval * factor).min(interval.max(LONGEST_BACK_OFF))
            }
            (Mode::Polling { .. }, _) => interval,
            (Mode::Watching | Mode::Starting, _) => return None,
        };
        let late = seconds * rand::random_range(0.0..LATENESS);
        Some(Duration::from_secs_f64(seconds + late))
    }

    /// Until there is a reason to read again.
    async fn wait(&mut self, mounts: &Mounts, longest: Option<Duration>) {
        let due = async {
            match longest {
                Some(wait) => tokio::time::sleep(wait).await,
                None => std::future::pending().await,
            }
        };
        let disk_changes = async {
            loop {
                mounts.changed().await;
                let source = self.source.clone();
                // A disk that does not answer blocks whoever asks.
                match tokio::task::spawn_blocking(move || source.disk()).await {
                    Ok(disk) if disk == self.disk => {}
                    _ => return,
                }
            }
        };
        tokio::select! {
            () = self.source.ear.heard() => {}
            () = due => {}
            () = disk_changes => {}
            () = self.wanted.notified() => self.failures = 0,
            () = self.reports.closed() => {}
        }
    }
}

fn now() -> Time {
    let since = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    Time(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
