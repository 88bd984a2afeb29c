//! Perspective Broker, both ends: against recorded sessions, against each other, and against real peers.

mod as_master;
mod as_worker;
mod both_ends;
mod by_hand;
mod doorman;
mod hostile;
mod our_worker;
mod probes;
mod real_master;
mod real_worker;
mod recording;
mod tries;
mod way;
mod wire;
