//! The time `uat` at which a portable key set was fetched, in seconds or milliseconds.

use super::super::json::Json;
use super::MAX_AHEAD_MS;

/// A `uat` below this counts seconds, any other milliseconds. That is right for every time from
/// 1973 to 5138.
const MILLISECONDS_FROM: f64 = 1e11;

/// The unit of `uat`, as the caller knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UatUnit {
    /// Not known: told by the size of the number.
    Auto,
    /// Seconds.
    Seconds,
    /// Milliseconds.
    Millis,
}

/// Why no keys can have been fetched at the time that a `uat` gives. A phrase to follow its name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UatError {
    /// It is of this kind.
    #[error("is {0}, not a number")]
    NotANumber(&'static str),
    /// It is not a positive, finite number.
    #[error("is {0}, which is not a time")]
    NotATime(String),
    /// Its size belongs to the other unit, which comes second.
    #[error("is {0}, which can only be {1}")]
    WrongUnit(String, &'static str),
    /// It is later than clocks that differ explain.
    #[error("is {0}, which lies in the future")]
    Future(String),
}

/// Reads a `uat` as milliseconds.
///
/// # Errors
/// [`UatError`] when no keys can have been fetched at that time.
pub fn uat(json: &Json, unit: UatUnit, now_ms: i64) -> Result<i64, UatError> {
    let Json::Number(text) = json else {
        return Err(UatError::NotANumber(json.kind()));
    };
    let number = text.parse::<f64>().unwrap_or(f64::NAN);
    if !number.is_finite() || number <= 0.0 {
        return Err(UatError::NotATime(text.clone()));
    }
    let found = if number < MILLISECONDS_FROM {
        UatUnit::Seconds
    } else {
        UatUnit::Millis
    };
    if unit != UatUnit::Auto && unit != found {
        let looks = if found == UatUnit::Seconds {
            "seconds"
        } else {
            "milliseconds"
        };
        return Err(UatError::WrongUnit(text.clone(), looks));
    }
    let whole = text.parse::<i64>().unwrap_or(number as i64);
    let ms = if found == UatUnit::Seconds {
        whole.saturating_mul(1000)
    } else {
        whole
    };
    if ms > now_ms.saturating_add(MAX_AHEAD_MS) {
        return Err(UatError::Future(text.clone()));
    }
    Ok(ms)
}

#[cfg(test)]
mod tests {
    use super::super::testing::NOW_MS;
    use super::*;

    #[test]
    fn times_are_never_taken_on_faith() {
        let number = |text: String| Json::Number(text);
        let (s, ms) = (NOW_MS / 1000, NOW_MS);
        for (text, unit) in [
            (s, UatUnit::Auto),
            (ms, UatUnit::Auto),
            (s, UatUnit::Seconds),
            (ms, UatUnit::Millis),
        ] {
            assert_eq!(uat(&number(text.to_string()), unit, NOW_MS), Ok(NOW_MS));
        }
        for text in [
            "0",
            "-1",
            "1e999",
            "-1e999",
            "9e15",
            "1e300",
            &format!("{}", s + 61),
            &format!("{}", ms + 60_001),
        ] {
            assert!(
                uat(&number(text.into()), UatUnit::Auto, NOW_MS).is_err(),
                "{text}"
            );
        }
        assert!(uat(&number(s.to_string()), UatUnit::Millis, NOW_MS).is_err());
        assert!(uat(&number(ms.to_string()), UatUnit::Seconds, NOW_MS).is_err());
        assert!(uat(&Json::String(s.to_string()), UatUnit::Auto, NOW_MS).is_err());
        assert!(uat(&Json::Null, UatUnit::Auto, NOW_MS).is_err());
    }
}
