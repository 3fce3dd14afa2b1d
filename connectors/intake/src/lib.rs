//! intake
#![forbid(unsafe_code)]
