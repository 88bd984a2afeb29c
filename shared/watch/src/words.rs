//! How times, people and revisions are said.

use crate::happening::Suspect;
use crate::who::Who;
use model::Time;

const MINUTE: i64 = 60_000;
const DAY_MINUTES: i64 = 24 * 60;
/// A comment's first line beyond this many characters is cut: a notice has about that much room in a line.
const LINE_LENGTH: usize = 72;

/// `12 s`, `1 m 12 s`, `2 h 5 m`, `3 d 4 h`.
pub(crate) fn duration(milliseconds: i64) -> String {
    let seconds = milliseconds.max(0) / 1000;
    let (d, h, m, s) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    match (d, h, m) {
        (0, 0, 0) => format!("{s} s"),
        (0, 0, _) if s == 0 => format!("{m} m"),
        (0, 0, _) => format!("{m} m {s} s"),
        (0, _, 0) => format!("{h} h"),
        (0, _, _) => format!("{h} h {m} m"),
        (_, 0, _) => format!("{d} d"),
        _ => format!("{d} d {h} h"),
    }
}

/// Local time as short as it is clear on the day of `now`: `14:05`, within a week `Tue 14:05`, else `12 Nov 14:05`.
pub(crate) fn clock(time: Time, now: Time, utc_offset_minutes: i32) -> String {
    let local = |t: Time| t.0.div_euclid(MINUTE) + i64::from(utc_offset_minutes);
    let (day, today) = (local(time).div_euclid(DAY_MINUTES), local(now).div_euclid(DAY_MINUTES));
    let minute = local(time).rem_euclid(DAY_MINUTES);
    let hours = format!("{:02}:{:02}", minute / 60, minute % 60);
    match (today - day).abs() {
        0 => hours,
        1..=6 => {
            let weekday = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"][day.rem_euclid(7) as usize];
            format!("{weekday} {hours}")
        }
        _ => {
            let (month, day) = month_and_day(day);
            format!("{day} {month} {hours}")
        }
    }
}

/// Minute of the local day, 0 to 1439.
pub(crate) fn local_minute(time: Time, utc_offset_minutes: i32) -> i64 {
    (time.0.div_euclid(MINUTE) + i64::from(utc_offset_minutes)).rem_euclid(DAY_MINUTES)
}

/// Eight o'clock local time of the day after `now`.
pub(crate) fn next_morning(now: Time, utc_offset_minutes: i32) -> Time {
    let offset = i64::from(utc_offset_minutes);
    let tomorrow = (now.0.div_euclid(MINUTE) + offset).div_euclid(DAY_MINUTES) + 1;
    Time((tomorrow * DAY_MINUTES + 8 * 60 - offset) * MINUTE)
}

/// Month and day of a day counted from 1970-01-01 (the proleptic Gregorian calendar, by eras of 400 years).
fn month_and_day(day: i64) -> (&'static str, i64) {
    const MONTHS: [&str; 12] = [
        "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec", "Jan", "Feb",
    ];
    let of_era = (day + 719_468).rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * of_year + 2) / 153;
    (MONTHS[month as usize], of_year - (153 * month + 2) / 5 + 1)
}

/// A revision as people quote it: hashes by their first eight digits, numbers as `r1042`.
pub(crate) fn revision(revision: &str) -> String {
    if revision.len() < 12 && revision.bytes().all(|b| b.is_ascii_digit()) && !revision.is_empty() {
        return format!("r{revision}");
    }
    if revision.len() >= 16 && revision.bytes().all(|b| b.is_ascii_hexdigit()) {
        return revision[..8].to_owned();
    }
    revision.to_owned()
}

/// A change in one line: revision and the first line of its comment.
pub(crate) fn change(suspect: &Suspect) -> String {
    let first = cut(suspect.comments.trim().lines().next().unwrap_or_default());
    let revision = suspect
        .revision
        .as_deref()
        .map(revision)
        .unwrap_or_else(|| "newest".to_owned());
    if first.is_empty() {
        revision
    } else {
        format!("{revision} {first}")
    }
}

/// Cuts a line to what a notice has room for.
pub(crate) fn cut(line: &str) -> String {
    let line = line.trim();
    if line.chars().count() <= LINE_LENGTH {
        return line.to_owned();
    }
    line.chars().take(LINE_LENGTH - 1).chain(['…']).collect()
}

/// `you`, `Ada`, `Ada and Bob`, `you and 2 others`. Nobody is `nobody known`.
pub(crate) fn people(mine: bool, others: &[String]) -> String {
    match (mine, others) {
        (true, []) => "you".to_owned(),
        (true, [one]) => format!("you and {one}"),
        (true, more) => format!("you and {} others", more.len()),
        (false, []) => "nobody known".to_owned(),
        (false, [one]) => one.clone(),
        (false, [one, two]) => format!("{one} and {two}"),
        (false, [one, more @ ..]) => format!("{one} and {} others", more.len()),
    }
}

/// The people behind these texts, each once, by the names that they are known by.
pub(crate) fn names<'a>(texts: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut known: Vec<&str> = Vec::new();
    for text in texts {
        if !text.trim().is_empty() && !known.iter().any(|k| Who::same(k, text)) {
            known.push(text);
        }
    }
    known.into_iter().map(Who::display).collect()
}

/// `1 builder`, `2 builders`.
pub(crate) fn count(n: usize, one: &str) -> String {
    if n == 1 {
        format!("1 {one}")
    } else {
        format!("{n} {one}s")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_two_units_at_most() {
        let table = [
            (-5, "0 s"),
            (999, "0 s"),
            (12_000, "12 s"),
            (60_000, "1 m"),
            (72_000, "1 m 12 s"),
            (3_600_000, "1 h"),
            (7_500_000, "2 h 5 m"),
            (86_400_000, "1 d"),
            (100_000_000, "1 d 3 h"),
        ];
        for (ms, said) in table {
            assert_eq!(duration(ms), said);
        }
    }

    #[test]
    fn times_are_local_and_as_short_as_clear() {
        // 2026-11-20 12:00 UTC, a Friday.
        let now = Time::from_seconds(1_795_176_000);
        let table = [
            (0, 0, "12:00"),
            (0, 60, "13:00"),
            (0, -330, "06:30"),
            (-3, 0, "Tue 12:00"),
            (-8, 0, "12 Nov 12:00"),
            (-270, 0, "23 Feb 12:00"),
            (-265, 0, "28 Feb 12:00"),
            (-264, 0, "1 Mar 12:00"),
            (-324, 0, "31 Dec 12:00"),
        ];
        for (days, offset, said) in table {
            assert_eq!(clock(now.plus_millis(days * 86_400_000), now, offset), said);
        }
    }

    #[test]
    fn revisions_are_quoted_as_people_do() {
        let hash = "0123456789abcdef0123456789abcdef01234567";
        for (given, said) in [
            (hash, "01234567"),
            ("1042", "r1042"),
            ("ada@x-20260101", "ada@x-20260101"),
            ("", ""),
        ] {
            assert_eq!(revision(given), said);
        }
    }

    #[test]
    fn people_are_listed_once() {
        let names = names(["Ada <ada@x.org>", "ADA <Ada@x.org>", "Bob <b@x.org>", " ", "bob"]);
        assert_eq!(names, ["Ada", "Bob"]);
        assert_eq!(people(true, &names), "you and 2 others");
        assert_eq!(people(false, &names), "Ada and Bob");
        assert_eq!(people(true, &[]), "you");
    }
}
