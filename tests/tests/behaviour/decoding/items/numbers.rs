//! Numbers have up to 38 digits. A type holds all of them or is refused.

use std::fmt::{Debug, Display};

use proptest::prelude::*;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use stream_handler_tests::cases;

use super::{read, read_one};

const DIGITS_38: &str = "12345678901234567890123456789012345678";

fn number<T: DeserializeOwned>(text: &str) -> Option<T> {
    let alone = read_one(&format!(r#"{{"N":"{text}"}}"#)).ok();
    let in_set: Option<Vec<T>> = read_one(&format!(r#"{{"NS":["{text}"]}}"#)).ok();
    let in_option: Option<Option<T>> = read_one(&format!(r#"{{"N":"{text}"}}"#)).ok();
    assert_eq!(alone.is_some(), in_set.is_some(), "{text}");
    assert_eq!(alone.is_some(), in_option.is_some(), "{text}");
    alone
}

#[track_caller]
fn becomes<T: DeserializeOwned + PartialEq + Debug>(text: &str, expected: impl Into<Option<T>>) {
    assert_eq!(number::<T>(text), expected.into(), "{text}");
}

#[test]
fn text_takes_all_digits() {
    for text in ["0", "-1.50", DIGITS_38, "1E+125", "-1E-130", "007"] {
        becomes(text, text.to_owned());
        becomes(text, Text(text.to_owned().into()));
    }
}

#[derive(Debug, PartialEq, Deserialize)]
struct Text(Box<str>);

#[test]
fn integers() {
    becomes("127", 127_i8);
    becomes::<i8>("128", None);
    becomes("-128", -128_i8);
    becomes::<u8>("-1", None);
    becomes::<u8>("256", None);
    becomes("18446744073709551615", u64::MAX);
    becomes::<u64>("18446744073709551616", None);
    becomes("-9223372036854775808", i64::MIN);
    becomes::<i64>("-9223372036854775809", None);
    // By their value, however they are written.
    becomes("1E+2", 100_u8);
    becomes("2.50E1", 25_u8);
    becomes("3.0", 3_u8);
    becomes("-0.0", 0_u8);
    becomes("0E+999999999", 0_u8);
    becomes::<u64>("1.5", None);
    becomes::<u64>("1E-2", None);
    becomes::<u64>("1E+20", None);
    becomes::<u128>("1E+99999999999999999999999", None);
}

#[test]
fn integers_of_128_bits() {
    becomes(
        DIGITS_38,
        12_345_678_901_234_567_890_123_456_789_012_345_678_u128,
    );
    becomes(
        DIGITS_38,
        12_345_678_901_234_567_890_123_456_789_012_345_678_i128,
    );
    becomes(
        &format!("-{DIGITS_38}"),
        -12_345_678_901_234_567_890_123_456_789_012_345_678_i128,
    );
    becomes::<u128>(&format!("-{DIGITS_38}"), None);
    for (text, value) in [
        ("0", 0),
        ("7", 7),
        ("1E+2", 100),
        ("1E+20", 100_000_000_000_000_000_000),
        ("1E+38", 10_u128.pow(38)),
    ] {
        becomes(text, value);
    }
    becomes(&u128::MAX.to_string(), u128::MAX);
    becomes(&i128::MAX.to_string(), i128::MAX);
    becomes(&i128::MIN.to_string(), i128::MIN);
    becomes::<i128>(&u128::MAX.to_string(), None);
    becomes::<u128>("340282366920938463463374607431768211456", None);
    becomes::<i128>("-170141183460469231731687303715884105729", None);
    becomes::<u128>("1.5", None);
}

#[test]
fn floats() {
    becomes("0.1", 0.1_f64);
    becomes("0.1", 0.1_f32);
    becomes("1.10", 1.1_f64);
    becomes("-0", 0.0_f64);
    becomes("1E+125", 1e125_f64);
    becomes("100000000000000000000", 1e20_f64);
    becomes("0.30000000000000004", 0.300_000_000_000_000_04_f64);
    becomes::<f64>("0.300000000000000001", None);
    becomes::<f64>("9007199254740993", None);
    becomes("9007199254740992", 9_007_199_254_740_992.0_f64);
    becomes::<f64>(DIGITS_38, None);
    becomes::<f32>("1E+39", None);
    becomes::<f32>("1E-60", None);
    becomes::<f32>("16777217", None);
    becomes("16777216", 16_777_216.0_f32);
    becomes("1E+38", 1e38_f32);
}

#[test]
fn values_of_serde_json() {
    for text in [
        "0",
        "-1",
        "1.5",
        "18446744073709551615",
        "1E+25",
        "-9223372036854775808",
    ] {
        becomes(text, serde_json::from_str::<Value>(text).unwrap());
    }
    // What serde_json reads from JSON has other digits.
    for text in [
        "12345678901234567890123456789",
        "-18446744073709551615",
        "0.1234567890123456789",
        DIGITS_38,
    ] {
        becomes::<Value>(text, None);
        becomes::<serde_json::Number>(text, None);
    }
}

/// Where `serde` keeps a value for later it has no room for 128 bits, and gives none out.
#[test]
fn what_serde_keeps_for_later() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct Outer {
        #[serde(flatten)]
        inner: Inner,
    }
    #[derive(Debug, PartialEq, Deserialize)]
    struct Inner {
        n: u128,
    }
    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(untagged)]
    enum Either {
        Number(u128),
        Float(f64),
        Text(String),
    }
    let outer = |n: &str| read::<Outer>(&format!(r#"{{"n":{{"N":"{n}"}}}}"#)).ok();
    assert_eq!(outer("7"), None);
    assert_eq!(outer("18446744073709551616"), None);
    assert_eq!(outer("100000000000000000000"), None);
    assert_eq!(outer(DIGITS_38), None);
    becomes("7", Either::Float(7.0));
    becomes("1E+25", Either::Float(1e25));
    becomes::<Either>(DIGITS_38, None);
}

/// Digits, sign, exponent and zeros of a number, as text and apart.
fn decimals() -> impl Strategy<Value = String> {
    (
        "-?",
        "[0-9]{1,20}",
        proptest::option::of("[0-9]{1,19}"),
        proptest::option::of(-140..130_i32),
    )
        .prop_map(|(sign, whole, fraction, exponent)| {
            let fraction = fraction
                .map(|digits| format!(".{digits}"))
                .unwrap_or_default();
            let exponent = exponent
                .map(|power| format!("E{power:+}"))
                .unwrap_or_default();
            format!("{sign}{whole}{fraction}{exponent}")
        })
}

/// A number's digits without the zeros at its ends, and where its point is.
fn value(text: &str) -> (bool, String, i32) {
    let text = text.to_ascii_lowercase();
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let unsigned = mantissa.trim_start_matches('-');
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let digits = format!("{whole}{fraction}");
    let exponent: i32 = exponent.parse().unwrap();
    let zeros = digits.len() - digits.trim_start_matches('0').len();
    let point = i32::try_from(whole.len()).unwrap() - i32::try_from(zeros).unwrap() + exponent;
    let digits = digits.trim_matches('0').to_owned();
    if digits.is_empty() {
        return (false, digits, 0);
    }
    (mantissa.starts_with('-'), digits, point)
}

#[track_caller]
fn same<T: DeserializeOwned + Display>(text: &str) -> Result<(), TestCaseError> {
    if let Some(read) = number::<T>(text) {
        prop_assert_eq!(value(&read.to_string()), value(text), "{}", text);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 1024,
        ..cases::config()
    })]

    #[test]
    fn no_digit_is_lost(text in decimals()) {
        same::<u8>(&text)?;
        same::<i32>(&text)?;
        same::<u64>(&text)?;
        same::<i64>(&text)?;
        same::<u128>(&text)?;
        same::<i128>(&text)?;
        same::<Value>(&text)?;
        same::<serde_json::Number>(&text)?;
        same::<String>(&text)?;
        // Written as short as can be.
        if let Some(float) = number::<f64>(&text) {
            prop_assert_eq!(value(&format!("{float:e}")), value(&text));
        }
        if let Some(float) = number::<f32>(&text) {
            prop_assert_eq!(value(&format!("{float:e}")), value(&text));
        }
    }

    #[test]
    fn what_a_type_holds_it_takes(integer: i128, unsigned: u128, float: f64, small: f32, long: u64) {
        prop_assert_eq!(number::<i128>(&integer.to_string()), Some(integer));
        prop_assert_eq!(number::<u128>(&unsigned.to_string()), Some(unsigned));
        prop_assert_eq!(number::<u64>(&long.to_string()), Some(long));
        prop_assert_eq!(number::<Value>(&long.to_string()), Some(long.into()));
        prop_assert_eq!(number::<f64>(&format!("{float:e}")), Some(float));
        prop_assert_eq!(number::<f32>(&format!("{small:e}")), Some(small));
    }
}
