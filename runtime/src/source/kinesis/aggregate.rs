//! The records in an aggregate of the Kinesis Producer Library.
//!
//! The format is that of `aggregation-format.md` in the library's repository, awslabs'
//! `amazon-kinesis-producer`: four magic bytes, a protobuf message, and the MD5 of that message.
//!
//! ```proto
//! message AggregatedRecord {
//!   repeated string partition_key_table     = 1;
//!   repeated string explicit_hash_key_table = 2;
//!   repeated Record records                 = 3;
//! }
//! message Record {
//!   required uint64 partition_key_index     = 1;
//!   optional uint64 explicit_hash_key_index = 2;
//!   required bytes  data                    = 3;
//!   repeated Tag    tags                    = 4;
//! }
//! ```
//!
//! The parser is written by hand. It is shorter than the set-up of a protobuf crate, and it keeps ranges
//! of the aggregate instead of copies. Its memory is at most a few times the size of the aggregate, since
//! each table entry and each record takes up bytes of it.

use std::{fmt, ops::Range, str};

use md5::{Digest as _, Md5};

const MAGIC: [u8; 4] = [0xF3, 0x89, 0x9A, 0xC2];
const DIGEST: usize = 16;

/// The start of the base64 of data with the magic. Each character encodes six bits, so five characters
/// cover 30 of the magic's 32 bits.
const MAGIC_BASE64: &str = "84maw";

/// An aggregate that was read completely.
pub(super) struct Aggregate {
    bytes: Vec<u8>,
    partition_keys: Vec<Span>,
    explicit_hash_keys: Vec<Span>,
    records: Vec<Part>,
}

/// A range of the aggregate. Half the size of a `Range<usize>`, since there may be many.
#[derive(Clone, Copy)]
struct Span {
    start: u32,
    end: u32,
}

struct Part {
    partition_key: u32,
    explicit_hash_key: Option<u32>,
    data: Span,
}

/// Why data that start with the magic are not a valid aggregate.
pub(super) struct Corrupt(String);

impl fmt::Display for Corrupt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&str> for Corrupt {
    fn from(why: &str) -> Self {
        Self(why.to_owned())
    }
}

/// A quick check whether base64 data may be an aggregate.
pub(super) fn may_be_aggregate(base64: &str) -> bool {
    base64.starts_with(MAGIC_BASE64)
}

/// Whether data are an aggregate, valid or corrupt.
pub(super) fn has_magic(data: &[u8]) -> bool {
    data.starts_with(&MAGIC)
}

impl Aggregate {
    /// Finds the records in data that start with the magic.
    pub(super) fn read(bytes: Vec<u8>) -> Result<Self, Corrupt> {
        let end = bytes.len().saturating_sub(DIGEST);
        if end < MAGIC.len() || u32::try_from(end).is_err() {
            return Err(Corrupt(format!(
                "its length is {} bytes, of which the magic and the MD5 take 20",
                bytes.len()
            )));
        }
        if Md5::digest(&bytes[MAGIC.len()..end])[..] != bytes[end..] {
            return Err("its MD5 is not the one it says".into());
        }
        let mut aggregate = Self {
            bytes,
            partition_keys: Vec::new(),
            explicit_hash_keys: Vec::new(),
            records: Vec::new(),
        };
        aggregate.read_message(MAGIC.len()..end)?;
        Ok(aggregate)
    }

    fn read_message(&mut self, message: Range<usize>) -> Result<(), Corrupt> {
        let mut reader = Reader::new(&self.bytes, message);
        while let Some(field) = reader.field()? {
            match field {
                (1, Value::Bytes(span)) => self.partition_keys.push(reader.text(span)?),
                (2, Value::Bytes(span)) => self.explicit_hash_keys.push(reader.text(span)?),
                (3, Value::Bytes(span)) => {
                    let part = Part::read(&self.bytes, span).map_err(|Corrupt(why)| {
                        Corrupt(format!("record {} in it: {why}", self.records.len()))
                    })?;
                    self.records.push(part);
                }
                _ => {}
            }
        }
        // The tables may come after the records.
        for (number, part) in self.records.iter().enumerate() {
            let keys = [
                ("partition", Some(part.partition_key), &self.partition_keys),
                (
                    "explicit hash",
                    part.explicit_hash_key,
                    &self.explicit_hash_keys,
                ),
            ];
            for (kind, index, table) in keys {
                if index.is_some_and(|index| index as usize >= table.len()) {
                    return Err(Corrupt(format!(
                        "record {number} in it has the {kind} key {} of {}",
                        index.unwrap_or_default(),
                        table.len()
                    )));
                }
            }
        }
        Ok(())
    }

