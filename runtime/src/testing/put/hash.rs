//! MD5: AWS distributes partition keys by it, and writes it into SQS messages.

use md5::{Digest as _, Md5};

pub(super) fn digest(message: &[u8]) -> [u8; 16] {
    Md5::digest(message).into()
}

pub(super) fn hex(message: &[u8]) -> String {
    format!("{:032x}", u128::from_be_bytes(digest(message)))
}

/// A version 4 UUID that is always the same for the same name.
pub(super) fn uuid(name: &str) -> String {
    let mut number = u128::from_be_bytes(digest(name.as_bytes()));
    number = number & !(0xf << 76) | 4 << 76;
    number = number & !(0x3 << 62) | 2 << 62;
    let hex = format!("{number:032x}");
    let parts = [
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..],
    ];
    parts.join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_written_in_lowercase_hexadecimal() {
        assert_eq!(hex(b""), "d41d8cd98f00b204e9800998ecf8427e");
        // Its first digit is 0.
        assert_eq!(hex(b"jk8ssl"), "0000000018e6137ac2caab16074784a6");
    }

    #[test]
    fn uuids_have_version_4() {
        for name in 0..100 {
            let uuid = uuid(&name.to_string());
            assert_eq!(uuid.len(), 36);
            assert_eq!(&uuid[14..15], "4");
            assert!(matches!(&uuid[19..20], "8" | "9" | "a" | "b"), "{uuid}");
        }
    }
}
