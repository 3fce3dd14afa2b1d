//! decode
#![forbid(unsafe_code)]
