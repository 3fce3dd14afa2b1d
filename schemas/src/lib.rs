//! schemas
#![forbid(unsafe_code)]
