//! The registry: SQLite behind the storage traits of `intake` and `policy`. It remembers and keeps what must be unique
//! unique; it decides nothing. No other crate sees SQL, and nothing here is a row of a feed.
#![forbid(unsafe_code)]
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        reason = "tests fail loudly"
    )
)]

mod accounts;
mod agreements;
mod error;
mod instants;
mod intents;
mod lake_seq;
mod named_keys;
mod open;
mod records;
mod settings;
mod store;
mod submissions;
mod tokens;

pub use error::RegistryError;
pub use open::Registry;

#[cfg(test)]
mod tests;
