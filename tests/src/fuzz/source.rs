//! What records of each source are usually like.

use super::layout::{Kind, Member, Slot};

/// An event source, and a kind of queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Kinesis Data Streams.
    Kinesis,
    /// DynamoDB Streams.
    DynamoDb,
    /// A standard queue.
    Sqs,
    /// A FIFO queue.
    Fifo,
    /// Kafka.
    Kafka,
    /// Data Firehose.
    Firehose,
    /// S3 Batch Operations.
    S3Batch,
}

impl Source {
    /// Each of them.
    pub const ALL: [Self; 7] = [
        Self::Kinesis,
        Self::DynamoDb,
        Self::Sqs,
        Self::Fifo,
        Self::Kafka,
        Self::Firehose,
        Self::S3Batch,
    ];

    /// The key of the array of records in an event; for Kafka of the object with such arrays.
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::Kinesis | Self::DynamoDb | Self::Sqs | Self::Fifo => "Records",
            Self::Kafka | Self::Firehose => "records",
            Self::S3Batch => "tasks",
        }
    }

    /// The usual members of a record.
    pub(super) fn members(self) -> Vec<Member> {
        match self {
            Self::Kinesis => kinesis(),
            Self::DynamoDb => dynamodb(),
            Self::Sqs => sqs("arn:aws:sqs:us-east-2:123456789012:my-queue"),
            Self::Fifo => sqs("arn:aws:sqs:us-east-2:123456789012:my-queue.fifo"),
            Self::Kafka => kafka(),
            Self::Firehose => vec![
                varied("recordId", Kind::Identifier),
                varied("approximateArrivalTimestamp", Kind::Milliseconds),
                varied("data", Kind::Base64),
            ],
            Self::S3Batch => vec![
                varied("taskId", Kind::Identifier),
                varied("s3Key", Kind::ObjectKey),
                varied("s3VersionId", Kind::Choice(&["null", r#""1""#, r#""v2""#])),
                varied(
                    "s3BucketArn",
                    Kind::Choice(&[r#""arn:aws:s3:::awsexamplebucket""#]),
                ),
            ],
        }
    }
}

fn varied(key: &str, kind: Kind) -> Member {
    Member::new(key, Slot::Varied(kind))
}

fn fixed(key: &str, json: &str) -> Member {
    Member::new(key, Slot::Fixed(json.to_owned()))
}

fn kinesis() -> Vec<Member> {
    let inner = vec![
        fixed("kinesisSchemaVersion", r#""1.0""#),
        varied(
            "partitionKey",
            Kind::Choice(&[r#""a""#, r#""b""#, r#""customer-17""#, r#""\u0061""#]),
        ),
        varied("sequenceNumber", Kind::Identifier),
        varied("data", Kind::Base64),
        varied("approximateArrivalTimestamp", Kind::Seconds),
    ];
    vec![
        Member::new("kinesis", Slot::Object(inner)),
        fixed("eventSource", r#""aws:kinesis""#),
        fixed("eventVersion", r#""1.0""#),
        varied("eventID", Kind::EventId),
        fixed("eventName", r#""aws:kinesis:record""#),
        fixed(
            "invokeIdentityArn",
            r#""arn:aws:iam::123456789012:role/lambda-role""#,
        ),
        fixed("awsRegion", r#""us-east-2""#),
        fixed(
            "eventSourceARN",
            r#""arn:aws:kinesis:us-east-2:123456789012:stream/lambda-stream""#,
        ),
    ]
}

fn dynamodb() -> Vec<Member> {
    let inner = vec![
        varied("ApproximateCreationDateTime", Kind::Seconds),
        varied("Keys", Kind::Keys),
        varied("NewImage", Kind::Image),
        varied("OldImage", Kind::Image),
        varied("SequenceNumber", Kind::Identifier),
        varied("SizeBytes", Kind::Milliseconds),
        fixed("StreamViewType", r#""NEW_AND_OLD_IMAGES""#),
    ];
    vec![
        varied("eventID", Kind::Identifier),
        varied(
            "eventName",
            Kind::Choice(&[r#""INSERT""#, r#""MODIFY""#, r#""MODIFY""#, r#""REMOVE""#]),
        ),
        fixed("eventVersion", r#""1.1""#),
        fixed("eventSource", r#""aws:dynamodb""#),
        fixed("awsRegion", r#""us-west-2""#),
        varied(
            "userIdentity",
            Kind::Choice(&[
                "null",
                r#"{"type":"Service","principalId":"dynamodb.amazonaws.com"}"#,
            ]),
        ),
        Member::new("dynamodb", Slot::Object(inner)),
        fixed(
            "eventSourceARN",
            r#""arn:aws:dynamodb:us-west-2:111122223333:table/Orders/stream/2026-01-01T00:00:00.000""#,
        ),
    ]
}

fn sqs(arn: &str) -> Vec<Member> {
    let attributes = vec![
        varied(
            "ApproximateReceiveCount",
            Kind::Choice(&[r#""1""#, r#""2""#, r#""10""#, r#""\u0031""#]),
        ),
        varied("SentTimestamp", Kind::TextOfDigits),
        fixed("SenderId", r#""AIDAIENQZJOLO23YVJ4VO""#),
        varied("ApproximateFirstReceiveTimestamp", Kind::TextOfDigits),
        varied(
            "MessageGroupId",
            Kind::Choice(&[r#""a""#, r#""b""#, r#""\u0061""#, r#""c c""#]),
        ),
    ];
    vec![
        varied("messageId", Kind::Identifier),
        varied("receiptHandle", Kind::Identifier),
        varied("body", Kind::Text),
        Member::new("attributes", Slot::Object(attributes)),
        varied(
            "messageAttributes",
            Kind::Choice(&[
                "{}",
                "{}",
                r#"{"colour":{"dataType":"String","stringValue":"red \u00e9","stringListValues":[]}}"#,
                r#"{"bytes":{"dataType":"Binary","binaryValue":"AAH\/","binaryListValues":[]},"colour":{"dataType":"Number","stringValue":"1"}}"#,
            ]),
        ),
        fixed("md5OfBody", r#""e4e68fb7bd0e697a0ae8f1bb342846b3""#),
        fixed("eventSource", r#""aws:sqs""#),
        fixed("eventSourceARN", &format!("\"{arn}\"")),
        fixed("awsRegion", r#""us-east-2""#),
    ]
}

fn kafka() -> Vec<Member> {
    vec![
        varied("topic", Kind::Topic),
        varied("partition", Kind::Partition),
        varied("offset", Kind::Milliseconds),
        varied("timestamp", Kind::Milliseconds),
        fixed("timestampType", r#""CREATE_TIME""#),
        varied("key", Kind::Base64),
        varied("value", Kind::Base64),
        varied(
            "headers",
            Kind::Choice(&[
                "[]",
                r#"[{"first":[104,105]},{"second":[-36,200,0]}]"#,
                r#"[{"\u0061":[]}]"#,
            ]),
        ),
    ]
}
