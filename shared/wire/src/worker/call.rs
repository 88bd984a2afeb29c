//! What master and worker say to each other, typed.

use super::{Value, ValueError};
use bytes::Bytes;

/// A command's number: a decimal counter of the master process (`worker-protocol-pb` §3).
pub type CommandId = String;

/// A file that is being transferred, named by the master in the command's arguments: `writer` or `reader` there holds
/// this number where PB has an object reference.
pub type TransferId = i64;

/// A call of either end.
#[derive(Clone, Debug, PartialEq)]
pub enum Call {
    /// Master to worker.
    Master(MasterCall),
    /// Worker to master.
    Worker(WorkerCall),
}

/// What a master asks of a worker (`worker-protocol-pb` §1–§3).
#[derive(Clone, Debug, PartialEq)]
pub enum MasterCall {
    /// A line for the worker's own log; `ping` and `attached` prove that it lives. Answer: none.
    Print {
        /// The line.
        message: String,
    },
    /// Answer: [`Answer::Info`].
    GetWorkerInfo,
    /// The builders it serves, each with its folder. Answer: none.
    SetBuilderList {
        /// Name and folder.
        builders: Vec<(String, String)>,
    },
    /// Leave. Answer: none.
    Shutdown,
    /// A build begins. Answer: none.
    StartBuild {
        /// Which builder's.
        builder: String,
    },
    /// Run a command. Answered as soon as it is launched; a failure means that it never started.
    StartCommand {
        /// Which builder's.
        builder: String,
        /// Names the command in updates.
        id: CommandId,
        /// `shell`, `mkdir`, …
        name: String,
        /// A dictionary.
        args: Value,
    },
    /// End what the builder is running. Answer: none.
    InterruptCommand {
        /// Which builder's.
        builder: String,
        /// Not checked by workers.
        id: CommandId,
        /// For the log.
        why: String,
    },
}

/// What a worker tells or asks its master (`worker-protocol-pb` §3, §5, §6).
#[derive(Clone, Debug, PartialEq)]
pub enum WorkerCall {
    /// "I am here". Answer: none.
    Keepalive,
    /// "I want to leave after my builds." Answer: none.
    Shutdown,
    /// News of a command, in order. Answer: [`Answer::Number`] 0.
    Update {
        /// Which command.
        id: CommandId,
        /// One or more.
        updates: Vec<Update>,
    },
    /// The command is over and sends nothing more. Answer: none.
    Complete {
        /// Which command.
        id: CommandId,
        /// Only when the command itself, not what it ran, went wrong.
        failure: Option<Failure>,
    },
    /// Upload: the next bytes. Answer: none.
    Write {
        /// Which file.
        transfer: TransferId,
        /// At most the block size.
        data: Bytes,
    },
    /// Upload: the file is whole. Answer: none.
    CloseWriter {
        /// Which file.
        transfer: TransferId,
    },
    /// Upload: its times, after closing. Answer: none.
    SetTimes {
        /// Which file.
        transfer: TransferId,
        /// Last access, seconds.
        accessed: f64,
        /// Last change, seconds.
        modified: f64,
    },
    /// Directory upload: the archive is whole. Answer: none.
    Unpack {
        /// Which archive.
        transfer: TransferId,
    },
    /// Download: the next bytes, please. Answer: [`Answer::Bytes`], empty at the end.
    Read {
        /// Which file.
        transfer: TransferId,
        /// At most so many.
        length: usize,
    },
    /// Download: no more. Answer: none.
    CloseReader {
        /// Which file.
        transfer: TransferId,
    },
}

/// One update of a command: a key and its value (`worker-protocol-pb` §3.2).
#[derive(Clone, Debug, PartialEq)]
pub enum Update {
    /// Whole lines of the command's own framing.
    Header(String),
    /// Whole lines of standard output.
    Stdout(String),
    /// Whole lines of standard error.
    Stderr(String),
    /// Whole lines of a watched file.
    Log {
        /// The log's name.
        name: String,
        /// Lines.
        text: String,
    },
    /// Exit status: 0 is well, −1 a signal.
    Rc(i64),
    /// Seconds from start to end.
    Elapsed(f64),
    /// `timeout_without_output`, `timeout` or `max_lines_failure`.
    FailureReason(String),
    /// Anything else, such as `stat` and `files`.
    Other {
        /// Its key.
        key: String,
        /// Its value.
        value: Value,
    },
}

impl Update {
    /// The key on the wire.
    pub fn key(&self) -> &str {
        match self {
            Update::Header(_) => "header",
            Update::Stdout(_) => "stdout",
            Update::Stderr(_) => "stderr",
            Update::Log { .. } => "log",
            Update::Rc(_) => "rc",
            Update::Elapsed(_) => "elapsed",
            Update::FailureReason(_) => "failure_reason",
            Update::Other { key, .. } => key,
        }
    }
}

/// An answer that is not a failure.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// Nothing to tell.
    None,
    /// To an update.
    Number(i64),
    /// To [`MasterCall::GetWorkerInfo`].
    Info(WorkerInfo),
    /// To [`WorkerCall::Read`].
    Bytes(Bytes),
}

/// What a worker tells of itself (`worker-protocol-pb` §2), keys as on the wire: `admin`, `host`, `environ`, `system`,
/// `basedir`, `numcpus`, `version`, `worker_commands`, `os_*`.
pub type WorkerInfo = Vec<(String, Value)>;

/// A failure as the other end tells it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind}: {message}")]
pub struct Failure {
    /// The type's full name, for example `buildbot_worker.base.UnknownCommand`.
    pub kind: String,
    /// One sentence.
    pub message: String,
}

impl From<ValueError> for Failure {
    fn from(error: ValueError) -> Failure {
        Failure {
            kind: "builtins.ValueError".to_owned(),
            message: error.to_string(),
        }
    }
}

impl Call {
    /// Fails when something in it is longer than PB carries.
    pub(super) fn within_limits(&self) -> Result<(), ValueError> {
        let text = |what: &str, text: &str| {
            if text.len() > super::SIZE_LIMIT {
                Err(ValueError::TooLong {
                    what: what.to_owned(),
                    size: text.len(),
                })
            } else {
                Ok(())
            }
        };
        match self {
            Call::Master(MasterCall::StartCommand { args, .. }) => args.within_limits(),
            Call::Master(MasterCall::Print { message }) => text("a message", message),
            Call::Worker(WorkerCall::Write { data, .. }) if data.len() > super::SIZE_LIMIT => {
                Err(ValueError::TooLong {
                    what: "a block".to_owned(),
                    size: data.len(),
                })
            }
            Call::Worker(WorkerCall::Update { updates, .. }) => updates.iter().try_for_each(|update| match update {
                Update::Header(t) | Update::Stdout(t) | Update::Stderr(t) | Update::Log { text: t, .. } => {
                    text("an update", t)
                }
                Update::Other { value, .. } => value.within_limits(),
                _ => Ok(()),
            }),
            _ => Ok(()),
        }
    }
}
