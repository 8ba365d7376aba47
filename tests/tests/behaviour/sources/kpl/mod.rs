//! Kinesis records that hold several user records, aggregated by the Kinesis Producer Library.

mod damaged;
mod producer;
mod records;
