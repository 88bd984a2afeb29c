//! The conversation up to the master's answer, against one clock.

use super::fits::{LONGEST, body_of};
use super::{TryError, TryLogin, TryTarget, words};
use crate::pb::MARK;
use crate::stream;
use bytes::Bytes;
use spread::jelly::Value;
use spread::login::LoginError;
use spread::{CallError, Closed, Connection, Options, Reference};
use std::time::Duration;
use tokio::time::Instant;
use tokio_util::sync::{CancellationToken, DropGuard};
use wire::try_job::TryJob;

/// A master that takes longer than this to its first word speaks something else, which waits for our first word.
const FIRST_WORD: Duration = Duration::from_secs(20);

/// Bytes of a patch that goes in parts which go at once.
const PART: usize = 256 << 10;

/// One conversation with its deadline.
pub(super) struct Asking<'a> {
    target: &'a TryTarget,
    address: String,
    limit: Duration,
    deadline: Instant,
}

/// A connection that ends when this is dropped.
pub(super) struct Line {
    pub(super) connection: Connection,
    _end: DropGuard,
}

/// Where jobs are given, after the login.
pub(super) struct Desk {
    line: Line,
    user: String,
    desk: Reference,
}

impl Desk {
    pub(super) fn is_outpost(&self) -> bool {
        self.line.connection.is_marked()
    }

    /// The connection alone: the desk itself is given back, and what it gave stays (§1.2).
    pub(super) fn into_line(self) -> Line {
        self.line
    }
}

impl Asking<'_> {
    pub(super) fn until(target: &TryTarget, limit: Duration) -> Asking<'_> {
        Asking {
            target,
            address: target.address.to_string(),
            limit,
            deadline: Instant::now() + limit,
        }
    }

    pub(super) async fn log_in(&self, login: &TryLogin) -> Result<Desk, TryError> {
        let TryTarget { address, proxy } = self.target;
        let dialling = Box::pin(stream::dial(address, proxy.as_ref()));
        let stream = self.in_time("the connection", false, dialling).await?;
        let options = Options {
            first_word: Some(FIRST_WORD.min(self.limit)),
            mark: Some(MARK),
            ..Options::default()
        };
        let (connection, driving) = spread::client(stream.map_err(TryError::Unreachable)?, options);
        tokio::spawn(driving);
        let line = Line::of(connection.clone());
        let entering = spread::login::login(&connection, &login.user, &login.password, None);
        let desk = match self.in_time("the login", false, entering).await? {
            Ok(desk) => desk,
            Err(error) => return Err(self.no_entry(error, &connection, &login.user).await),
        };
        Ok(Desk {
            line,
            user: login.user.clone(),
            desk,
        })
    }

    pub(super) async fn builder_names(&self, desk: &Desk) -> Result<Vec<String>, TryError> {
        let during = "the builders' names";
        let asking = desk.desk.call("getAvailableBuilderNames", Vec::new());
        let answer = self.in_time(during, false, asking).await?;
        let answer = answer.map_err(|error| self.no_answer(error, during, false, &desk.user))?;
        let names = answer.items().ok_or_else(|| self.strange(&answer))?;
        names
            .iter()
            .map(|name| name.text().map(str::to_owned).ok_or_else(|| self.strange(name)))
            .collect()
    }

    pub(super) async fn submit(&self, desk: &Desk, job: &TryJob) -> Result<Reference, TryError> {
        let body = body_of(job);
        if body.len() > LONGEST {
            self.send_parts(desk, body).await?;
        }
        let during = "the answer to the change";
        let sending = desk.desk.call("try", words::arguments(job));
        match self.in_time(during, true, sending).await? {
            Ok(Value::Remote(set)) => Ok(set),
            Ok(Value::None) => Err(TryError::BuildersRefused {
                address: self.address.clone(),
                builders: job.builders.clone(),
            }),
            Ok(other) => Err(self.strange(&other)),
            Err(error) => Err(self.no_answer(error, during, true, &desk.user)),
        }
    }

    /// What is longer than a string goes first, in parts, to a master of Outpost. Until the job itself comes it is nothing.
    async fn send_parts(&self, desk: &Desk, body: &[u8]) -> Result<(), TryError> {
        let during = "the patch to arrive";
        for part in body.chunks(PART) {
            let part = Value::Bytes(Bytes::copy_from_slice(part));
            let taking = desk.desk.call("addPatchPart", vec![part]);
            let taken = self.in_time(during, false, taking).await?;
            taken.map_err(|error| self.no_answer(error, during, false, &desk.user))?;
        }
        Ok(())
    }

    async fn in_time<T>(&self, during: &'static str, sent: bool, what: impl Future<Output = T>) -> Result<T, TryError> {
        let waited = tokio::time::timeout_at(self.deadline, what).await;
        waited.map_err(|_| TryError::Silent {
            address: self.address.clone(),
            during,
            limit: self.limit,
            sent,
        })
    }

    async fn no_entry(&self, error: LoginError, connection: &Connection, user: &str) -> TryError {
        let address = self.address.clone();
        match error {
            LoginError::Refused => TryError::Refused {
                address,
                user: user.to_owned(),
            },
            LoginError::Failed(failure) => TryError::NoTry {
                address,
                user: user.to_owned(),
                reason: failure.to_string(),
            },
            LoginError::Strange(reason) => TryError::NotPb { address, reason },
            LoginError::Lost => match connection.closed().await {
                reason @ (Closed::Broken(_) | Closed::Silent(_)) => TryError::NotPb {
                    address,
                    reason: reason.to_string(),
                },
                _ => self.lost("the login", false),
            },
        }
    }

    fn no_answer(&self, error: CallError, during: &'static str, sent: bool, user: &str) -> TryError {
        let address = self.address.clone();
        match error {
            CallError::Lost => self.lost(during, sent),
            // What a login that is for something else says, a worker's for instance.
            CallError::Failed(failure) if failure.is("builtins.AttributeError") => TryError::NoTry {
                address,
                user: user.to_owned(),
                reason: "this name is for something else there".to_owned(),
            },
            CallError::Failed(failure) => TryError::Failed {
                address,
                reason: failure.to_string(),
            },
            CallError::Unsendable(error) | CallError::Unreadable(error) => TryError::Failed {
                address,
                reason: error.to_string(),
            },
        }
    }

    fn lost(&self, during: &'static str, sent: bool) -> TryError {
        TryError::Lost {
            address: self.address.clone(),
            during,
            sent,
        }
    }

    fn strange(&self, answer: &Value) -> TryError {
        TryError::Failed {
            address: self.address.clone(),
            reason: format!("its answer makes no sense ({})", answer.kind()),
        }
    }
}

impl Line {
    fn of(connection: Connection) -> Line {
        let end = CancellationToken::new();
        tokio::spawn({
            let (connection, end) = (connection.clone(), end.clone());
            async move {
                tokio::select! {
                    () = end.cancelled() => connection.close(),
                    _ = connection.closed() => {}
                }
            }
        });
        Line {
            connection,
            _end: end.drop_guard(),
        }
    }
}
