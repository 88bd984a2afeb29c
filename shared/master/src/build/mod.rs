//! One build, from the claim of its requests to their completion.

pub mod blamelist;
pub mod context;
pub mod journal;
pub mod properties;
pub mod result;
pub mod run;
pub mod stop;

mod begin;
pub mod end;
mod steps;
