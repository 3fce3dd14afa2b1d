//! How long to wait after failed attempts.
