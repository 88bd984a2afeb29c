//! One master's HTTP against servers that do as they like.

mod bodies;
mod quiet;
mod redirects;
