//! msgpack over WebSocket, both ends: against recorded sessions, against each other, and against real peers.

mod as_master;
mod as_worker;
mod codec;
mod greeting;
mod hostile;
mod real_master;
mod real_worker;
mod recording;
mod rig;
mod together;
