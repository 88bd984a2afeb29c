//! What the peer says, and what becomes of it (§3).

use crate::agree::VERSION;
use crate::banana::{Element, Integer};
use crate::jelly::{self, Luid, Value};
use crate::passage::Passage;
use crate::shared::Shared;
use crate::{Call, CallError, Closed, Failure, Reply};
use bytes::Bytes;
use std::sync::Arc;

/// Takes one expression. An error costs the connection.
pub(crate) async fn dispatch(shared: &Arc<Shared>, expression: Element) -> Result<(), Closed> {
    let Element::List(parts) = expression else {
        return Err(broken("it sent an expression that is no list"));
    };
    let mut parts = parts.into_iter();
    let Some(Element::Bytes(command)) = parts.next() else {
        return Err(broken("it sent an expression without a command"));
    };
    match (command.as_ref(), parts.as_slice().len()) {
        (b"message", 6) => {
            let message = Message::read(parts).ok_or_else(|| broken("it sent a call with parts that are none"))?;
            message.call(shared).await
        }
        (b"answer", 2) => answered(shared, parts, Ok),
        (b"error", 2) => answered(shared, parts, |value| {
            Err(CallError::Failed(Failure::from_value(&value)))
        }),
        (b"decref", 1) => give_back(shared, parts),
        (b"version", 1) => match parts.next() {
            Some(Element::Int(version)) if version.as_i64() == Some(VERSION) => Ok(()),
            _ => Err(broken(format!("it speaks another version than {VERSION}"))),
        },
        (b"didNotUnderstand", 1) => {
            tracing::warn!("the peer did not understand something that this end said");
            Ok(())
        }
        (b"message" | b"answer" | b"error" | b"decref" | b"version" | b"didNotUnderstand", parts) => {
            Err(broken(format!("it sent {} with {parts} parts", name(&command))))
        }
        _ => Err(broken(format!("it sent an unknown command {}", name(&command)))),
    }
}

/// A call of the peer, before its values are read.
struct Message {
    number: Integer,
    target: Option<Luid>,
    method: Bytes,
    wants_answer: bool,
    args: Element,
    kwargs: Element,
}

impl Message {
    fn read(mut parts: impl Iterator<Item = Element>) -> Option<Self> {
        let Some(Element::Int(number)) = parts.next() else {
            return None;
        };
        let target = Luid::from_element(&parts.next()?);
        let Some(Element::Bytes(method)) = parts.next() else {
            return None;
        };
        let Some(Element::Int(wants)) = parts.next() else {
            return None;
        };
        Some(Message {
            number,
            target,
            method,
            wants_answer: wants.as_i64() != Some(0),
            args: parts.next()?,
            kwargs: parts.next()?,
        })
    }

    /// Calls the object and waits until it has taken the call.
    async fn call(self, shared: &Arc<Shared>) -> Result<(), Closed> {
        let reply = Reply::new(shared, self.wants_answer.then_some(self.number))?;
        shared.greeted();
        // Also for an object that is not there: what was received has to be given back.
        let arguments = arguments(shared, self.args, self.kwargs);
        let Some(object) = self.target.and_then(|target| shared.own(target)) else {
            reply.fail(Failure::error("twisted.spread.pb.Error", "Invalid Object ID"));
            return Ok(());
        };
        match arguments {
            Ok((args, kwargs)) => {
                let method = String::from_utf8_lossy(&self.method).into_owned();
                let call = Call {
                    method,
                    args,
                    kwargs,
                    reply,
                };
                object.call(call).await;
            }
            Err(failure) => reply.fail(failure),
        }
        Ok(())
    }
}

/// The values of a call, by position and by name.
type Arguments = (Vec<Value>, Vec<(String, Value)>);

fn arguments(shared: &Arc<Shared>, args: Element, kwargs: Element) -> Result<Arguments, Failure> {
    let mut passage = Passage::new(shared);
    let args = jelly::decode(args, &mut passage).map_err(unreadable)?;
    let kwargs = jelly::decode(kwargs, &mut passage).map_err(unreadable)?;
    let args = args.into_items();
    let args = args.ok_or_else(|| Failure::bad_arguments("the positional arguments are no tuple"))?;
    let Value::Dict(pairs) = kwargs else {
        return Err(Failure::bad_arguments("the keyword arguments are no dictionary"));
    };
    let named = pairs.into_iter().map(|(key, value)| Some((key.into_text()?, value)));
    let kwargs = named.collect::<Option<_>>();
    Ok((
        args,
        kwargs.ok_or_else(|| Failure::bad_arguments("keywords must be strings"))?,
    ))
}

fn unreadable(error: jelly::Error) -> Failure {
    let text = match &error {
        jelly::Error::UnknownObject(_) => "Invalid Object ID".to_owned(),
        other => other.to_string(),
    };
    Failure::error(error.exception(), text)
}

/// An answer to a call of this end. One that cannot be read fails its call, no more.
fn answered(
    shared: &Arc<Shared>,
    mut parts: impl Iterator<Item = Element>,
    result: impl FnOnce(Value) -> Result<Value, CallError>,
) -> Result<(), Closed> {
    let number = match parts.next() {
        Some(Element::Int(number)) => number.as_i64(),
        _ => None,
    };
    let waiting = number.and_then(|number| shared.tables().calls.answered(number));
    let (Some(waiting), Some(value)) = (waiting, parts.next()) else {
        return Err(broken("it answered a call that nobody waits for"));
    };
    let value = jelly::decode(value, &mut Passage::new(shared));
    let _ = waiting.send(value.map_err(CallError::Unreadable).and_then(result));
    Ok(())
}

fn give_back(shared: &Shared, mut parts: impl Iterator<Item = Element>) -> Result<(), Closed> {
    let luid = parts.next().as_ref().and_then(Luid::from_element);
    let given = match luid {
        Some(Luid::Number(number)) => shared.give_back(number),
        Some(Luid::Root) => return Err(broken("it gave back the root, which it was not given")),
        None => Err(()),
    };
    given.map_err(|()| broken("it gave back an object that it does not hold"))
}

/// What the peer called something, fit for a log.
fn name(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(64)]);
    format!("{text:?}")
}

fn broken(what: impl Into<String>) -> Closed {
    Closed::Broken(what.into())
}
