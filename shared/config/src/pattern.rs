//! Regular expressions that a configuration gives.

use regex::Regex;

/// What helps with a pattern that cannot be read.
pub(crate) const FIX: &str =
    "correct the pattern; look-around and back-references are not served, but a function can do what a pattern cannot";

/// The pattern, or what is wrong with it.
pub(crate) fn read(text: &str) -> Result<Regex, String> {
    Regex::new(text).map_err(|error| {
        let reason = error.to_string();
        let reason = reason.lines().last().unwrap_or_default().trim_start_matches("error: ");
        format!("the pattern '{text}' cannot be read: {reason}")
    })
}
