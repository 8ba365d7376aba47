//! The events, as Lambda sends them: with every field of the AWS documentation's samples, compact,
//! and the same in each run.

use std::fmt::Write as _;

use base64::{Engine as _, prelude::BASE64_STANDARD};

use super::{
    Source,
    order::{Order, Payload, json},
};

/// How many partition keys the records of Kinesis have.
pub(crate) const KEYS: usize = 64;

/// An event, and what is in it.
pub(crate) struct Body {
    pub(crate) source: Source,
    pub(crate) json: Vec<u8>,
    pub(crate) records: usize,
    /// All orders, in the order of their records. A change in DynamoDB has two, the old one first.
    pub(crate) orders: Vec<Order>,
    /// The orders as they are in the event: base64 for Kinesis and Kafka, an image for DynamoDB.
    /// For SQS it is the JSON before it is escaped.
    pub(crate) payloads: Vec<String>,
}

/// What is wrong with the last record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bad {
    /// Its payload is JSON, but not an order.
    Payload,
    /// The field that holds the payload is a number.
    Envelope,
}

impl Body {
    /// An event whose last record may be bad.
    pub(crate) fn new(source: Source, payload: Payload, records: usize, bad: Option<Bad>) -> Self {
        let mut event = Event::new(source);
        let mut orders = Vec::new();
        let mut payloads = Vec::new();
        for index in 0..records {
            let order = payload.order(index);
            let bad = bad.filter(|_| index + 1 == records);
            let record = match source {
                Source::Kinesis => kinesis(index, &order, bad),
                Source::DynamoDb => {
                    let old = older(&order);
                    let record = dynamodb(index, &old, &order, bad);
                    payloads.push(image(&old, None));
                    orders.push(old);
                    record
                }
                Source::Sqs => sqs(index, &order, bad),
                Source::Kafka => kafka(index, &order, bad),
            };
            event.push(index, &record);
            payloads.push(match source {
                Source::Kinesis | Source::Kafka => BASE64_STANDARD.encode(json(&order)),
                Source::DynamoDb => image(&order, None),
                Source::Sqs => json(&order),
            });
            orders.push(order);
        }
        Self {
            source,
            json: event.finish().into_bytes(),
            records,
            orders,
            payloads,
        }
    }
}

/// Puts records together.
struct Event {
    head: String,
    /// The records of each array of the event, behind the text that opens the array.
    parts: Vec<(String, String)>,
    tail: &'static str,
}

impl Event {
    fn new(source: Source) -> Self {
        if source == Source::Kafka {
            let part = |number| (format!("\"{TOPIC}-{number}\":["), String::new());
            return Self {
                head: concat!(
                    r#"{"eventSource":"aws:kafka","eventSourceArn":"arn:aws:kafka:us-east-1:"#,
                    r#"123456789012:cluster/vpc-2priv-2pub/751d2973-a626-431c-9d4e-d7975eb44dd7-2""#,
                    r#","bootstrapServers":"b-2.demo-cluster-1.a1bcde.c1.kafka.us-east-1.amazonaws"#,
                    r#".com:9092,b-1.demo-cluster-1.a1bcde.c1.kafka.us-east-1.amazonaws.com:9092","#,
                    r#""records":{"#
                )
                .to_owned(),
                parts: (0..PARTITIONS).map(part).collect(),
                tail: "}}",
            };
        }
        Self {
            head: "{".to_owned(),
            parts: vec![("\"Records\":[".to_owned(), String::new())],
            tail: "}",
        }
    }

    fn push(&mut self, index: usize, record: &str) {
        let part = index % self.parts.len();
        let records = &mut self.parts[part].1;
        if !records.is_empty() {
            records.push(',');
        }
        records.push_str(record);
    }

    fn finish(mut self) -> String {
        for (index, (head, records)) in self.parts.iter().enumerate() {
            if index > 0 {
                self.head.push(',');
            }
            self.head.push_str(head);
            self.head.push_str(records);
            self.head.push(']');
        }
        self.head.push_str(self.tail);
        self.head
    }
}

/// The JSON of an order, or of a bad one.
fn payload(order: &Order, bad: Option<Bad>) -> String {
    let json = json(order);
    match bad {
        Some(Bad::Payload) => json.replacen("\"id\":", "\"id\":\"?\",\"number\":", 1),
        _ => json,
    }
}

/// The field that holds a payload: its JSON, or a number in its place.
fn field(json: String, bad: Option<Bad>) -> String {
    if bad == Some(Bad::Envelope) {
        "5".to_owned()
    } else {
        json
    }
}

/// "Process Amazon Kinesis Data Streams records with Lambda", `with-kinesis.html`.
fn kinesis(index: usize, order: &Order, bad: Option<Bad>) -> String {
    let sequence_number = format!("4959033827149025660855969{:031}", 1_209_600 + index * 3);
    let key = index % KEYS;
    let data = BASE64_STANDARD.encode(payload(order, bad));
    let data = field(format!("\"{data}\""), bad);
    let millis = 1_545_084_650_000 + index * 3;
    let arrival = format!("{}.{:03}", millis / 1000, millis % 1000);
    let inner = format!(
        concat!(
            r#"{{"kinesisSchemaVersion":"1.0","partitionKey":"k-{}","sequenceNumber":"{}","#,
            r#""data":{},"approximateArrivalTimestamp":{}}}"#
        ),
        key, sequence_number, data, arrival
    );
    format!(
        concat!(
            r#"{{"kinesis":{},"eventSource":"aws:kinesis","eventVersion":"1.0","#,
            r#""eventID":"shardId-000000000006:{}","eventName":"aws:kinesis:record","#,
            r#""invokeIdentityArn":"arn:aws:iam::123456789012:role/lambda-role","#,
            r#""awsRegion":"us-east-2","#,
            r#""eventSourceARN":"arn:aws:kinesis:us-east-2:123456789012:stream/lambda-stream"}}"#
        ),
        inner, sequence_number
    )
}

