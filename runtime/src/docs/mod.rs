//! The guide: options, testing, running, redelivery, errors, questions, comparison.
//!
//! | page | answers |
//! |---|---|
//! | [`options`] | Which options does the attribute have, and what does each option do? |
//! | [`testing`] | How do I test a record handler, a batch handler, and what Lambda does next? |
//! | [`running`] | How do I run it: `main`, concurrent invocations, tower layers, CPU-bound work? |
//! | [`redelivery`] | What does Lambda do with a response, and which settings matter? |
//! | [`errors`] | What does this compiler error, log line or error type mean? |
//! | [`faq`] | Everything else that people ask. |
//! | [`from_a_loop`] | How do I replace a loop that I wrote by hand? |
//! | [`comparison`] | How does this differ from a loop by hand, and from Powertools for AWS Lambda? |
//!
//! The reference is elsewhere: [the attribute](macro@crate::stream_handler), the record types
//! ([`kinesis`](crate::kinesis), [`dynamodb`](crate::dynamodb), [`sqs`](crate::sqs),
//! [`kafka`](crate::kafka)) and [the simulator](crate::testing).

#[doc = include_str!("options.md")]
pub mod options {}

#[doc = include_str!("testing.md")]
pub mod testing {}

#[doc = include_str!("running.md")]
pub mod running {}

#[doc = include_str!("redelivery.md")]
pub mod redelivery {}

#[doc = include_str!("errors.md")]
pub mod errors {}

#[doc = include_str!("faq.md")]
pub mod faq {}

#[doc = include_str!("from_a_loop.md")]
pub mod from_a_loop {}

#[doc = include_str!("comparison.md")]
pub mod comparison {}
