//! One folder: `tmp` is for whoever writes, `new` is read, `cur` has what was read (`try-and-sendchange` §2.1).

use super::job;
use app::service::App;
use master::{ControlError, Master, TryOrigin, TryRefusal};
use model::Time;
use model::query::{Filter, Op, Query, Value};
use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use store::{StoreError, build_sets};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};
use wire::try_job::TryJob;

/// What could not be read or stored is tried again so often; and so often a folder is looked at that cannot be watched.
const AGAIN: Duration = Duration::from_secs(10);

/// A folder of one scheduler.
pub struct Folder {
    app: App,
    master: Master,
    scheduler: String,
    path: PathBuf,
}

/// What a look at the folder left.
#[derive(PartialEq, Eq)]
enum Left {
    Nothing,
    /// Something that may be taken later.
    Something,
}

/// What became of one file.
#[derive(PartialEq, Eq)]
enum Taken {
    /// It is to be put away.
    Yes,
    /// It stays where it is.
    Later,
}

impl Folder {
    pub fn new(app: &App, master: &Master, scheduler: String, path: PathBuf) -> Folder {
        Folder {
            app: app.clone(),
            master: master.clone(),
            scheduler,
            path,
        }
    }

    /// Takes what is there and what comes.
    pub async fn read_until(self, closing: CancellationToken) {
        tokio::select! {
            () = self.read() => {}
            () = closing.cancelled() => {}
        }
    }

    async fn read(&self) {
        let mut told = None;
        let mut first = true;
        let mut stuck = BTreeSet::new();
        loop {
            let (saw, mut seen) = mpsc::channel(1);
            let watching = self.prepare(saw);
            if let Err(error) = &watching {
                let reason = error.to_string();
                if told.as_ref() != Some(&reason) {
                    self.refuse(&format!(
                        "the folder {} cannot be watched: {reason}",
                        self.path.display()
                    ));
                    told = Some(reason);
                }
            }
            loop {
                let left = self.look(first, &mut stuck).await;
                first = false;
                let again = watching.is_err() || left == Left::Something;
                tokio::select! {
                    _ = seen.recv(), if watching.is_ok() => {}
                    () = tokio::time::sleep(AGAIN), if again => {}
                }
                if watching.is_err() || !self.path.join("new").is_dir() {
                    break;
                }
            }
        }
    }

    /// Makes the folders and watches `new`. To be called before the first look, so that nothing comes unseen in between.
    fn prepare(&self, saw: mpsc::Sender<()>) -> Result<RecommendedWatcher, notify::Error> {
        for name in ["tmp", "new", "cur"] {
            std::fs::create_dir_all(self.path.join(name))?;
        }
        let handler = move |event: notify::Result<notify::Event>| {
            let reads = event.is_ok_and(|event| event.kind.is_access());
            if !reads {
                // One is waiting already, or nobody reads any more.
                let _ = saw.try_send(());
            }
        };
        let mut watcher = notify::recommended_watcher(handler)?;
        watcher.watch(&self.path.join("new"), RecursiveMode::NonRecursive)?;
        Ok(watcher)
    }

    /// Takes what is there. `stuck` has the names that were taken and cannot be put away: they are not taken again.
    async fn look(&self, first: bool, stuck: &mut BTreeSet<String>) -> Left {
        let mut left = Left::Nothing;
        let names = names(&self.path.join("new"));
        stuck.retain(|name| names.contains(name));
        for name in names {
            if !stuck.contains(&name) && self.take(&name, first).await == Taken::Later {
                left = Left::Something;
                continue;
            }
            match self.put_away(&name) {
                Ok(()) => {
                    stuck.remove(&name);
                }
                Err(error) => {
                    left = Left::Something;
                    if stuck.insert(name.clone()) {
                        self.refuse(&format!("{name} cannot be moved to cur: {error}"));
                    }
                }
            }
        }
        left
    }

    /// A file is put away when its job is stored, not before: it is read again after a crash.
    async fn take(&self, name: &str, first: bool) -> Taken {
        let path = self.path.join("new").join(name);
        let read = tokio::task::spawn_blocking(move || job::read(&path)).await;
        let job = match read.unwrap_or_else(|_| Err("it cannot be read".to_owned())) {
            Ok(job) => job,
            Err(reason) => {
                self.refuse(&format!("{name} is not built: {reason}"));
                return Taken::Yes;
            }
        };
        if first && self.was_taken(&job).await {
            return Taken::Yes;
        }
        let who = job.who.clone();
        let origin = TryOrigin::Scheduler(self.scheduler.clone());
        match self.master.submit_try(job, origin).await {
            Ok(requested) => {
                info!(
                    scheduler = self.scheduler,
                    set = requested.set.0,
                    who,
                    "a change was put into the folder"
                );
                Taken::Yes
            }
            Err(TryRefusal::Master(ControlError::Disabled(_) | ControlError::Stopped)) => Taken::Later,
            Err(TryRefusal::Master(error @ ControlError::Store(_))) => {
                warn!(scheduler = self.scheduler, "{name} is read again later: {error}");
                Taken::Later
            }
            Err(refusal) => {
                self.refuse(&format!("{name} is not built: {refusal}"));
                Taken::Yes
            }
        }
    }

    /// Whether the master ended between storing a job and putting its file away.
    async fn was_taken(&self, job: &TryJob) -> bool {
        if job.id.is_empty() {
            return false;
        }
        let query = Query {
            filters: vec![Filter {
                field: "external_idstring".to_owned(),
                op: Op::Eq,
                values: vec![Value::Text(job.id.clone())],
            }],
            ..Query::default()
        };
        let found: Result<_, StoreError> = self.master.store().read(move |c| build_sets::list(c, &query)).await;
        found.is_ok_and(|sets| sets.iter().any(|set| set.scheduler == self.scheduler))
    }

    fn put_away(&self, name: &str) -> io::Result<()> {
        std::fs::rename(self.path.join("new").join(name), self.path.join("cur").join(name))
    }

    /// In the log, and among those who were turned away on the page of the workers.
    fn refuse(&self, reason: &str) {
        let name = format!("a change for '{}'", self.scheduler);
        warn!(scheduler = self.scheduler, "{reason}");
        self.app.worker_ports().refuse(now(), &name, None, reason);
    }
}

/// What is in a folder, oldest names first: they begin with the time.
fn names(folder: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| !name.starts_with('.'))
        .collect();
    names.sort();
    names
}

fn now() -> Time {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Time(i64::try_from(since_1970.as_millis()).unwrap_or(i64::MAX))
}
