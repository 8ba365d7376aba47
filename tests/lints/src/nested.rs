//! Handlers in private modules, with every visibility.

use stream_handler::{sqs::SqsMessage, stream_handler};

/// Deeper.
mod deeper {
    use stream_handler::{sqs::SqsMessage, stream_handler};

    /// For the module around.
    #[stream_handler]
    pub(super) fn for_the_parent(_message: SqsMessage<String>) {}

    /// For whoever sees the module.
    #[stream_handler]
    pub fn for_all(_message: SqsMessage<String>) {}

    /// For a path.
    #[stream_handler]
    pub(in crate::nested) fn for_a_path(_message: SqsMessage<String>) {}
}

/// Private: only its batch handler is used.
#[stream_handler]
fn private(_message: SqsMessage<String>) {}

/// Private: only the function is used.
#[stream_handler]
fn called(_message: SqsMessage<String>) {}

/// Uses them all.
pub const fn uses() {
    let _ = deeper::for_the_parent::batch;
    let _ = deeper::for_all::batch;
    let _ = deeper::for_a_path::batch;
    let _ = private::batch;
    let _ = called;
}
