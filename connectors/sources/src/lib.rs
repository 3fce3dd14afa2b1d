//! Where files come from without anybody sending them: folders, buckets, databases, web services. A source says what
//! there is (parcels), hands over the bytes of one and is told what became of it. One ledger remembers every parcel of
//! every source. Not here: what a feed is, whether a slot exists, what a good file is; those are behind the [`Counter`].
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

mod body;
mod counter;
mod csv;
mod database;
mod folder;
mod http;
mod ledger;
pub mod memory;
mod mysql;
mod objects;
mod parcel;
mod pattern;
mod postgres;
mod round;
mod rounds;
mod schedule;
mod secret;
mod settings;
mod source;
mod sqlite;
mod tls;
mod trouble;

pub use body::{Body, Told};
pub use counter::{Counter, Taken};
pub use ledger::{Ledger, LedgerError, ParcelRecord, ParcelState, SourceRecord};
pub use parcel::{Answer, Parcel, SlotWords, Wanted};
pub use rounds::{Road, Rounds};
pub use schedule::Schedule;
pub use settings::{Places, Settings, SettingsError};
pub use source::Source;
pub use trouble::{Patience, Trouble};
