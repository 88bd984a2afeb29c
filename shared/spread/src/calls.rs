//! Calls, answers and what is given back, on their way out.

use crate::banana::{Dialect, Encoder, Integer};
use crate::jelly::{self, Luid, Value};
use crate::passage::Passage;
use crate::queue::Cause;
use crate::shared::Shared;
use crate::{CallError, Closed, Failure, Object};
use bytes::BytesMut;
use std::sync::Arc;
use tokio::sync::oneshot;

/// How often a peer is told that it holds too many objects (§3.2); the last time says farewell.
const WARNINGS: u32 = 4;

/// What an expression takes besides the values in it.
const FRAME: usize = 64;

impl Shared {
    /// Adds a call.
    pub(crate) fn call(
        self: &Arc<Self>,
        target: Luid,
        method: &str,
        args: &Value,
        kwargs: &Value,
    ) -> Result<oneshot::Receiver<Result<Value, CallError>>, CallError> {
        let (sender, receiver) = oneshot::channel();
        let mut passage = Passage::new(self);
        let mut queue = self.queue();
        let Some(dialect) = queue.open() else {
            drop(queue);
            self.withhold(args);
            self.withhold(kwargs);
            return Err(CallError::Lost);
        };
        let number = self.tables().calls.next();
        let size = FRAME + method.len() + bound(args) + bound(kwargs);
        let added = queue.append(dialect, Cause::Own, size, |out| {
            out.list(7)?;
            out.bytes(b"message")?;
            out.int(&number.into());
            match target {
                Luid::Root => out.bytes(b"root")?,
                Luid::Number(number) => out.int(&number.into()),
            }
            out.bytes(method.as_bytes())?;
            out.int(&1_i64.into());
            jelly::encode(args, &mut passage, out)?;
            jelly::encode(kwargs, &mut passage, out)
        });
        if added.is_ok() {
            self.tables().calls.made(sender);
        }
        drop(queue);
        match added {
            Ok(()) => self.filled.notify_one(),
            Err(error) => {
                passage.undo();
                return Err(CallError::Unsendable(error));
            }
        }
        Ok(receiver)
    }

    /// Adds the answer to a call of the peer. What cannot be sent becomes a failure.
    pub(crate) fn answer(self: &Arc<Self>, call: &Integer, value: &Value) {
        match self.reply(b"answer", call, value) {
            Ok(()) => {}
            Err(jelly::Error::TooManyObjects(max)) => self.refuse(call, max),
            Err(error) => self.fail(call, &Failure::error(error.exception(), error.to_string())),
        }
    }

    /// Adds the failure of a call of the peer.
    pub(crate) fn fail(self: &Arc<Self>, call: &Integer, failure: &Failure) {
        if let Err(error) = self.reply(b"error", call, &failure.to_value()) {
            let failure = Failure::error(error.exception(), error.to_string());
            let _ = self.reply(b"error", call, &failure.to_value());
        }
    }

    fn reply(self: &Arc<Self>, word: &[u8], call: &Integer, value: &Value) -> Result<(), jelly::Error> {
        let mut passage = Passage::new(self);
        let mut queue = self.queue();
        let Some(dialect) = queue.open() else {
            drop(queue);
            self.withhold(value);
            return Ok(());
        };
        let added = queue.append(dialect, Cause::Peer, FRAME + bound(value), |out| {
            out.list(3)?;
            out.bytes(word)?;
            out.int(call);
            jelly::encode(value, &mut passage, out)
        });
        drop(queue);
        match &added {
            Ok(()) => self.filled.notify_one(),
            Err(_) => passage.undo(),
        }
        added
    }

    /// Says that the peer holds too many objects, and at last gives it up (§3.2).
    fn refuse(self: &Arc<Self>, call: &Integer, max: usize) {
        let refused = {
            let mut tables = self.tables();
            tables.refused += 1;
            tables.refused
        };
        let farewell = if refused >= WARNINGS { "  Goodbye." } else { "" };
        let text = format!("Maximum PB reference count exceeded.{farewell}");
        self.fail(call, &Failure::error("twisted.spread.pb.Error", text));
        if refused >= WARNINGS {
            self.close(Closed::Broken(format!("it holds {max} objects and asks for more")));
        }
    }

    /// A value is not sent after all: the objects in it are released.
    pub(crate) fn withhold(self: &Arc<Self>, value: &Value) {
        let mut passage = Passage::new(self);
        let mut nowhere = BytesMut::new();
        let _ = jelly::encode(value, &mut passage, &mut Encoder::new(Dialect::Pb, &mut nowhere));
        passage.undo();
    }

    /// A call of the peer that wants an answer has come.
    pub(crate) fn owe(&self) -> Result<(), Closed> {
        let max = self.options.max_unanswered;
        let mut tables = self.tables();
        if tables.unanswered >= max {
            return Err(Closed::Broken(format!("more than {max} of its calls wait for answers")));
        }
        tables.unanswered += 1;
        Ok(())
    }

    /// The object of this end that the peer means.
    pub(crate) fn own(&self, luid: Luid) -> Option<Arc<dyn Object>> {
        match luid {
            Luid::Root => self.root(),
            Luid::Number(number) => self.tables().exports.get(number),
        }
    }

    /// The peer gives an object back, or it was never sent. An error: there is no such object.
    pub(crate) fn give_back(&self, number: i64) -> Result<(), ()> {
        let given = self.tables().exports.give_back(number);
        if let Some(object) = given? {
            object.released();
        }
        Ok(())
    }

    /// An object of the peer is needed no more.
    pub(crate) fn give_up(&self, number: i64) {
        self.tables().held -= 1;
        let mut queue = self.queue();
        let Some(dialect) = queue.open() else {
            return;
        };
        let added = queue.append(dialect, Cause::Peer, FRAME, |out| {
            out.list(2)?;
            out.bytes(b"decref")?;
            out.int(&number.into());
            Ok(())
        });
        drop(queue);
        if added.is_ok() {
            self.filled.notify_one();
        }
    }
}

/// Bytes that a value takes, but for integers that are larger than usual.
fn bound(value: &Value) -> usize {
    /// A list of a tag and something short.
    const ATOM: usize = 24;
    match value {
        Value::Bytes(bytes) => ATOM + bytes.len(),
        Value::Text(text) => ATOM + text.len(),
        Value::List(items) | Value::Tuple(items) | Value::Set(items) | Value::FrozenSet(items) => {
            ATOM + items.iter().map(bound).sum::<usize>()
        }
        Value::Dict(pairs) => {
            ATOM + pairs
                .iter()
                .map(|(key, value)| 3 + bound(key) + bound(value))
                .sum::<usize>()
        }
        Value::Copy(copied) => ATOM + copied.class.len() + bound(&copied.state),
        _ => ATOM,
    }
}
