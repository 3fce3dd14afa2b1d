//! The registry: SQLite behind the storage traits of `intake`, `policy` and `sources`. It remembers and keeps what must be unique
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
mod department_days;
mod error;
mod filled;
mod instants;
mod intents;
mod lake_seq;
mod named_keys;
mod open;
mod pages;
mod records;
mod reminders;
mod settings;
mod slot_facts;
mod sources;
mod store;
mod submissions;
mod tokens;
mod waiting;

pub use department_days::SentOnDay;
pub use error::RegistryError;
pub use open::Registry;
pub use reminders::{ReminderKey, ReminderOutcome, ReminderState};
pub use slot_facts::{Held, SlotFacts};

#[cfg(test)]
mod tests;
