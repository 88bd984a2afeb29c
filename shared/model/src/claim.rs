//! Claims: who said “I have it” about a broken builder.

use crate::{BuilderId, Time};

/// A claim ends by itself after a day: whoever forgot it would keep others from looking. In milliseconds.
pub const CLAIM_LASTS: i64 = 24 * 60 * 60 * 1000;

/// Characters of a claimer's name that are kept.
pub const CLAIMER: usize = 100;

/// Somebody has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// On what; a builder has one at most.
    pub builder: BuilderId,
    /// Who, as they named themselves.
    pub by: String,
    /// Since when.
    pub at: Time,
}

/// A claimer's name as it is kept: without control characters, and cut. `None` where nothing is left.
pub fn claimer(name: &str) -> Option<String> {
    let name: String = name.chars().filter(|c| !c.is_control()).take(CLAIMER).collect();
    let name = name.trim();
    (!name.is_empty()).then(|| name.to_owned())
}
