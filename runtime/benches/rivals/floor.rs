//! The parts of the floor that the sources share.

use std::{fmt, marker::PhantomData};

use serde::{Deserialize, Deserializer, de::Visitor};

/// A response without failures.
pub(crate) const SUCCESS: &[u8] = br#"{"batchItemFailures":[]}"#;

/// The event of most sources.
#[derive(Deserialize)]
pub(crate) struct Event<R> {
    #[serde(rename = "Records")]
    pub(crate) records: Vec<R>,
}

/// JSON in a JSON string, without a copy of the string: the deserialiser unescapes it into a buffer
/// of its own.
pub(crate) fn embedded<'de, D: Deserializer<'de>, T: for<'t> Deserialize<'t>>(
    deserializer: D,
) -> Result<T, D::Error> {
    struct Embedded<T>(PhantomData<fn() -> T>);

    impl<T: for<'t> Deserialize<'t>> Visitor<'_> for Embedded<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a string of JSON")
        }

        fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<T, E> {
            serde_json::from_str(text).map_err(E::custom)
        }
    }

    deserializer.deserialize_str(Embedded(PhantomData))
}
