//! Files on their way to or from a worker, as it writes and reads them (`worker-protocol-pb` §5).

use super::worker::{Refused, ask_for_file};
use crate::pb::arguments::Arguments;
use crate::pb::value::from_jelly;
use bytes::Bytes;
use spread::jelly::Value;
use spread::{BoxFuture, Call, Failure, Object};
use wire::worker::link::Caller;
use wire::worker::{TransferId, WorkerCall};

/// A file, or the archive of a folder, that the worker sends.
pub(super) struct Writer {
    pub(super) transfer: TransferId,
    pub(super) master: Caller,
    pub(super) refused: Refused,
}

/// A file that the worker fetches.
pub(super) struct Reader {
    pub(super) transfer: TransferId,
    pub(super) master: Caller,
    pub(super) refused: Refused,
}

impl Writer {
    fn understand(&self, method: &str, arguments: &mut Arguments) -> Result<WorkerCall, Failure> {
        let transfer = self.transfer;
        match method {
            "write" => {
                let data = match arguments.needed("data")? {
                    Value::Bytes(bytes) => bytes,
                    Value::Text(text) => Bytes::from(text),
                    _ => return Err(arguments.wrong("data", "bytes")),
                };
                Ok(WorkerCall::Write { transfer, data })
            }
            "close" => Ok(WorkerCall::CloseWriter { transfer }),
            "unpack" => Ok(WorkerCall::Unpack { transfer }),
            "utime" => {
                let times = from_jelly(arguments.needed("accessed_modified")?);
                let (accessed, modified) =
                    pair(&times).ok_or_else(|| arguments.wrong("accessed_modified", "a pair of times"))?;
                Ok(WorkerCall::SetTimes {
                    transfer,
                    accessed,
                    modified,
                })
            }
            _ => Err(Failure::no_such_method(method)),
        }
    }
}

fn pair(times: &wire::worker::Value) -> Option<(f64, f64)> {
    use wire::worker::Value::{List, Tuple};
    match times {
        Tuple(times) | List(times) => match times.as_slice() {
            [accessed, modified] => Some((accessed.float()?, modified.float()?)),
            _ => None,
        },
        _ => None,
    }
}

impl Reader {
    fn understand(&self, method: &str, arguments: &mut Arguments) -> Result<WorkerCall, Failure> {
        let transfer = self.transfer;
        match method {
            "read" => {
                let length = from_jelly(arguments.needed("maxlength")?).int();
                let length = length.and_then(|length| usize::try_from(length).ok());
                let length = length.ok_or_else(|| arguments.wrong("maxlength", "a number of bytes"))?;
                Ok(WorkerCall::Read {
                    transfer,
                    // A longer block would not fit into the answer.
                    length: length.min(wire::worker::SIZE_LIMIT),
                })
            }
            "close" => Ok(WorkerCall::CloseReader { transfer }),
            _ => Err(Failure::no_such_method(method)),
        }
    }
}

impl Object for Writer {
    fn call<'a>(&'a self, call: Call) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            let (method, mut arguments, reply) = Arguments::of(call);
            match self.understand(&method, &mut arguments) {
                Ok(call) => ask_for_file(&self.master, &self.refused, call, reply).await,
                Err(failure) => reply.fail(failure),
            }
        })
    }
}

impl Object for Reader {
    fn call<'a>(&'a self, call: Call) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            let (method, mut arguments, reply) = Arguments::of(call);
            match self.understand(&method, &mut arguments) {
                Ok(call) => ask_for_file(&self.master, &self.refused, call, reply).await,
                Err(failure) => reply.fail(failure),
            }
        })
    }
}
