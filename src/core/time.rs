//! Points in time and spans, in whole seconds, with arithmetic that cannot overflow: claims are
//! hostile numbers.

use std::fmt;

use jiff::SignedDuration;
use jiff::civil::{Date, DateTime};
use jiff::fmt::temporal::DateTimePrinter;

use super::error::{Code, Error};

/// Numbers from here on are taken for milliseconds: as seconds they lie beyond the year 5138.
pub const MILLISECONDS_FROM: i64 = 100_000_000_000;

/// Where Unix time begins.
const EPOCH: DateTime = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const YEAR: i64 = 365 * DAY;

/// Seconds since 1970-01-01T00:00:00Z, as `NumericDate` counts them (RFC 7519 §2). Saturates
/// instead of overflowing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// This time moved by `seconds`.
    #[must_use]
    pub fn plus(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds))
    }

    /// Seconds from `earlier` to this time; negative when `earlier` is later.
    pub fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// RFC 3339 in UTC, such as `2026-08-01T10:15:00Z`; `None` outside the years 0 to 9999, which
    /// it cannot write.
    pub fn rfc3339(self) -> Option<String> {
        let civil = EPOCH.checked_add(SignedDuration::from_secs(self.0)).ok()?;
        let mut text = String::with_capacity("2026-08-01T10:15:00Z".len());
        DateTimePrinter::new()
            .print_datetime(&civil, &mut text)
            .ok()?;
        text.push('Z');
        (civil.year() >= 0).then_some(text)
    }

    /// Whether it lies in the years 0 to 9999, so that [`Timestamp::rfc3339`] can write it.
    pub fn has_calendar(self) -> bool {
        /// 0000-01-01T00:00:00Z and 9999-12-31T23:59:59Z.
        const YEARS: std::ops::RangeInclusive<i64> = -62_167_219_200..=253_402_300_799;
        YEARS.contains(&self.0)
    }

    /// Reads RFC 3339, of any offset; fractions of a second are dropped.
    pub fn from_rfc3339(text: &str) -> Option<Self> {
        if let Ok(time) = text.parse::<jiff::Timestamp>() {
            return Some(Self(time.as_second()));
        }
        // jiff's timestamps end a day before the year 9999 does, which is when "never" is; its
        // civil times do not.
        let clock = text
            .strip_suffix(['Z', 'z'])
            .filter(|text| has_clock(text))?;
        clock.parse::<DateTime>().ok().map(Self::from_utc)
    }

    fn from_utc(civil: DateTime) -> Self {
        Self(civil.duration_since(EPOCH).as_secs())
    }

    /// Reads a JSON number, whatever its form (`1e9`, `1.5`, `-0`, `1E400`), saturating. Fractions
    /// are rounded `up` or down: down for an end (`exp`), up for a beginning (`nbf`, `iat`), so
    /// that rounding never lengthens a life.
    pub fn from_json_number(text: &str, up: bool) -> Self {
        if let Ok(whole) = text.parse::<i64>() {
            return Self(whole);
        }
        let number = text.parse::<f64>().unwrap_or(f64::NAN);
        // `as` saturates, and turns the impossible NaN into 0.
        Self(if up { number.ceil() } else { number.floor() } as i64)
    }

    /// Reads a TIME as people type it: RFC 3339, a date, Unix seconds, `now`, `+15m`, `-1h`. The
    /// last two count from `now`.
    ///
    /// # Errors
    /// [`Code::Usage`] when it is none of these, or looks like milliseconds.
    pub fn parse(text: &str, now: Self) -> Result<Self, Error> {
        let bad = |why: String| Error::input(Code::Usage, format!("{text:?}"), why);
        if text == "now" {
            return Ok(now);
        }
        if text.starts_with(['+', '-']) {
            return Ok(now.plus(parse_duration(text)?));
        }
        if let Ok(seconds) = text.parse::<i64>() {
            if seconds >= MILLISECONDS_FROM {
                let meant = seconds / 1000;
                return Err(bad(format!(
                    "looks like milliseconds; did you mean {meant}?"
                )));
            }
            return Ok(Self(seconds));
        }
        if let Some(time) = Self::from_rfc3339(text) {
            return Ok(time);
        }
        if let (Ok(date), false) = (text.parse::<Date>(), has_clock(text)) {
            return Ok(Self::from_utc(date.at(0, 0, 0, 0)));
        }
        let error = bad("not a time".into())
            .hint("write 2026-08-01T10:15:00Z, 2026-08-01, 1785579300, now, +15m or -1h");
        Err(match text.parse::<DateTime>() {
            Ok(_) if has_clock(text) => {
                error.hint(format!("a time of day needs its offset: {text}Z for UTC"))
            }
            _ => error,
        })
    }
}

