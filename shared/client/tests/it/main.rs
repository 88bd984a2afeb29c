//! A joined master, seen through the public surface.

mod http;
mod live;
mod look;
mod picture;
mod reading;
mod rest;
mod rig;
mod session;
