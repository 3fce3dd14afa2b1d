//! The lake: sealed originals, quarantine, reveal store and feed tables (Delta over Parquet) in one object store.
//! Hands out snapshots as plain data. Not in it: who may read what, how rows are checked, when a submission settles.
//!
//! Only this crate names Delta. Invariants at home here: `once` (`feed::commit`), `whole-submission` (`feed::commit`),
//! `durable` (`store::durable`), `contract-first` (`feed::rows`), `quiet-errors` ([`LakeError`]).
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

mod error;
mod feed;
mod keys;
mod lake;
mod quarantine;
mod reveal;
mod sealed;
mod settings;
mod slot;
mod snapshot;
mod store;
mod vault;

pub use error::{CommitError, LakeError, Probe};
pub use feed::{
    Change, ChangeCounts, ChangeKind, Changes, CommitNote, FeedTable, Landed, SlotRows, Staged, StagedFile,
    Swept, Unnamed, VersionEntry, arrow_schema,
};
pub use keys::{DomainTokenizer, KeyRing, TOKEN_LENGTH, Tokenizer, token_domain};
pub use lake::Lake;
pub use quarantine::Quarantine;
pub use reveal::Reveal;
pub use sealed::{PlainStream, Sealed, SealedWriter};
pub use settings::LakeSettings;
pub use slot::Slot;
pub use snapshot::{Bounds, FileEntry, Snapshot, Value};
pub use store::{DurableLocalFs, open_store};
pub use vault::{Original, Vault};