/// Whether a date comes with a time of day.
fn has_clock(text: &str) -> bool {
    text.contains(['T', 't', ' '])
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.rfc3339() {
            Some(text) => f.write_str(&text),
            None => write!(f, "{} s", self.0),
        }
    }
}

/// Reads a DURATION: `90s`, `15m`, `1h30m`, `7d`, `PT15M`, `-5m`; a bare number is seconds. A day
/// is 24 hours.
///
/// # Errors
/// [`Code::Usage`] when it is none of these or uses months or years, which have no fixed length.
pub fn parse_duration(text: &str) -> Result<i64, Error> {
    let bad = |why: &str| {
        Error::input(Code::Usage, format!("{text:?}"), why)
            .hint("write 90s, 15m, 1h30m, 7d or PT15M; a bare number is seconds")
    };
    let (negative, size) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    // jiff reads "5m ago" as well, whose sign would be lost here.
    if size.starts_with(['+', '-']) || size.ends_with("ago") {
        return Err(bad("not a duration"));
    }
    let seconds = match size.parse::<i64>() {
        Ok(seconds) => seconds,
        Err(_) => span_seconds(
            &size
                .parse::<jiff::Span>()
                .map_err(|_| bad("not a duration"))?,
        )
        .ok_or_else(|| bad("months and years have no fixed length"))?,
    };
    Ok(if negative { -seconds } else { seconds })
}

/// The length of `span`, fractions of a second dropped; `None` when it holds months or years.
fn span_seconds(span: &jiff::Span) -> Option<i64> {
    if span.get_years() != 0 || span.get_months() != 0 {
        return None;
    }
    let days = i64::from(span.get_weeks()) * 7 + i64::from(span.get_days());
    let clock = i64::from(span.get_hours()) * HOUR + span.get_minutes() * MINUTE;
    Some(
        (days * DAY)
            .saturating_add(clock)
            .saturating_add(span.get_seconds())
            .saturating_add(span.get_milliseconds() / 1000),
    )
}

