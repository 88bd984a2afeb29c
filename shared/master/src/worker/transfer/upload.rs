//! What a worker sends: written beside its place, and put there by the step when all is well.

use super::part::Part;
use super::{Ask, Offer, Open, Order, Transfers, WAITING, archive, failed, folder, unfit, words_of};
use bytes::Bytes;
use model::config::Compress;
use std::fs::{File, FileTimes};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tempfile::{NamedTempFile, TempDir};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use wire::worker::{Answer, TransferId};

/// Where an upload ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    /// The file or folder on the master.
    pub path: PathBuf,
    /// Longest file or archive, in bytes. The worker is told too; this is for one that does not heed it.
    pub max: Option<u64>,
    /// What is sent.
    pub form: Form,
}

/// What is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A file that gets these permission bits; the process's own when none.
    File(Option<u32>),
    /// An archive that is unpacked.
    Folder(Compress),
}

/// An upload under way. What was sent is deleted unless [`Upload::keep`] is called.
#[derive(Debug)]
pub struct Upload {
    offer: Offer,
    /// Dropped without a word, it tells the thread to delete what it has.
    verdict: oneshot::Sender<()>,
    thread: JoinHandle<Result<(), String>>,
}

impl Upload {
    /// Makes the folders above the destination and the file that is written beside it. `notes` is the folder of notes
    /// about what is not whole.
    pub async fn open(transfers: &Transfers, notes: Arc<Path>, destination: Destination) -> Result<Upload, String> {
        let opened = tokio::task::spawn_blocking(move || Receiving::open(notes, destination)).await;
        let receiving = opened.map_err(|error| error.to_string())??;
        let (orders, inbox) = mpsc::channel(WAITING);
        let (verdict, wanted) = oneshot::channel();
        Ok(Upload {
            offer: transfers.enter(Open::Thread(orders)),
            verdict,
            thread: tokio::task::spawn_blocking(move || receiving.serve(inbox, wanted)),
        })
    }

    /// How the worker names it.
    pub fn id(&self) -> TransferId {
        self.offer.id
    }

    /// The command went well: what was sent is put in its place. Fails when it is not whole or cannot be put there.
    pub async fn keep(self) -> Result<(), String> {
        let _ = self.verdict.send(());
        drop(self.offer);
        self.thread.await.unwrap_or_else(|error| Err(error.to_string()))
    }

    /// The command went wrong: what was sent is deleted. Gives what was wrong on this side, if it was.
    pub async fn discard(self) -> Option<String> {
        drop(self.verdict);
        drop(self.offer);
        match self.thread.await {
            Ok(Ok(())) => None,
            Ok(Err(trouble)) => Some(trouble),
            Err(error) => Some(error.to_string()),
        }
    }
}

/// The thread's side of it.
struct Receiving {
    destination: Destination,
    notes: Arc<Path>,
    part: Part<NamedTempFile>,
    received: u64,
    closed: bool,
    unpacked: Option<Part<TempDir>>,
    trouble: Option<String>,
}

impl Receiving {
    fn open(notes: Arc<Path>, destination: Destination) -> Result<Receiving, String> {
        let path = &destination.path;
        let cannot = |error: io::Error| {
            let reason = words_of(&error);
            format!(
                "cannot write {} on the master: {reason}; choose another masterdest or make room for it",
                path.display()
            )
        };
        if matches!(destination.form, Form::File(_)) && path.is_dir() {
            let path = path.display();
            return Err(format!(
                "{path} on the master is a folder; name a file in it as masterdest"
            ));
        }
        let beside = beside(path);
        std::fs::create_dir_all(beside).map_err(cannot)?;
        let part = Part::file(&notes, beside).map_err(cannot)?;
        Ok(Receiving {
            destination,
            notes,
            part,
            received: 0,
            closed: false,
            unpacked: None,
            trouble: None,
        })
    }

