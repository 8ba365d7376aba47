//! Implements `Record` for the record types of the `aws_lambda_events` crate.
//!
//! A record's identifier and lane are read from the event. These types can't be used for that: they
//! read a missing sequence number as `""`.

use serde::de::DeserializeOwned;

use crate::{DecodeError, RawRecord, Record, Source, json::mismatch::explain};

fn decode<R: DeserializeOwned, S: Source>(raw: &RawRecord<'_, '_, S>) -> Result<R, DecodeError> {
    serde_json::from_str(raw.json()).map_err(|error| {
        let what = format!("the record is not a `{}`", std::any::type_name::<R>());
        explain::<R>(raw.json().as_bytes(), &what, error)
    })
}

macro_rules! records {
    ($($feature:literal, $record:path, $source:path;)*) => {
        $(
            // Keeps the list of record types in error messages short.
            #[diagnostic::do_not_recommend]
            #[cfg(feature = $feature)]
            impl Record for $record {
                type Source = $source;

                fn decode(raw: RawRecord<'_, '_, $source>) -> Result<Self, DecodeError> {
                    decode(&raw)
                }
            }
        )*
    };
}

records! {
    "kinesis", ::aws_lambda_events::kinesis::KinesisEventRecord, crate::source::kinesis::Kinesis;
    "dynamodb", ::aws_lambda_events::dynamodb::EventRecord, crate::source::dynamodb::DynamoDb;
    "kafka", ::aws_lambda_events::kafka::KafkaRecord, crate::source::kafka::Kafka;
    "sqs", ::aws_lambda_events::sqs::SqsMessage, crate::source::sqs::Sqs;
}
