//! The audit log: every act of a person on the hub becomes an entry that cannot be changed or removed unnoticed.
//!
//! Entries are JSON lines in segment files, hashed into an RFC 6962 tree whose heads are signed. An act is durable
//! before it has an effect: `open_entry` returns only after fsync. What an entry may say is decided by its author;
//! this crate never looks into `subject` or `detail`, so masking a value is the caller's duty.
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

mod act;
mod disk;
mod error;
mod heads;
mod log;
mod opening;
mod proof;
mod read;
mod record;
mod signer;
pub mod tree;
mod verify;
mod walk;
mod writer;

pub use act::{Act, ActKind, Closing, EntryId, Outcome};
pub use error::AuditError;
pub use log::{Log, Opened, Opening, Settings};
pub use proof::{ConsistencyProof, InclusionProof, prove_consistency, prove_inclusion};
pub use read::{Entry, Filter, read};
pub use signer::{Head, Signer, VerifyingKey};
pub use verify::{Fault, Flaw, Verified, verify, verify_against};

/// The name a log gives itself in its first record.
fn log_name(record: &[u8]) -> Option<String> {
    let record: record::Record = serde_json::from_slice(record).ok()?;
    Some(record.subject.get("log")?.as_str()?.to_owned())
}

#[cfg(test)]
mod tests;
