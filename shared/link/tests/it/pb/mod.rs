//! Perspective Broker, both ends: against recorded sessions, against each other, and against real peers.

mod as_master;
mod as_worker;
mod recording;
mod wire;
