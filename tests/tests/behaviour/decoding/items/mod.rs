//! Items become what the same values in JSON become, whatever the type and whatever it does with
//! errors, and no digit of a number is lost.

mod errors;
mod numbers;
mod tree;
mod types;
mod values;

use std::fmt::Debug;

use proptest::prelude::*;
use serde::de::DeserializeOwned;
use serde_json::Value;
use stream_handler::{DecodeError, Record as _, dynamodb::DynamoDbRecord};
use stream_handler_tests::cases;

use tree::{Attribute, broken, broken_item, item};
use types::{
    Adjacent, Anything, Bytes, Deep, External, Flat, FlatStruct, Floats, Internal, Keyed,
    KeyedByEnum, KeyedByOption, KeyedByWrapper, KeyedLeniently, Kinds, Lenients, Narrow, Pairs,
    Plain, Scalars, Sets, Strict, Swallows, TagSets, Text, Unsigned, Wrapped,
};

/// An item, written in DynamoDB's JSON, as a `T`.
fn read<T: DeserializeOwned>(item: &str) -> Result<T, DecodeError> {
    let record =
        format!(r#"{{"eventName":"INSERT","dynamodb":{{"Keys":{item},"NewImage":{item}}}}}"#);
    let record = DynamoDbRecord::<()>::from_json(&record).expect("a record");
    record.keys()
}

/// An item with one attribute, `a`.
fn read_one<T: DeserializeOwned>(attribute: &str) -> Result<T, DecodeError> {
    #[derive(serde::Deserialize)]
    struct One<T> {
        a: T,
    }
    read::<One<T>>(&format!(r#"{{"a":{attribute}}}"#)).map(|item| item.a)
}

/// Compares with what the type makes of the same values in JSON.
fn check<T: DeserializeOwned + Debug>(item: &Attribute) -> Result<(), TestCaseError> {
    let text = item.fields();
    let ours = read::<T>(&text);
    let model = serde_json::from_value::<T>(item.model());
    // Numbers that are none are not equal to themselves, so texts are compared.
    let found = format!("{:?}", ours.as_ref().map_err(drop));
    let expected = format!("{:?}", model.as_ref().map_err(drop));
    prop_assert_eq!(
        found,
        expected,
        "{} as {}: {:?} {:?}",
        text,
        std::any::type_name::<T>(),
        ours.map(drop),
        model.map(drop)
    );
    Ok(())
}

/// Compares with `serde_dynamo`, where that reads the type: not where it takes `1e5` for a float, or
/// `007` for a key that is a number.
fn check_with_serde_dynamo<T: DeserializeOwned + Debug>(
    item: &Attribute,
) -> Result<(), TestCaseError> {
    let text = item.fields();
    let attributes: serde_dynamo::Item = serde_json::from_str(&text).expect("an item");
    if let Ok(theirs) = serde_dynamo::from_item::<_, T>(attributes) {
        let ours = read::<T>(&text);
        let found = format!("{ours:?}");
        prop_assert_eq!(found, format!("Ok({theirs:?})"), "{}", text);
    }
    Ok(())
}

fn refuse<T: DeserializeOwned>(item: &str) -> Result<(), TestCaseError> {
    let type_name = std::any::type_name::<T>();
    prop_assert!(read::<T>(item).is_err(), "{} as {}", item, type_name);
    Ok(())
}

proptest! {
    #![proptest_config(cases::config())]

    #[test]
    fn items_become_what_the_same_json_becomes(item in item()) {
        check::<Adjacent>(&item)?;
        check::<Anything>(&item)?;
        check::<Bytes>(&item)?;
        check::<Deep>(&item)?;
        check::<External>(&item)?;
        check::<Flat>(&item)?;
        check::<FlatStruct>(&item)?;
        check::<Floats>(&item)?;
        check::<Internal>(&item)?;
        check::<Keyed>(&item)?;
        check::<KeyedByEnum>(&item)?;
        check::<KeyedByOption>(&item)?;
        check::<KeyedByWrapper>(&item)?;
        check::<KeyedLeniently>(&item)?;
        check::<Kinds>(&item)?;
        check::<Lenients>(&item)?;
        check::<Narrow>(&item)?;
        check::<Option<Plain<Text>>>(&item)?;
        check::<Pairs>(&item)?;
        check::<Plain<Text>>(&item)?;
        check::<Scalars>(&item)?;
        check::<Sets<Text>>(&item)?;
        check::<Strict<Text>>(&item)?;
        check::<Swallows>(&item)?;
        check::<TagSets>(&item)?;
        check::<Unsigned>(&item)?;
        check::<Value>(&item)?;
        check::<Wrapped>(&item)?;
        check::<serde::de::IgnoredAny>(&item)?;
        // Text takes numbers, which that in JSON does not.
        if !item.has_numbers() {
            check::<Plain<String>>(&item)?;
            check::<Sets<String>>(&item)?;
            check::<Strict<String>>(&item)?;
        }
    }

    #[test]
    fn items_are_read_as_serde_dynamo_reads_them(item in item()) {
        check_with_serde_dynamo::<Plain<Text>>(&item)?;
        check_with_serde_dynamo::<Plain<String>>(&item)?;
        check_with_serde_dynamo::<Strict<String>>(&item)?;
        check_with_serde_dynamo::<Sets<String>>(&item)?;
        check_with_serde_dynamo::<Floats>(&item)?;
        check_with_serde_dynamo::<Narrow>(&item)?;
        check_with_serde_dynamo::<Scalars>(&item)?;
    }

    #[test]
    fn what_is_not_an_item_becomes_nothing((item, broken) in (item(), broken()).prop_flat_map(broken_item)) {
        let text = item;
        prop_assert!(text.contains(&broken));
        refuse::<Anything>(&text)?;
        refuse::<BTreeMapOfAnything>(&text)?;
        refuse::<Flat>(&text)?;
        refuse::<Lenients>(&text)?;
        refuse::<Swallows>(&text)?;
        refuse::<Narrow>(&text)?;
        refuse::<Value>(&text)?;
        refuse::<serde::de::IgnoredAny>(&text)?;
        refuse::<Option<Anything>>(&text)?;
    }
}

type BTreeMapOfAnything = std::collections::BTreeMap<String, Anything>;
