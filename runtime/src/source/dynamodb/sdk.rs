//! Attributes for the AWS SDK, to write an unchanged item elsewhere.

use aws_sdk_dynamodb::{primitives::Blob, types};

use super::AttributeValue;

/// The same attribute, as the AWS SDK has it.
///
/// ```
/// use std::collections::HashMap;
///
/// use stream_handler::{Record as _, dynamodb::{Attributes, Change, DynamoDbRecord}};
///
/// # let json = r#"{"eventName": "INSERT", "dynamodb": {"NewImage": {
/// #     "s": {"S": "a"}, "n": {"N": "12345678901234567890123456789"}, "b": {"B": "YQ=="},
/// #     "bool": {"BOOL": true}, "null": {"NULL": true}, "m": {"M": {"a": {"N": "1"}}},
/// #     "l": {"L": [{"S": "a"}]}, "ss": {"SS": ["a"]}, "ns": {"NS": ["1"]}, "bs": {"BS": ["YQ=="]}
/// # }}}"#;
/// # let record = DynamoDbRecord::<Attributes>::from_json(json)?;
/// if let Change::Insert { new } = record.into_change() {
///     let item: HashMap<String, aws_sdk_dynamodb::types::AttributeValue> =
///         new.into_iter().map(|(name, value)| (name, value.into())).collect();
///     // client.put_item().table_name("Copies").set_item(Some(item)).send().await?;
/// #   use aws_sdk_dynamodb::{primitives::Blob, types::AttributeValue::*};
/// #   let (text, blob) = (|| "a".to_owned(), || Blob::new("a"));
/// #   let one = || "1".to_owned();
/// #   assert_eq!(item, HashMap::from([
/// #       ("s", S(text())), ("n", N("12345678901234567890123456789".to_owned())), ("b", B(blob())),
/// #       ("bool", Bool(true)), ("null", Null(true)), ("m", M(HashMap::from([(text(), N(one()))]))),
/// #       ("l", L(vec![S(text())])), ("ss", Ss(vec![text()])), ("ns", Ns(vec![one()])),
/// #       ("bs", Bs(vec![blob()])),
/// #   ].map(|(name, value)| (name.to_owned(), value))));
/// }
/// # Ok::<(), stream_handler::DecodeError>(())
/// ```
impl From<AttributeValue> for types::AttributeValue {
    fn from(value: AttributeValue) -> Self {
        match value {
            AttributeValue::S(text) => Self::S(text),
            AttributeValue::N(number) => Self::N(number),
            AttributeValue::B(bytes) => Self::B(Blob::new(bytes)),
            AttributeValue::Bool(flag) => Self::Bool(flag),
            AttributeValue::Null => Self::Null(true),
            AttributeValue::M(attributes) => Self::M(
                attributes
                    .into_iter()
                    .map(|(name, value)| (name, value.into()))
                    .collect(),
            ),
            AttributeValue::L(list) => Self::L(list.into_iter().map(Self::from).collect()),
            AttributeValue::Ss(texts) => Self::Ss(texts),
            AttributeValue::Ns(numbers) => Self::Ns(numbers),
            AttributeValue::Bs(blobs) => Self::Bs(blobs.into_iter().map(Blob::new).collect()),
        }
    }
}
