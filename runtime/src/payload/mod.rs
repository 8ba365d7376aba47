//! Payload types: a record's bytes are decoded into one of them.

mod document;
pub mod eventbridge;
pub mod s3;
pub mod sns;

use std::borrow::Cow;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use base64_simd::{Out, STANDARD};
use bytes::Bytes;
use serde::{Deserialize, de::DeserializeOwned};

use crate::{error::DecodeError, json::mismatch::explain};

/// A type that the payload of a record can be decoded into.
///
/// Implemented by [`Json`], `String`, [`Bytes`] and `Vec<u8>`, and by `()`, which reads nothing. For
/// messages of other AWS services: [`Sns`](crate::sns::Sns), which contains another payload,
/// [`EventBridge`](crate::eventbridge::EventBridge) and [`S3Event`](crate::s3::S3Event). Implement it
/// for a format of your own:
///
/// ```
/// use stream_handler::{Data, DecodeError, Payload};
///
/// /// A line of comma-separated values.
/// struct Csv(Vec<String>);
///
/// impl Payload for Csv {
///     fn decode(data: Data<'_>) -> Result<Self, DecodeError> {
///         let line = String::decode(data)?;
///         Ok(Self(line.split(',').map(str::to_owned).collect()))
///     }
/// }
/// # assert_eq!(Csv::decode(Data::text("a,b")).unwrap().0, ["a", "b"]);
/// ```
#[diagnostic::on_unimplemented(
    message = "a record's payload can't be decoded into `{Self}`",
    label = "not a payload",
    note = "the payload is one of `Json<T>`, `Bytes`, `Vec<u8>` and `String`: for JSON write \
            `Json<{Self}>`, where `{Self}: serde::Deserialize`",
    note = "implement `stream_handler::Payload` for a format of your own"
)]
pub trait Payload: Sized {
    /// Decodes a payload.
    ///
    /// # Errors
    ///
    /// The data are not what the type expects. Only this record then fails, as undecodable. A panic has
    /// the same effect.
    fn decode(data: Data<'_>) -> Result<Self, DecodeError>;
}

/// The payload of one record in the form that the event has: base64 (Kinesis), text (SQS), or bytes
/// within another payload.
#[derive(Debug)]
pub struct Data<'a>(Encoded<'a>);

#[derive(Debug)]
enum Encoded<'a> {
    Base64(Cow<'a, str>),
    Text(Cow<'a, str>),
    Bytes(Cow<'a, [u8]>),
}

impl<'a> Data<'a> {
    /// Bytes that the event carries as base64, with the standard alphabet and padding.
    pub fn base64(text: impl Into<Cow<'a, str>>) -> Self {
        Self(Encoded::Base64(text.into()))
    }

    /// Text that the event carries as it is.
    pub fn text(text: impl Into<Cow<'a, str>>) -> Self {
        Self(Encoded::Text(text.into()))
    }

    /// Bytes as they are.
    pub fn bytes(bytes: impl Into<Cow<'a, [u8]>>) -> Self {
        Self(Encoded::Bytes(bytes.into()))
    }

    /// Calls `read` with the payload's bytes. This is the cheapest way for a format that does not keep
    /// the bytes.
    ///
    /// # Errors
    ///
    /// The data are not valid base64, or `read` fails.
    pub fn read<T>(
        self,
        read: impl FnOnce(&[u8]) -> Result<T, DecodeError>,
    ) -> Result<T, DecodeError> {
        match self.0 {
            Encoded::Base64(text) if text.len() <= SMALL => {
                // Allocating memory for each record would be a large part of the decoding time.
                let mut bytes = [0; SMALL];
                match STANDARD.decode(text.as_bytes(), Out::from_slice(&mut bytes)) {
                    Ok(decoded) => read(decoded),
                    Err(_) => read(&from_base64(&text)?),
                }
            }
            Encoded::Base64(text) => read(&from_base64(&text)?),
            Encoded::Text(text) => read(text.as_bytes()),
            Encoded::Bytes(bytes) => read(&bytes),
        }
    }

    /// The payload's bytes.
    ///
    /// # Errors
    ///
    /// The data are not valid base64.
    pub fn into_bytes(self) -> Result<Vec<u8>, DecodeError> {
        match self.0 {
            Encoded::Base64(text) => from_base64(&text),
            Encoded::Text(text) => Ok(text.into_owned().into_bytes()),
            Encoded::Bytes(bytes) => Ok(bytes.into_owned()),
        }
    }
}

/// How much base64 is decoded on the stack.
const SMALL: usize = 2048;

fn from_base64(text: &str) -> Result<Vec<u8>, DecodeError> {
    // The fast decoder does not say what is wrong. The slow decoder says what is wrong, and where.
    STANDARD
        .decode_to_vec(text)
        .or_else(|_| BASE64_STANDARD.decode(text))
        .map_err(|error| {
            // The text of `error` would show a byte of the payload.
            let why = match error {
                base64::DecodeError::InvalidByte(offset, _)
                | base64::DecodeError::InvalidLastSymbol(offset, _) => {
                    format!("invalid symbol at offset {offset}")
                }
                base64::DecodeError::InvalidLength(_) => "invalid length".to_owned(),
                base64::DecodeError::InvalidPadding => "invalid padding".to_owned(),
            };
            DecodeError::new("the payload is not valid base64")
                .because(why)
                .redacting(error)
        })
}

/// A type that `serde` can deserialise without borrowing: every `serde::de::DeserializeOwned`.
///
/// This trait is sealed by its blanket implementation: implement `serde::Deserialize`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be deserialised",
    label = "contains `{Self}`, which doesn't implement `serde::Deserialize`",
    note = "put `#[derive(serde::Deserialize)]` on `{Self}`, or, if it is a collection, on its \
            elements; a type of another crate often implements it with that crate's `serde` feature",
    note = "it must own its data: `String`, not `&str`",
    note = "an image of DynamoDB is an item, not JSON text: write `DynamoDbRecord<T>`, without `Json`"
)]
pub trait Deserializable: DeserializeOwned {}

