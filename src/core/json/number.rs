//! Numbers compared as what they mean, exactly: no rounding to 64 bits on the way.

/// Whether two JSON numbers mean the same: `1`, `1.0` and `10e-1` do, `9007199254740993` and
/// `9007199254740992` do not.
pub(super) fn same(a: &str, b: &str) -> bool {
    a == b || matches!((Decimal::new(a), Decimal::new(b)), (Some(a), Some(b)) if a == b)
}

/// A number as `0.DIGITS` times ten to the `exponent`, its digits beginning and ending with
/// something other than zero.
#[derive(PartialEq, Eq)]
struct Decimal {
    negative: bool,
    digits: Vec<u8>,
    exponent: i64,
}

impl Decimal {
    /// `None` when the exponent does not fit: such numbers are equal only in the very same text.
    fn new(text: &str) -> Option<Self> {
        let (negative, text) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all: Vec<u8> = [whole, fraction].concat().into_bytes();
        let leading = all.iter().take_while(|digit| **digit == b'0').count();
        let trailing = all.iter().rev().take_while(|digit| **digit == b'0').count();
        if leading == all.len() {
            return Some(Self {
                negative: false,
                digits: Vec::new(),
                exponent: 0,
            });
        }
        let size = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        Some(Self {
            negative,
            digits: all[leading..all.len() - trailing].to_vec(),
            exponent: exponent
                .parse::<i64>()
                .ok()?
                .checked_add(size(whole.len()))?
                .checked_sub(size(leading))?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_compared_exactly() {
        for (a, b, expected) in [
            ("1", "1.0", true),
            ("1", "10e-1", true),
            ("0.1", "1E-1", true),
            ("100", "1e+2", true),
            ("0", "-0.00e9", true),
            ("0.001200", "12e-4", true),
            ("1", "-1", false),
            ("1", "1.0000000000000000001", false),
            ("9007199254740992", "9007199254740993.0", false),
            ("1e400", "1e401", false),
            ("1e99999999999999999999", "1e88888888888888888888", false),
            ("1e99999999999999999999", "1e99999999999999999999", true),
            ("1e400", "10e399", true),
            (
                "123456789012345678901234567890",
                "12345678901234567890123456789e1",
                true,
            ),
        ] {
            assert_eq!(same(a, b), expected, "{a} {b}");
            assert_eq!(same(b, a), expected, "{b} {a}");
        }
    }
}