/// "Using AWS Lambda with Amazon DynamoDB", `with-ddb.html`: `MODIFY`, with both images.
fn dynamodb(index: usize, old: &Order, new: &Order, bad: Option<Bad>) -> String {
    let new_image = field(image(new, bad), bad);
    let old_image = image(old, None);
    let inner = format!(
        concat!(
            r#"{{"ApproximateCreationDateTime":{},"Keys":{{"id":{{"N":"{}"}}}},"NewImage":{},"#,
            r#""OldImage":{},"SequenceNumber":"{}","SizeBytes":{},"#,
            r#""StreamViewType":"NEW_AND_OLD_IMAGES"}}"#
        ),
        1_479_499_740 + index / 100,
        new.id,
        new_image,
        old_image,
        // Of 28 digits, as these have.
        format_args!("44215845{:020}", 17_450_439_091 + index * 7),
        new_image.len() + old_image.len()
    );
    format!(
        concat!(
            r#"{{"eventID":"{}","eventName":"MODIFY","eventVersion":"1.1","#,
            r#""eventSource":"aws:dynamodb","awsRegion":"us-east-1","dynamodb":{},"#,
            r#""eventSourceARN":"arn:aws:dynamodb:us-east-1:123456789012:table/orders/stream/"#,
            r#"2024-06-10T19:26:16.525"}}"#
        ),
        hex(index, "event"),
        inner
    )
}

/// What the order was before.
fn older(order: &Order) -> Order {
    Order {
        customer: order.customer.replacen("c-", "g-", 1),
        total: (order.total - 0.5).abs(),
        ..order.clone()
    }
}

/// An order in DynamoDB JSON.
fn image(order: &Order, bad: Option<Bad>) -> String {
    let text = |text: &str| serde_json::to_string(text).expect("text is JSON");
    let kind = if bad == Some(Bad::Payload) { "S" } else { "N" };
    let mut image = format!(
        r#"{{"id":{{"{}":"{}"}},"customer":{{"S":{}}},"total":{{"N":"{}"}}"#,
        kind,
        order.id,
        text(&order.customer),
        order.total
    );
    if let Some(note) = &order.note {
        write!(image, r#","note":{{"S":{}}}"#, text(note)).expect("a string can grow");
    }
    if !order.items.is_empty() {
        let items = order.items.iter().map(|item| {
            format!(
                concat!(
                    r#"{{"M":{{"sku":{{"S":{}}},"quantity":{{"N":"{}"}},"#,
                    r#""price":{{"N":"{}"}}}}}}"#
                ),
                text(&item.sku),
                item.quantity,
                item.price
            )
        });
        let items: Vec<String> = items.collect();
        write!(image, r#","items":{{"L":[{}]}}"#, items.join(",")).expect("a string can grow");
    }
    image.push('}');
    image
}

/// "Using Lambda with Amazon SQS", `with-sqs.html`. The digest only looks like one.
fn sqs(index: usize, order: &Order, bad: Option<Bad>) -> String {
    let body = serde_json::to_string(&payload(order, bad)).expect("text is JSON");
    let id = hex(index, "message");
    let handle: Vec<u8> = (0..99)
        .map(|number| mix(index * 99 + number).to_le_bytes()[0])
        .collect();
    let sent = 1_545_082_649_183 + index;
    format!(
        concat!(
            r#"{{"messageId":"{}-{}-4{}-a{}-{}","receiptHandle":"AQEB{}","body":{},"#,
            r#""attributes":{{"ApproximateReceiveCount":"1","SentTimestamp":"{}","#,
            r#""SenderId":"AIDAIENQZJOLO23YVJ4VO","ApproximateFirstReceiveTimestamp":"{}"}},"#,
            r#""messageAttributes":{{}},"md5OfBody":"{}","eventSource":"aws:sqs","#,
            r#""eventSourceARN":"arn:aws:sqs:us-east-2:123456789012:my-queue","#,
            r#""awsRegion":"us-east-2"}}"#
        ),
        &id[..8],
        &id[8..12],
        &id[13..16],
        &id[17..20],
        &id[20..],
        BASE64_STANDARD.encode(handle),
        field(body, bad),
        sent,
        sent + 6,
        hex(index, "digest")
    )
}

const TOPIC: &str = "orders";
const PARTITIONS: usize = 4;

/// "Using Lambda with Amazon MSK", `with-msk.html`.
fn kafka(index: usize, order: &Order, bad: Option<Bad>) -> String {
    let data = BASE64_STANDARD.encode(payload(order, bad));
    format!(
        concat!(
            r#"{{"topic":"{}","partition":{},"offset":{},"timestamp":{},"#,
            r#""timestampType":"CREATE_TIME","key":"{}","value":{},"#,
            r#""headers":[{{"headerKey":[104,101,97,100,101,114,86,97,108,117,101]}}]}}"#
        ),
        TOPIC,
        index % PARTITIONS,
        1_000_000 + index / PARTITIONS,
        1_545_084_650_987_usize + index,
        BASE64_STANDARD.encode(&order.customer),
        field(format!("\"{data}\""), bad)
    )
}

/// 32 digits that look random, and differ for each record and purpose.
fn hex(index: usize, purpose: &str) -> String {
    let high = mix(index.wrapping_mul(1009).wrapping_add(purpose.len()));
    format!("{:016x}{:016x}", high, mix(index ^ (purpose.len() << 32)))
}

/// A step of the `SplitMix64` generator.
fn mix(number: usize) -> u64 {
    let number = (number as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    number ^ (number >> 31)
}
