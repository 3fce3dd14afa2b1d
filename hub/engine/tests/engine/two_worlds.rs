//! placeholder for the harness
