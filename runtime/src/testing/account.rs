//! The AWS account of every simulation: its region, its function, and its request IDs.

pub(crate) const REGION: &str = "us-east-1";

pub(crate) const FUNCTION_ARN: &str = "arn:aws:lambda:us-east-1:123456789012:function:orders";

/// The request ID of an invocation: a UUID that ends in the invocation's number.
pub(crate) fn request_id(invocation: usize) -> String {
    format!("00000000-0000-4000-8000-{invocation:012}")
}
