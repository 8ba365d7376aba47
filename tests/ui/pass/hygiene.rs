//! A crate without prelude, in which every name that generated code could use means something else.
#![no_implicit_prelude]
#![deny(warnings)]

#[allow(dead_code, non_camel_case_types)]
mod shadows {
    pub struct Result;
    pub struct Option;
    pub struct Ok;
    pub struct Err;
    pub struct Some;
    pub struct Send;
    pub struct Fn;
    pub struct Clone;
    pub struct Future;
    pub mod core {}
    pub mod std {}
    pub mod stream_handler {}
    pub mod lambda_runtime {}
}

use ::stream_handler::{kinesis::KinesisRecord, stream_handler as handler};
#[allow(unused_imports)]
use shadows::*;

#[handler]
pub async fn on_line(_line: KinesisRecord<::std::string::String>, _db: &str) {}

#[handler]
pub fn on_other_line(
    _line: KinesisRecord<::std::string::String>,
    #[context] _context: &::stream_handler::Context,
    _db: ::std::sync::Arc<u8>,
) -> ::core::result::Result<(), ::std::string::String> {
    ::core::result::Result::Ok(())
}

fn main() {
    let _ = |event| on_line::batch(event, "");
    let _ = |event| on_other_line::batch(event, ::std::sync::Arc::new(1));
}
