//! Points in time as the store and the wire know them.

use serde::{Deserialize, Serialize};

/// Milliseconds since 1970-01-01 UTC.
///
/// The wire shows whole seconds (`rest-v2`: "time = integer seconds since 1970 UTC"); the milliseconds are kept for
/// durations and for ordering.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Time(pub i64);

impl Time {
    /// The time of `seconds` since 1970.
    pub const fn from_seconds(seconds: i64) -> Time {
        Time(seconds.saturating_mul(1000))
    }

    /// Whole seconds since 1970, rounded down.
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// This time moved by `milliseconds`, which may be negative.
    pub const fn plus_millis(self, milliseconds: i64) -> Time {
        Time(self.0.saturating_add(milliseconds))
    }

    /// Milliseconds from `earlier` to this; 0 when the clock went backwards.
    pub const fn since(self, earlier: Time) -> i64 {
        let span = self.0.saturating_sub(earlier.0);
        if span < 0 { 0 } else { span }
    }
}
