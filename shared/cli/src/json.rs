//! Answers for programs.

use crate::failure::Failure;
use serde::Serialize;

/// Prints a value as one JSON document.
pub fn print_json(value: &impl Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value).map_err(|error| Failure::other(error.to_string()))?;
    println!("{text}");
    Ok(())
}
