//! The commands that there are on Windows.

pub mod worker;

use crate::json::print_json;
