//! Points in time, in milliseconds since 1970.

use std::time::Duration;

/// When every simulation begins: 2024-01-01T00:00:00Z. Fixed, so that all runs are the same.
pub(crate) const START: u64 = 1_704_067_200_000;

/// A time in seconds since 1970.
pub(crate) fn seconds(millis: u64) -> f64 {
    // An `f64` holds milliseconds exactly until long after the year 9999.
    #[expect(clippy::cast_precision_loss)]
    let millis = millis as f64;
    millis / 1000.0
}

/// A duration in whole milliseconds.
pub(crate) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// A time in ISO 8601 with milliseconds: `2024-01-01T00:00:00.007Z`.
pub(crate) fn to_the_millisecond(millis: u64) -> String {
    let seconds = to_the_second(millis);
    format!("{}.{:03}Z", seconds.trim_end_matches('Z'), millis % 1000)
}

/// A time in ISO 8601 in whole seconds: `2024-01-01T00:00:00Z`.
pub(crate) fn to_the_second(millis: u64) -> String {
    let seconds = millis / 1000;
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    let (year, month, day) = date(days);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// Year, month and day of the date that is `days` days after 1970-01-01.
///
/// "`civil_from_days`" in Howard Hinnant's "chrono-Compatible Low-Level Date Algorithms". It counts
/// from 1 March of the year 0, so that a leap day is the last day of its year, in eras of 400 years.
fn date(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day_of_year = day - (365 * year + year / 4 - year / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let day_of_month = day_of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 {
        from_march + 3
    } else {
        from_march - 9
    };
    (
        era * 400 + year + u64::from(month <= 2),
        month,
        day_of_month,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_formatted_as_aws_formats_them() {
        assert_eq!(to_the_second(START), "2024-01-01T00:00:00Z");
        assert_eq!(to_the_millisecond(START + 7), "2024-01-01T00:00:00.007Z");
        assert_eq!(
            to_the_millisecond(1_573_691_886_021),
            "2019-11-14T00:38:06.021Z"
        );
        assert_eq!(to_the_second(951_782_400_000), "2000-02-29T00:00:00Z");
        assert_eq!(to_the_second(4_107_542_399_000), "2100-02-28T23:59:59Z");
        assert_eq!(to_the_second(4_107_542_400_000), "2100-03-01T00:00:00Z");
        assert_eq!(to_the_second(0), "1970-01-01T00:00:00Z");
    }
}
