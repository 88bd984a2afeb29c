//! The words of a build farm, and nothing else: what a change, a build set, a build or a configuration *is*.
//!
//! Every other crate speaks in these types. They hold no behaviour that needs a clock, a socket, a file or SQL;
//! what is here can be tested by giving values and looking at values.
//! The names and their meanings are Buildbot's.

pub mod claim;
pub mod config;
pub mod event;
pub mod ids;
pub mod log_search;
pub mod properties;
pub mod query;
pub mod results;
pub mod rows;
pub mod time;

pub use claim::Claim;
pub use event::Event;
pub use ids::*;
pub use properties::Properties;
pub use results::Results;
pub use rows::*;
pub use time::Time;

/// A JSON value, the form in which properties and rendered values are kept.
pub type Json = serde_json::Value;
