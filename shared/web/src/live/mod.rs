//! Live events to whoever listens, by `/ws` and by `/sse`.
//!
//! One task takes the master's events in order and puts each into words once; a [`Hub`] hands the same bytes to
//! every listener with a matching subscription. Queues are bounded: who reads too slowly is dropped and told why.

mod hub;
mod pump;
mod socket;
mod sse;
mod tree;

pub use hub::Hub;
pub use pump::pump;
pub use socket::open as open_socket;
pub use sse::{Streams, add as sse_add, listen as sse_listen, remove as sse_remove};
