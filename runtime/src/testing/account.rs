//! The AWS account in which every simulation takes place: its region, its function, and the IDs of
//! its requests.

pub(crate) const REGION: &str = "us-east-1";

pub(crate) const FUNCTION_NAME: &str = "orders";

pub(crate) const FUNCTION_ARN: &str = "arn:aws:lambda:us-east-1:123456789012:function:orders";

/// The request ID of an invocation: a UUID that ends in the invocation's number.
pub(crate) fn request_id(invocation: usize) -> String {
    format!("00000000-0000-4000-8000-{invocation:012}")
}