    /// How many records there are.
    pub(super) fn len(&self) -> u32 {
        // There are fewer records than bytes, and the number of bytes fits in 32 bits.
        u32::try_from(self.records.len()).unwrap_or(u32::MAX)
    }

    pub(super) fn partition_key(&self, record: u32) -> &str {
        self.key(&self.partition_keys, self.part(record).partition_key)
    }

    pub(super) fn explicit_hash_key(&self, record: u32) -> Option<&str> {
        let index = self.part(record).explicit_hash_key?;
        Some(self.key(&self.explicit_hash_keys, index))
    }

    pub(super) fn data(&self, record: u32) -> &[u8] {
        self.part(record).data.of(&self.bytes)
    }

    fn part(&self, record: u32) -> &Part {
        &self.records[record as usize]
    }

    fn key(&self, table: &[Span], index: u32) -> &str {
        // Validated as UTF-8 when it was read.
        str::from_utf8(table[index as usize].of(&self.bytes)).unwrap_or_default()
    }
}

impl fmt::Debug for Aggregate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Aggregate")
            .field("records", &self.records.len())
            .finish_non_exhaustive()
    }
}

impl Span {
    fn of(self, bytes: &[u8]) -> &[u8] {
        &bytes[self.start as usize..self.end as usize]
    }
}

impl Part {
    fn read(bytes: &[u8], message: Span) -> Result<Self, Corrupt> {
        let (mut partition_key, mut explicit_hash_key, mut data) = (None, None, None);
        let mut reader = Reader::new(bytes, message.start as usize..message.end as usize);
        while let Some(field) = reader.field()? {
            match field {
                (1, Value::Varint(index)) => partition_key = Some(saturated(index)),
                (2, Value::Varint(index)) => explicit_hash_key = Some(saturated(index)),
                (3, Value::Bytes(span)) => data = Some(span),
                _ => {}
            }
        }
        Ok(Self {
            partition_key: partition_key.ok_or("it has no partition key")?,
            explicit_hash_key,
            data: data.ok_or("it has no data")?,
        })
    }
}

/// Converts an index. An index that does not fit becomes an index outside of any table.
fn saturated(index: u64) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

/// Reads the fields of a protobuf message, one after another.
struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    end: usize,
}

enum Value {
    Varint(u64),
    Bytes(Span),
    /// A number of fixed size. No field of an aggregate has this type.
    Skipped,
}

impl<'a> Reader<'a> {
    fn new(bytes: &'a [u8], message: Range<usize>) -> Self {
        Self {
            bytes,
            at: message.start,
            end: message.end,
        }
    }

    /// The next field's number and value; `None` at the end of the message.
    fn field(&mut self) -> Result<Option<(u64, Value)>, Corrupt> {
        if self.at == self.end {
            return Ok(None);
        }
        let tag = self.varint()?;
        let (number, wire_type) = (tag >> 3, tag & 7);
        if number == 0 || number >= 1 << 29 {
            return Err("its protobuf has a field number that there can't be".into());
        }
        let value = match wire_type {
            0 => Value::Varint(self.varint()?),
            1 => self.take(8).map(|_| Value::Skipped)?,
            2 => {
                let length = self.varint()?;
                Value::Bytes(self.take(length)?)
            }
            5 => self.take(4).map(|_| Value::Skipped)?,
            // Groups, long deprecated, and two types that don't exist.
            _ => {
                return Err(Corrupt(format!(
                    "its protobuf has the wire type {wire_type}"
                )));
            }
        };
        Ok(Some((number, value)))
    }

    fn varint(&mut self) -> Result<u64, Corrupt> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.bytes[self.take(1)?.start as usize];
            let bits = u64::from(byte & 0x7F);
            if shift == 63 && bits > 1 {
                break;
            }
            value |= bits << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err("its protobuf has a number of more than 64 bits".into())
    }

    fn take(&mut self, length: u64) -> Result<Span, Corrupt> {
        let left = self.end - self.at;
        match usize::try_from(length) {
            Ok(length) if length <= left => {
                let start = self.at;
                self.at += length;
                // `Aggregate::read` checked that all positions fit.
                Ok(Span {
                    start: u32::try_from(start).unwrap_or(u32::MAX),
                    end: u32::try_from(self.at).unwrap_or(u32::MAX),
                })
            }
            _ => Err("its protobuf is cut short".into()),
        }
    }

    fn text(&self, span: Span) -> Result<Span, Corrupt> {
        match str::from_utf8(span.of(self.bytes)) {
            Ok(_) => Ok(span),
            Err(_) => Err("it has a key that is not valid UTF-8".into()),
        }
    }
}
