//! The parts of the floor: JSON is read in one pass, and each record is handed on as soon as it is
//! read.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor},
};

/// A response without failures.
pub(crate) const SUCCESS: &[u8] = br#"{"batchItemFailures":[]}"#;

/// Reads the whole of a body.
pub(crate) fn read<'de>(body: &'de [u8], seed: impl DeserializeSeed<'de>) {
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    seed.deserialize(&mut deserializer).expect("an event");
    deserializer.end().expect("nothing after the event");
}

/// An object of which only one field is read.
pub(crate) struct Field<S>(pub(crate) &'static str, pub(crate) S);

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Field<S> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, S: DeserializeSeed<'de>> Visitor<'de> for Field<S> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object with `{}`", self.0)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut seed = Some(self.1);
        while let Some(key) = map.next_key::<&str>()? {
            match seed.take_if(|_| key == self.0) {
                Some(seed) => {
                    map.next_value_seed(seed)?;
                }
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

/// An array, whose elements are given to a function, one after another.
pub(crate) struct Elements<T, F>(F, PhantomData<fn(T)>);

/// See [`Elements`].
pub(crate) fn elements<'de, T: Deserialize<'de>, F: FnMut(T)>(each: F) -> Elements<T, F> {
    Elements(each, PhantomData)
}

impl<'de, T: Deserialize<'de>, F: FnMut(T)> DeserializeSeed<'de> for Elements<T, F> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, T: Deserialize<'de>, F: FnMut(T)> Visitor<'de> for Elements<T, F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut elements: A) -> Result<(), A::Error> {
        while let Some(element) = elements.next_element()? {
            self.0(element);
        }
        Ok(())
    }
}

/// An object of arrays, whose elements are given to a function, one after another.
pub(crate) struct Arrays<T, F>(F, PhantomData<fn(T)>);

/// See [`Arrays`].
pub(crate) fn arrays<'de, T: Deserialize<'de>, F: FnMut(T)>(each: F) -> Arrays<T, F> {
    Arrays(each, PhantomData)
}

impl<'de, T: Deserialize<'de>, F: FnMut(T)> DeserializeSeed<'de> for Arrays<T, F> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, T: Deserialize<'de>, F: FnMut(T)> Visitor<'de> for Arrays<T, F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of arrays")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        while map.next_key::<&str>()?.is_some() {
            map.next_value_seed(elements(&mut self.0))?;
        }
        Ok(())
    }
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
