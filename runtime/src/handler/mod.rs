//! What a record handler takes and returns.

pub(crate) mod arguments;
pub(crate) mod failure;
pub(crate) mod outcome;
pub(crate) mod returns;
