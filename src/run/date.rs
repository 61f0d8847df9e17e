//! Dates from seconds since 1970: names of runs in UTC, so that they sort as time does wherever the machine travels, and
//! what people read in local time.

use std::time::{SystemTime, UNIX_EPOCH};

use jiff::{Timestamp, tz::TimeZone};

/// Seconds since 1970, UTC.
pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// `2026-11-22-140211`, UTC: sorts as time does, and is a file name everywhere.
pub fn stamp(seconds: u64) -> String {
    let (year, month, day) = date(seconds / 86_400);
    let time = seconds % 86_400;
    format!("{year:04}-{month:02}-{day:02}-{:02}{:02}{:02}", time / 3600, time / 60 % 60, time % 60)
}

/// `2026-11-22 15:02`, for people: on the clock where they are.
pub fn day_and_time(seconds: u64) -> String {
    day_and_time_in(seconds, &TimeZone::system())
}

/// As [`day_and_time`], on the clock of any place.
pub fn day_and_time_in(seconds: u64, zone: &TimeZone) -> String {
    format(seconds, zone, "%Y-%m-%d %H:%M")
}

/// `2026-11-22`, on the calendar where people are.
pub fn day(seconds: u64) -> String {
    format(seconds, &TimeZone::system(), "%Y-%m-%d")
}

fn format(seconds: u64, zone: &TimeZone, how: &str) -> String {
    let moment = i64::try_from(seconds).ok().and_then(|seconds| Timestamp::from_second(seconds).ok()).unwrap_or_default();
    moment.to_zoned_datetime(zone.clone()).strftime(how).to_string()
}

/// The Gregorian date of a count of days since 1970 (Hinnant, *chrono-compatible low-level date algorithms*).
fn date(days: u64) -> (u64, u64, u64) {
    let shifted = days + 719_468;
    let era = shifted / 146_097;
    let of_era = shifted % 146_097;
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (year + era * 400 + u64::from(month <= 2), month, day)
}
