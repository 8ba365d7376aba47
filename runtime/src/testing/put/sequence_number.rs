//! Sequence numbers: decimal numbers of up to 129 digits.
//!
//! Pattern and length: "`SequenceNumber`" in the Amazon Kinesis Data Streams API reference
//! (`API_Record.html`), and "`SequenceNumber`" in the Amazon `DynamoDB` API reference
//! (`API_streams_StreamRecord.html`: 21 to 40 characters).

use std::cmp::Ordering;

/// Compares two sequence numbers by value.
///
/// No integer type holds 129 digits. Without leading zeros, the longer number is the greater one,
/// and numbers of the same length compare like their digits.
pub(crate) fn compare(a: &str, b: &str) -> Ordering {
    let (a, b) = (a.trim_start_matches('0'), b.trim_start_matches('0'));
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

/// A sequence number as Kinesis makes them, of 56 digits, for a position in the stream from 0.
pub(super) fn kinesis(index: usize) -> String {
    const LOWER_DIGITS: u128 = 692_538_361_571_095_921_575_989_136_588_898;
    let lower_digits = LOWER_DIGITS + index as u128 * (1 << 80);
    format!("49590338271490256608559{lower_digits:033}")
}

/// A sequence number as `DynamoDB` makes them, for a position in the stream from 0.
///
/// They differ in length: the fourth has one digit more than the third. So a handler that compares
/// them as strings fails in the test rather than in production.
pub(super) fn dynamodb(index: usize) -> String {
    const FIRST: u128 = 999_999_999_999_999_999_000;
    (FIRST + index as u128 * 499).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_up_to_129_digits_compare_by_value() {
        let nines = "9".repeat(128);
        let long = format!("1{}", "0".repeat(128));
        assert_eq!(long.len(), 129);
        assert_eq!(compare(&nines, &long), Ordering::Less);
        assert_eq!(compare("10", "9"), Ordering::Greater);
        assert_eq!(compare("0010", "10"), Ordering::Equal);
    }

    #[test]
    fn generated_numbers_ascend_and_have_the_length_of_real_ones() {
        for index in 0..10_000 {
            let (this, next) = (kinesis(index), kinesis(index + 1));
            assert_eq!(this.len(), 56);
            assert_eq!(compare(&this, &next), Ordering::Less);
            let (this, next) = (dynamodb(index), dynamodb(index + 1));
            assert!((21..=40).contains(&this.len()));
            assert_eq!(compare(&this, &next), Ordering::Less);
        }
        assert!(dynamodb(2) > dynamodb(3), "as strings they descend");
    }
}