    /// Serves the worker until the step knows how its command went.
    fn serve(mut self, mut orders: mpsc::Receiver<Order>, mut wanted: oneshot::Receiver<()>) -> Result<(), String> {
        while let Some(Order { ask, answer }) = orders.blocking_recv() {
            if let Some(trouble) = &self.trouble {
                answer(Err(failed(trouble)));
                continue;
            }
            // Answered before it is on the disk, so that the worker sends the next block meanwhile. What goes wrong is
            // the answer to that one, or to the close.
            if let Ask::Write(data) = ask {
                match self.check(&data) {
                    Ok(()) => {
                        answer(Ok(Answer::None));
                        self.trouble = self.write(&data).err();
                    }
                    Err(trouble) => {
                        answer(Err(failed(&trouble)));
                        self.trouble = Some(trouble);
                    }
                }
                continue;
            }
            let done = match ask {
                Ask::CloseWriter => self.close(),
                Ask::SetTimes(accessed, modified) => self.set_times(accessed, modified),
                Ask::Unpack => self.unpack(),
                other => {
                    answer(Err(unfit(&other)));
                    continue;
                }
            };
            answer(match &done {
                Ok(()) => Ok(Answer::None),
                Err(trouble) => Err(failed(trouble)),
            });
            self.trouble = done.err();
        }
        match (self.trouble.take(), wanted.try_recv()) {
            (Some(trouble), _) => Err(trouble),
            (None, Ok(())) => self.keep(),
            (None, Err(_)) => Ok(()),
        }
    }

    fn check(&self, data: &Bytes) -> Result<(), String> {
        if self.closed {
            return Err("the worker wrote to a file that it had closed".to_owned());
        }
        match self.destination.max {
            Some(max) if self.received + data.len() as u64 > max => Err(format!(
                "the worker sent more than maxsize, {max} bytes; give a larger maxsize, or none"
            )),
            _ => Ok(()),
        }
    }

    fn write(&mut self, data: &Bytes) -> Result<(), String> {
        self.received += data.len() as u64;
        let written = self.part.it.as_file_mut().write_all(data);
        written.map_err(|error| self.told("write", &error))
    }

    fn close(&mut self) -> Result<(), String> {
        self.closed = true;
        let Form::File(Some(mode)) = self.destination.form else {
            return Ok(());
        };
        set_mode(self.part.it.as_file(), mode).map_err(|error| self.told("set the mode of", &error))
    }

    fn set_times(&mut self, accessed: f64, modified: f64) -> Result<(), String> {
        let time = |seconds: f64| {
            let since = Duration::try_from_secs_f64(seconds).ok();
            since.and_then(|since| SystemTime::UNIX_EPOCH.checked_add(since))
        };
        let (Some(accessed), Some(modified)) = (time(accessed), time(modified)) else {
            return Err(format!("a file cannot have the times {accessed} and {modified}"));
        };
        let times = FileTimes::new().set_accessed(accessed).set_modified(modified);
        let set = self.part.it.as_file().set_times(times);
        set.map_err(|error| self.told("set the times of", &error))
    }

    fn unpack(&mut self) -> Result<(), String> {
        let Form::Folder(compress) = self.destination.form else {
            return Err("the worker asked to unpack a file that is no archive".to_owned());
        };
        if self.closed {
            return Err("the worker asked to unpack an archive that it had closed".to_owned());
        }
        self.closed = true;
        let path = &self.destination.path;
        let staging = Part::folder(&self.notes, beside(path));
        let staging = staging.map_err(|error| self.told("unpack", &error))?;
        archive::unpack(self.part.it.as_file_mut(), self.received, compress, staging.it.path())
            .map_err(|error| format!("{}: {error}", path.display()))?;
        self.unpacked = Some(staging);
        Ok(())
    }

    fn keep(self) -> Result<(), String> {
        let path = self.destination.path.as_path();
        let shown = path.display();
        let cannot = |error: &io::Error| format!("cannot put {shown} in place: {}", words_of(error));
        match (self.destination.form, self.unpacked) {
            (Form::File(_), _) if self.closed => self.part.persist(path).map_err(|error| cannot(&error)),
            (Form::Folder(_), Some(staging)) => folder::merge(staging.it.path(), path),
            _ => Err(format!(
                "{shown} did not come whole: the worker ended without closing it"
            )),
        }
    }

    fn told(&self, what: &str, error: &io::Error) -> String {
        let (path, reason) = (self.destination.path.display(), words_of(error));
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                format!("cannot {what} {path} on the master: {reason}; make room there and build again")
            }
            _ => format!("cannot {what} {path} on the master: {reason}"),
        }
    }
}

/// The folder that a path is in.
fn beside(path: &Path) -> &Path {
    path.parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}

#[cfg(unix)]
pub(super) fn set_mode(file: &File, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(std::fs::Permissions::from_mode(mode & 0o7777))
}

/// Only whether it may be written.
#[cfg(not(unix))]
pub(super) fn set_mode(file: &File, mode: u32) -> io::Result<()> {
    let mut permissions = file.metadata()?.permissions();
    permissions.set_readonly(mode & 0o200 == 0);
    file.set_permissions(permissions)
}
