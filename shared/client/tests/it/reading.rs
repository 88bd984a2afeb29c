//! Builds and logs, in small pieces, each piece once.

mod builds;
mod lines;
