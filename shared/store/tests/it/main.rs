//! The store, seen from outside.

// `[row.clone()]` reads as the list that it stands for.
#![allow(clippy::cloned_ref_to_slice_refs)]

mod crash;
mod farm;
mod logs;
mod opening;
mod query;
mod seen;
mod tables;
mod tries;
mod writing;
