//! REST v2: what each resource looks like on the wire, and the query language that asks for it.
//!
//! Everything here is pure: rows of `model` go in and JSON comes out, text of a query string goes in and a
//! [`model::query::Query`] comes out. Where the rows are kept, and who may read them, is not known here.
//! Clauses (`§6`) are those of Buildbot's REST API v2 as version 4.3 serves it.

pub mod build;
pub mod build_request;
pub mod build_set;
pub mod builder;
pub mod change;
pub mod change_source;
pub mod field;
pub mod force_scheduler;
pub mod log;
pub mod master;
pub mod number;
pub mod project;
pub mod properties;
pub mod query;
pub mod root_link;
pub mod rpc;
pub mod scheduler;
pub mod source_stamp;
pub mod step;
pub mod text;
pub mod worker;

pub use field::{Field, Kind, Place, Resource};
pub use query::{Asked, QueryError};
