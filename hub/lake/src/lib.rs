//! lake
#![forbid(unsafe_code)]
