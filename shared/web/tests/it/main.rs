//! The HTTP face from outside: a real master on a real store, asked over TCP and over a local socket.

mod arbitrary;
mod asking;
mod claims;
mod control;
mod differential;
mod doors;
mod farm;
mod history;
mod language;
mod listeners;
mod logs;
mod page;
mod reading;
mod shape;
mod socket;
mod sse;
mod transport;
