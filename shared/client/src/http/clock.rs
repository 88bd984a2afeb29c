//! The master's clock, as the `Date` of its answers tells it.

use model::Time;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// A `Date` has whole seconds, cut off: on the average half a second is missing.
const HALF_A_SECOND: i64 = 500;

/// How far the master's clock is ahead of ours, in ms.
#[derive(Default)]
pub(super) struct Clock(AtomicI64);

impl Clock {
    /// Now, by the master's clock.
    pub(super) fn now(&self) -> Time {
        ours().plus_millis(self.ahead())
    }

    /// How far the master's clock is ahead of ours, in ms; 0 while no answer told it.
    pub(super) fn ahead(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }

    /// An answer told the time, in the form `Sat, 21 Nov 2026 16:45:37 GMT`; anything else is not believed.
    pub(super) fn told(&self, date: &str) {
        let Some(theirs) = seconds(date) else { return };
        let ahead = theirs.saturating_mul(1000) + HALF_A_SECOND - ours().0;
        // Differences below the second are only rounding.
        let ahead = if ahead.abs() <= 1000 { 0 } else { ahead };
        self.0.store(ahead, Ordering::Relaxed);
    }
}

fn ours() -> Time {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Time(i64::try_from(since.as_millis()).unwrap_or(i64::MAX / 2))
}

/// Seconds since 1970 of a date in HTTP's usual form.
pub(crate) fn seconds(date: &str) -> Option<i64> {
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let (_, rest) = date.split_once(", ")?;
    let mut parts = rest.split([' ', ':']);
    let mut number = |most: i64| -> Option<i64> {
        let value: i64 = parts.next()?.parse().ok()?;
        (0..=most).contains(&value).then_some(value)
    };
    let day = number(31)?;
    let month = parts.next()?;
    let month = MONTHS.iter().position(|known| *known == month)? as i64;
    let mut number = |most: i64| -> Option<i64> {
        let value: i64 = parts.next()?.parse().ok()?;
        (0..=most).contains(&value).then_some(value)
    };
    let (year, hours, minutes, seconds) = (number(9999)?, number(23)?, number(59)?, number(60)?);
    if year < 1970 {
        return None;
    }
    // Years that begin in March have their odd day at the end.
    let months = (month + 10) % 12;
    let years = if months >= 10 { year - 1 } else { year };
    let days = 365 * years + years / 4 - years / 100 + years / 400 + (months * 306 + 5) / 10 + day - 1 - 719_468;
    Some(((days * 24 + hours) * 60 + minutes) * 60 + seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read() {
        let cases = [
            ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
            ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777),
            ("Thu, 29 Feb 2024 23:59:59 GMT", 1_709_251_199),
            ("Sat, 21 Nov 2026 16:45:37 GMT", 1_795_279_537),
        ];
        for (date, expected) in cases {
            assert_eq!(seconds(date), Some(expected), "{date}");
        }
        for date in [
            "",
            "yesterday",
            "Thu, 99 Jan 1970 00:00:00 GMT",
            "Thu, 01 Jan -5 00:00:00 GMT",
        ] {
            assert_eq!(seconds(date), None, "{date}");
        }
    }

    #[test]
    fn a_master_whose_clock_is_wrong_is_followed() {
        let clock = Clock::default();
        clock.told("Thu, 01 Jan 2000 00:00:00 GMT");
        assert!((clock.now().seconds() - 946_684_800).abs() <= 2);
        clock.told("nonsense");
        assert!((clock.now().seconds() - 946_684_800).abs() <= 2);
    }
}
