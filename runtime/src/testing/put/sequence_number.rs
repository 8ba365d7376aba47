//! Sequence numbers: decimal numbers of up to 129 digits.
//!
//! Pattern and length: "`SequenceNumber`" in the Amazon Kinesis Data Streams API reference
//! (`API_Record.html`), and "`SequenceNumber`" in the Amazon `DynamoDB` API reference
//! (`API_streams_StreamRecord.html`: 21 to 40 characters).

use std::cmp::Ordering;

/// Compares two sequence numbers as the numbers they are. No integer type holds 129 digits, so
/// the longer one is the greater, and of two as long the one whose first other digit is greater.
pub(crate) fn compare(a: &str, b: &str) -> Ordering {
    let (a, b) = (a.trim_start_matches('0'), b.trim_start_matches('0'));
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

/// The sequence number of the record at a position in the stream, from 0, as Kinesis makes them:
/// 56 digits.
pub(crate) fn kinesis(index: usize) -> String {
    const LOWER_DIGITS: u128 = 692_538_361_571_095_921_575_989_136_588_898;
    let lower_digits = LOWER_DIGITS + index as u128 * (1 << 80);
    format!("49590338271490256608559{lower_digits:033}")
}

/// The sequence number of the record at a position in the stream, from 0, as `DynamoDB` makes
/// them: they differ in length. The fourth record's has one digit more than those before it, so
/// that whoever compares them as strings gets it wrong.
pub(crate) fn dynamodb(index: usize) -> String {
    const FIRST: u128 = 999_999_999_999_999_999_000;
    (FIRST + index as u128 * 499).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_compared_as_numbers_of_up_to_129_digits() {
        let nines = "9".repeat(128);
        let long = format!("1{}", "0".repeat(128));
        assert_eq!(long.len(), 129);
        assert_eq!(compare(&nines, &long), Ordering::Less);
        assert_eq!(compare("10", "9"), Ordering::Greater);
        assert_eq!(compare("0010", "10"), Ordering::Equal);
    }

    #[test]
    fn they_ascend_and_are_as_long_as_those_of_aws() {
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
