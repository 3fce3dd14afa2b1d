//! datasets
#![forbid(unsafe_code)]