/// A length of time in its two largest units, such as `3h 4m`, `12d`, `45s`; the sign is dropped.
pub fn humanize(seconds: i64) -> String {
    let mut rest = seconds.saturating_abs();
    if rest == i64::MAX {
        return "forever".into();
    }
    let mut parts = Vec::new();
    for (unit, length) in [
        ("y", YEAR),
        ("d", DAY),
        ("h", HOUR),
        ("m", MINUTE),
        ("s", 1),
    ] {
        let count = rest / length;
        rest %= length;
        if count > 0 {
            parts.push(format!("{count}{unit}"));
        }
        // Only neighbouring units go together: "2y 3s" says more than anyone wants to know.
        if parts.len() == 2 || (parts.len() == 1 && count == 0) {
            break;
        }
    }
    if parts.is_empty() {
        "0s".into()
    } else {
        parts.join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calendars_have_ten_thousand_years() {
        for edge in [-62_167_219_200, 253_402_300_799, 0, i64::MIN, i64::MAX] {
            for second in [edge, edge.saturating_sub(1), edge.saturating_add(1)] {
                let at = Timestamp(second);
                assert_eq!(at.has_calendar(), at.rfc3339().is_some(), "{second}");
            }
        }
    }

    const NOW: Timestamp = Timestamp(1_785_579_300);

    #[test]
    fn times_as_people_type_them() {
        for (text, seconds) in [
            ("now", NOW.0),
            ("+15m", NOW.0 + 900),
            ("-1h", NOW.0 - 3600),
            ("1785579300", NOW.0),
            ("0", 0),
            ("2026-08-01", 1_785_542_400),
            ("2026-08-01T10:15:00Z", NOW.0),
            ("2026-08-01T12:15:00+02:00", NOW.0),
            ("9999-12-31", 253_402_214_400),
            ("9999-12-31T23:59:59Z", 253_402_300_799),
            ("0000-01-01", -62_167_219_200),
        ] {
            assert_eq!(
                Timestamp::parse(text, NOW).unwrap(),
                Timestamp(seconds),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_written_reads_back() {
        for seconds in [
            0,
            NOW.0,
            -1,
            -62_167_219_200,
            253_402_214_400,
            253_402_300_799,
        ] {
            let text = Timestamp(seconds).rfc3339().unwrap();
            assert_eq!(
                Timestamp::from_rfc3339(&text),
                Some(Timestamp(seconds)),
                "{text}"
            );
        }
        for text in ["", "now", "2026-08-01", "2026-08-01T10:15:00"] {
            assert_eq!(Timestamp::from_rfc3339(text), None, "{text}");
        }
    }

    #[test]
    fn milliseconds_are_caught() {
        let error = Timestamp::parse("1785579300123", NOW).unwrap_err();
        assert!(
            error.to_string().ends_with("did you mean 1785579300?"),
            "{error}"
        );
    }

    #[test]
    fn what_is_not_a_time_says_what_is() {
        for text in ["", "tomorrow", "2026-13-01", "12:00", "+", "+-5m", "1.5"] {
            let error = Timestamp::parse(text, NOW).unwrap_err();
            assert_eq!(error.code(), Code::Usage, "{text}");
            assert!(!error.hints().is_empty(), "{text}");
        }
        let error = Timestamp::parse("2026-08-01T10:15:00", NOW).unwrap_err();
        let meant = format!("{:?}", error.hints()[1]);
        assert!(meant.contains("2026-08-01T10:15:00Z"), "{meant}");
    }

    #[test]
    fn durations() {
        for (text, seconds) in [
            ("90s", 90),
            ("15m", 900),
            ("1h30m", 5400),
            ("7d", 604_800),
            ("PT15M", 900),
            ("-5m", -300),
            ("42", 42),
            ("2w", 1_209_600),
        ] {
            assert_eq!(parse_duration(text).unwrap(), seconds, "{text}");
        }
        for text in [
            "", "m", "1y", "1mo", "five", "--5m", "1h 30q", "5m ago", "-5m ago",
        ] {
            assert!(parse_duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn json_numbers_of_any_form() {
        for (text, down, up) in [
            ("1e9", 1_000_000_000, 1_000_000_000),
            ("1.5", 1, 2),
            ("-1.5", -2, -1),
            ("-0", 0, 0),
            ("1E400", i64::MAX, i64::MAX),
            ("-1e400", i64::MIN, i64::MIN),
            ("99999999999999999999", i64::MAX, i64::MAX),
            ("9223372036854775807", i64::MAX, i64::MAX),
        ] {
            assert_eq!(Timestamp::from_json_number(text, false).0, down, "{text}");
            assert_eq!(Timestamp::from_json_number(text, true).0, up, "{text}");
        }
    }

    #[test]
    fn arithmetic_saturates() {
        assert_eq!(Timestamp(i64::MAX).plus(1).0, i64::MAX);
        assert_eq!(Timestamp(i64::MIN).since(Timestamp(1)), i64::MIN);
        assert_eq!(Timestamp(i64::MAX).rfc3339(), None);
    }

    #[test]
    fn lengths_in_words() {
        for (seconds, words) in [
            (0, "0s"),
            (45, "45s"),
            (-60, "1m"),
            (11_040, "3h 4m"),
            (86_400, "1d"),
            (90_061, "1d 1h"),
            (63_072_003, "2y"),
        ] {
            assert_eq!(humanize(seconds), words);
        }
        assert_eq!(humanize(i64::MIN), "forever");
    }
}
