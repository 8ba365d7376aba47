//! An encoder of the Kinesis Producer Library's aggregates, for tests that need aggregates which no
//! producer makes.

use md5::{Digest as _, Md5};

/// What an aggregate starts with.
pub const MAGIC: [u8; 4] = [0xF3, 0x89, 0x9A, 0xC2];

/// An aggregate of records: partition key, explicit hash key, data.
pub fn aggregate<'a>(
    records: impl IntoIterator<Item = (&'a str, Option<&'a str>, &'a [u8])>,
) -> Vec<u8> {
    let (mut keys, mut hash_keys, mut message) = (Vec::new(), Vec::new(), Vec::new());
    let mut index = |table: &mut Vec<&'a str>, number: u64, key: &'a str| {
        let known = table.iter().position(|known| *known == key);
        let index = known.unwrap_or_else(|| {
            bytes(number, key.as_bytes(), &mut message);
            table.push(key);
            table.len() - 1
        });
        index as u64
    };
    let mut parts = Vec::new();
    for (key, hash_key, data) in records {
        let mut part = Vec::new();
        number(1, index(&mut keys, 1, key), &mut part);
        if let Some(hash_key) = hash_key {
            number(2, index(&mut hash_keys, 2, hash_key), &mut part);
        }
        bytes(3, data, &mut part);
        parts.push(part);
    }
    for part in parts {
        bytes(3, &part, &mut message);
    }
    sealed(&message)
}

/// A protobuf message between the magic and its MD5.
pub fn sealed(message: &[u8]) -> Vec<u8> {
    [&MAGIC[..], message, &Md5::digest(message)[..]].concat()
}

/// Appends a protobuf field that is a number.
pub fn number(field: u64, value: u64, to: &mut Vec<u8>) {
    varint(field << 3, to);
    varint(value, to);
}

/// Appends a protobuf field that is a string, bytes or a message.
pub fn bytes(field: u64, value: &[u8], to: &mut Vec<u8>) {
    varint((field << 3) | 2, to);
    varint(value.len() as u64, to);
    to.extend(value);
}

/// Appends a number in base 128.
pub fn varint(mut value: u64, to: &mut Vec<u8>) {
    while value >= 0x80 {
        to.push(value.to_le_bytes()[0] | 0x80);
        value >>= 7;
    }
    to.push(value.to_le_bytes()[0]);
}
