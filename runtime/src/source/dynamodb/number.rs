//! DynamoDB numbers: text in the event, with up to 38 digits. No digit is ever lost.

use std::{borrow::Cow, iter};

use serde::{
    Deserialize, Deserializer,
    de::{Error, Unexpected, Visitor, value::MapDeserializer},
};

use super::attribute::Str;
use crate::json::mismatch::Mismatch;

/// A number's text, with at least one digit.
#[derive(Debug, Clone)]
pub(super) struct Number<'e>(Cow<'e, str>);

impl<'de: 'e, 'e> Deserialize<'de> for Number<'e> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Str(text) = Str::deserialize(deserializer)?;
        if is_number(&text) {
            return Ok(Self(text));
        }
        Err(D::Error::invalid_value(
            Unexpected::Str(&text),
            &"a decimal number",
        ))
    }
}

/// `-12.5E+3`: digits, maybe with a sign, a point and an exponent.
fn is_number(text: &str) -> bool {
    let sign = |text: &[u8]| usize::from(matches!(text, [b'-' | b'+', ..]));
    let digits = |text: &[u8]| text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let text = text.as_bytes();
    let whole = &text[sign(text)..];
    let mut rest = &whole[digits(whole)..];
    let mut length = whole.len() - rest.len();
    if let [b'.', fraction @ ..] = rest {
        rest = &fraction[digits(fraction)..];
        length += fraction.len() - rest.len();
    }
    match rest {
        _ if length == 0 => false,
        [] => true,
        [b'e' | b'E', exponent @ ..] => {
            let exponent = &exponent[sign(exponent)..];
            !exponent.is_empty() && digits(exponent) == exponent.len()
        }
        _ => false,
    }
}

impl<'e> Number<'e> {
    pub(super) fn into_text(self) -> Cow<'e, str> {
        self.0
    }

    /// Shows the number as `serde_json` does: as an integer or as a float. Other numbers are shown only to
    /// types that accept more digits.
    pub(super) fn visit<V: Visitor<'e>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        if let Ok(number) = self.0.parse() {
            return visitor.visit_u64(number);
        }
        let integer = self.integer().unwrap_or_default();
        if let Ok(number) = integer.parse::<u64>() {
            visitor.visit_u64(number)
        } else if let Ok(number) = integer.parse::<i64>() {
            visitor.visit_i64(number)
        } else if let Some(number) = self.f64() {
            visitor.visit_f64(number)
        } else if let Ok(number) = integer.parse::<u128>() {
            visitor.visit_u128(number)
        } else if let Ok(number) = integer.parse::<i128>() {
            visitor.visit_i128(number)
        } else if serde_json_takes_all_digits() {
            let number = iter::once(("$serde_json::private::Number", &*self.0));
            visitor.visit_map(MapDeserializer::new(number))
        } else {
            Err(self.unfit(&visitor))
        }
    }

    pub(super) fn visit_f32<V: Visitor<'e>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        match self.0.parse::<f32>() {
            Ok(number) if self.equals(6, || format!("{number:e}")) => visitor.visit_f32(number),
            _ => Err(self.unfit(&visitor)),
        }
    }

    pub(super) fn visit_f64<V: Visitor<'e>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        match self.f64() {
            Some(number) => visitor.visit_f64(number),
            None => Err(self.unfit(&visitor)),
        }
    }

    pub(super) fn visit_i128<V: Visitor<'e>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        match self.integer().and_then(|integer| integer.parse().ok()) {
            Some(number) => visitor.visit_i128(number),
            None => self.visit(visitor),
        }
    }

    pub(super) fn visit_u128<V: Visitor<'e>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        match self.integer().and_then(|integer| integer.parse().ok()) {
            Some(number) => visitor.visit_u128(number),
            None => self.visit(visitor),
        }
    }

    fn unfit<'v, V: Visitor<'v>>(&self, visitor: &V) -> Mismatch {
        Mismatch::invalid_value(Unexpected::Other(&self.0), visitor)
    }

    /// The digits of an integer, whether it is written as one or as `1.5E+3`.
    fn integer(&self) -> Option<String> {
        let decimal = Decimal::new(&self.0)?;
        // No integer type has room for 40 zeros.
        let zeros = usize::try_from(decimal.scale)
            .ok()
            .filter(|zeros| *zeros < 40)?;
        let sign = if decimal.is_negative { "-" } else { "" };
        let digits = if decimal.digits.is_empty() {
            "0"
        } else {
            &decimal.digits
        };
        Some(format!("{sign}{digits}{}", "0".repeat(zeros)))
    }

    /// The float whose shortest decimal form is this number, if there is one.
    fn f64(&self) -> Option<f64> {
        let number: f64 = self.0.parse().ok()?;
        self.equals(15, || format!("{number:e}")).then_some(number)
    }

    /// Whether a float equals this number to the last digit. The float type represents every number of up
    /// to `digits` digits. For longer numbers, compares the digits that `written` formats.
    fn equals(&self, digits: usize, written: impl FnOnce() -> String) -> bool {
        let is_short = self.0.len() <= digits && !self.0.contains(['e', 'E']);
        is_short || Decimal::new(&self.0).is_some_and(|own| Some(own) == Decimal::new(&written()))
    }
}

/// Whether a crate in the build turned on `serde_json/arbitrary_precision`. Then a `serde_json::Number`
/// accepts any digits, but only in the form that its own deserialiser uses.
fn serde_json_takes_all_digits() -> bool {
    const DIGITS: &str = "0.12345678901234567890123";
    serde_json::from_str::<serde_json::Number>(DIGITS)
        .is_ok_and(|number| number.to_string() == DIGITS)
}

/// A number's value, independent of its notation: an integer times ten to the power of the scale.
#[derive(PartialEq)]
struct Decimal {
    is_negative: bool,
    /// The digits of the integer, without zeros at either end. Empty for zero.
    digits: String,
    scale: i64,
}

impl Decimal {
    /// `None` for an exponent that DynamoDB numbers can't have, and for an infinite float.
    fn new(text: &str) -> Option<Self> {
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let unsigned = mantissa.trim_start_matches(['-', '+']);
        let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
        let exponent: i32 = exponent.parse().ok()?;
        let all = format!("{whole}{fraction}");
        let digits = all.trim_end_matches('0');
        let after_point = i64::try_from(digits.len()).ok()? - i64::try_from(whole.len()).ok()?;
        let digits = digits.trim_start_matches('0');
        let is_zero = digits.is_empty();
        digits
            .bytes()
            .all(|byte| byte.is_ascii_digit())
            .then(|| Self {
                is_negative: mantissa.starts_with('-') && !is_zero,
                digits: digits.to_owned(),
                scale: if is_zero {
                    0
                } else {
                    i64::from(exponent) - after_point
                },
            })
    }
}
