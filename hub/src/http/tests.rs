//! Routes against a house that is not there.
