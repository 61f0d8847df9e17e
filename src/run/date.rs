//! Dates from seconds since 1970: names of runs in UTC, so that they sort as time does wherever the machine travels, and
//! what people read in local time.

use std::time::{SystemTime, UNIX_EPOCH};

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};

use crate::text::{self, Lang};

/// Seconds since 1970, UTC.
pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// `2026-11-22-140211`, UTC: sorts as time does, and is a file name everywhere.
pub fn stamp(seconds: u64) -> String {
    moment(seconds, &TimeZone::UTC).strftime("%Y-%m-%d-%H%M%S").to_string()
}

/// `Nov 22, 2026, 15:02`, for people: on the clock where they are.
pub fn day_and_time(lang: Lang, seconds: u64) -> String {
    day_and_time_in(lang, seconds, &TimeZone::system())
}

/// As [`day_and_time`], on the clock of any place.
pub fn day_and_time_in(lang: Lang, seconds: u64, zone: &TimeZone) -> String {
    let moment = moment(seconds, zone);
    format!("{}, {}", day_of(lang, moment), moment.strftime("%H:%M"))
}

/// `Nov 22, 2026`, on the calendar where people are.
pub fn day(lang: Lang, seconds: u64) -> String {
    day_of(lang, moment(seconds, &TimeZone::system()))
}

fn day_of(lang: Lang, moment: DateTime) -> String {
    text::day(lang, moment.year(), moment.month(), moment.day())
}

/// What stands on the clock of a place; after the last moment of jiff's calendar, in the year 9999, that moment.
fn moment(seconds: u64, zone: &TimeZone) -> DateTime {
    let moment = i64::try_from(seconds).ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
    zone.to_datetime(moment.unwrap_or(Timestamp::MAX))
}
