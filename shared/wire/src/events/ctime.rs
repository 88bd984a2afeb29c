//! A time as C's `ctime` writes it, which is how `missing` tells the last connection (§1.4): `Sat Nov 21 13:52:24 2026`.

use model::Time;

const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];
const DAY: i64 = 86_400;

/// The time in UTC.
pub(super) fn ctime(time: Time) -> String {
    let (days, second) = (time.seconds().div_euclid(DAY), time.seconds().rem_euclid(DAY));
    let (year, month, day) = civil(days);
    let weekday = DAYS[usize::try_from(days.rem_euclid(7)).unwrap_or_default()];
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!(
        "{weekday} {} {day:>2} {hour:02}:{minute:02}:{second:02} {year}",
        MONTHS[month]
    )
}

/// Year, month from 0 and day from 1 of a day since 1970, counted in years that begin in March, so that the leap day is
/// the last.
fn civil(days: i64) -> (i64, usize, i64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * from_march + 2) / 5 + 1;
    let month = usize::try_from((from_march + 2) % 12).unwrap_or_default();
    let year = year_of_era + era * 400 + i64::from(from_march >= 10);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_as_in_c() {
        let table = [
            (0, "Thu Jan  1 00:00:00 1970"),
            (1_795_269_144, "Sat Nov 21 13:52:24 2026"),
            (951_782_400, "Tue Feb 29 00:00:00 2000"),
            (951_868_799, "Tue Feb 29 23:59:59 2000"),
            (4_102_444_800, "Fri Jan  1 00:00:00 2100"),
            (-1, "Wed Dec 31 23:59:59 1969"),
        ];
        for (seconds, text) in table {
            assert_eq!(ctime(Time::from_seconds(seconds)), text, "{seconds}");
        }
    }
}
