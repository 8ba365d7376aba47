//! How records are spread over time, shards, partitions and pollers.

use std::time::Duration;

use crate::testing::time::{START, millis};

/// How records are spread over time, shards, partitions and pollers.
#[derive(Debug, Clone)]
pub(crate) struct Distribution {
    /// The time from one put to the next.
    pub(crate) put_every: Duration,
    pub(crate) shards: usize,
    /// How many pollers share a shard.
    pub(crate) parallelization_factor: usize,
    pub(crate) partitions: usize,
    /// How many pollers share the partitions of a topic.
    pub(crate) consumers: usize,
}

/// A shard, and the poller that reads a key's records from it.
pub(super) struct Shard {
    pub(super) number: usize,
    pub(super) poller: usize,
}

impl Distribution {
    /// When the record at a position was put, in milliseconds since 1970.
    pub(crate) fn arrival(&self, index: usize) -> u64 {
        START + millis(self.put_every).saturating_mul(index as u64)
    }

    /// The shard of a key, by the key's hash. Shards divide the range of hashes evenly, and the
    /// pollers of a shard divide its keys.
    pub(super) fn shard(&self, hash: &[u8; 16]) -> Shard {
        let [a, b, c, d, rest @ ..] = *hash;
        let leading = u64::from(u32::from_be_bytes([a, b, c, d]));
        let number = (leading * self.shards as u64) >> 32;
        let number = usize::try_from(number).unwrap_or_default();
        let pollers = self.parallelization_factor;
        Shard {
            number,
            poller: number * pollers + usize::from(rest[11]) % pollers,
        }
    }
}

impl Default for Distribution {
    fn default() -> Self {
        Self {
            put_every: Duration::from_millis(1),
            shards: 1,
            parallelization_factor: 1,
            partitions: 1,
            consumers: 1,
        }
    }
}
