//! Perspective Broker: remote objects over any byte stream, as Twisted speaks it.

pub mod banana;
pub mod jelly;
