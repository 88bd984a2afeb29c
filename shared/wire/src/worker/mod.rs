//! The worker protocol (`worker-protocol-pb`, `worker-protocol-msgpack`): calls, answers and the link that carries them.
//!
//! Both ends call the other and answer each call once; calls of one end arrive in order, and an end does not wait for
//! an answer before it sends the next call. Transports only encode: over PB a [`Call`] becomes a remote call on the
//! object that it names, over msgpack an operation, in one process it is passed as it is ([`link::pair`]).

mod call;
pub mod link;
mod value;

pub use call::{Answer, Call, CommandId, Failure, MasterCall, TransferId, Update, WorkerCall, WorkerInfo};
pub use value::{Value, ValueError};

/// Longest text or byte string that PB carries (`perspective-broker`: banana's `SIZE_LIMIT`).
pub const SIZE_LIMIT: usize = 640 * 1024;
