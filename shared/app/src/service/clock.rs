//! What time it is, for records and for what is shown.

use model::Time;
use std::time::{SystemTime, UNIX_EPOCH};

/// Now.
pub fn now() -> Time {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Time(i64::try_from(since_1970.as_millis()).unwrap_or(i64::MAX))
}
