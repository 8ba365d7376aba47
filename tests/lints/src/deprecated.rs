//! Handlers that nobody should use any more.

use stream_handler::{sqs::SqsMessage, stream_handler};

/// Replaced.
#[deprecated = "use `current`"]
#[stream_handler]
pub fn old(_message: SqsMessage<String>) {}

/// Replaces it.
#[stream_handler]
pub fn current(_message: SqsMessage<String>) {}
