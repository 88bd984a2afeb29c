//! The engine through its handle: a scripted worker at the other end of the link, a real store in a temporary folder,
//! a clock that the test moves.

mod rig;

mod bad_luck;
mod changes;
mod control;
mod event_order;
mod first_look;
mod git;
mod lying_workers;
mod presence;
mod properties;
mod queue;
mod reconfigure;
mod results;
mod secrets;
mod sources;
mod transfers;
mod tries;
mod workers;
