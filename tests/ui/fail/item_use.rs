#![allow(unused_imports)]

use stream_handler::stream_handler;

#[stream_handler]
pub use std::fmt;

fn main() {}