#[diagnostic::do_not_recommend]
impl<T: DeserializeOwned> Deserializable for T {}

/// A payload in JSON, decoded with `serde`. It derefs to `T`, so that fields and methods are at hand. A
/// pattern `Json(value)` or `.0` gives the value itself.
///
/// ```
/// # use stream_handler::{Data, Json, Payload};
/// #[derive(serde::Deserialize)]
/// struct Order {
///     id: u64,
/// }
///
/// let Json(order) = Json::<Order>::decode(Data::text(r#"{"id":7}"#)).unwrap();
/// assert_eq!(order.id, 7);
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Json<T>(pub T);

impl<T> std::ops::Deref for Json<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> std::ops::DerefMut for Json<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

impl<T: Deserializable> Payload for Json<T> {
    fn decode(data: Data<'_>) -> Result<Self, DecodeError> {
        if let Encoded::Text(text) = &data.0 {
            return serde_json::from_str(text)
                .map(Self)
                .map_err(|error| json_error::<T>(text.as_bytes(), error));
        }
        data.read(|bytes| {
            // Validating all UTF-8 at once is faster than validating each string.
            let value = match std::str::from_utf8(bytes) {
                Ok(text) => serde_json::from_str(text),
                Err(_) => serde_json::from_slice(bytes),
            };
            value
                .map(Self)
                .map_err(|error| json_error::<T>(bytes, error))
        })
    }
}

fn json_error<T: for<'de> Deserialize<'de>>(bytes: &[u8], error: serde_json::Error) -> DecodeError {
    let expected = std::any::type_name::<T>();
    let what = format!("the payload is not the JSON of a `{expected}`");
    explain::<T>(bytes, &what, error)
}

/// Accepts any payload without reading it.
impl Payload for () {
    fn decode(_: Data<'_>) -> Result<Self, DecodeError> {
        Ok(())
    }
}

impl Payload for Vec<u8> {
    fn decode(data: Data<'_>) -> Result<Self, DecodeError> {
        data.into_bytes()
    }
}

impl Payload for Bytes {
    fn decode(data: Data<'_>) -> Result<Self, DecodeError> {
        data.into_bytes().map(Self::from)
    }
}

impl Payload for String {
    fn decode(data: Data<'_>) -> Result<Self, DecodeError> {
        match data.0 {
            Encoded::Text(text) => Ok(text.into_owned()),
            encoded => Self::from_utf8(Data(encoded).into_bytes()?).map_err(|error| {
                // `FromUtf8Error` contains the payload, so only the `Utf8Error` is kept.
                DecodeError::new("the payload is not valid UTF-8").because(error.utf8_error())
            }),
        }
    }
}
