//! A feed table: one Delta table per feed, partitioned by slot, which always holds the accepted truth. A submission is
//! staged (data files nobody sees), then committed (one log entry that replaces its slot).

mod bounds;
mod changes;
mod columns;
mod commit;
mod constant;
mod data_file;
mod history;
mod log;
mod rows;
mod sink;
mod slot_rows;
mod stage;
mod staged;
mod stored;
mod sweep;
mod view;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex};

use deltalake::DeltaTable;
use deltalake::logstore::LogStoreRef;
use object_store::ObjectStore;
use object_store::path::Path;
use schemas::{Contract, FeedId, StorageColumn, storage_columns};

pub use changes::{Change, ChangeCounts, ChangeKind, Changes};
pub use columns::arrow_schema;
pub use commit::{CommitNote, Landed};
pub use history::VersionEntry;
pub use slot_rows::SlotRows;
pub use staged::{Staged, StagedFile};
pub use sweep::{Swept, Unnamed};

use crate::error::LakeError;
use crate::keys::DomainTokenizer;
use crate::lake::Lake;
use crate::reveal::Reveal;
use crate::snapshot::Snapshot;

/// One feed's table in the lake; clones share it and its lane.
#[derive(Clone)]
pub struct FeedTable(Arc<Inner>);

struct Inner {
    feed: FeedId,
    contract_version: String,
    columns: Vec<StorageColumn>,
    /// Token column → its tokenizer.
    tokens: BTreeMap<String, DomainTokenizer>,
    store: Arc<dyn ObjectStore>,
    reveal: Reveal,
    log_store: LogStoreRef,
    shared: Arc<Shared>,
    /// Snapshots by version.
    known: Mutex<BTreeMap<i64, Snapshot>>,
}

/// What all handles of one table in this process share, whatever contract version they serve.
struct Shared {
    /// INVARIANT (one-lane): whoever writes to the log holds this. Conflicts are then other processes' doing.
    lane: tokio::sync::Mutex<()>,
    /// The newest state anyone loaded and the last version whose log entry was checked.
    newest: Mutex<Newest>,
}

#[derive(Default)]
struct Newest {
    table: Option<DeltaTable>,
    checked: Option<i64>,
}

impl FeedTable {
    pub(crate) async fn open(lake: &Lake, contract: &Contract) -> Result<FeedTable, LakeError> {
        let tokenizer = lake.tokenizer();
        let tokens = contract.fields().iter().filter(|field| field.is_token());
        let tokens = tokens.map(|field| {
            (
                field.name.clone(),
                tokenizer.domain(&crate::keys::token_domain(field)),
            )
        });
        let feed = contract.id().clone();
        let table = FeedTable(Arc::new(Inner {
            contract_version: contract.version().to_owned(),
            columns: storage_columns(contract),
            tokens: tokens.collect(),
            store: lake.store(),
            reveal: lake.reveal(),
            log_store: log::log_store(lake.store(), &feed)?,
            shared: Arc::new(Shared {
                lane: tokio::sync::Mutex::default(),
                newest: Mutex::default(),
            }),
            known: Mutex::default(),
            feed,
        }));
        table.create_or_check().await?;
        Ok(table)
    }

    /// The feed.
    pub fn feed(&self) -> &FeedId {
        &self.0.feed
    }

    /// All columns, in the contract's order.
    pub fn columns(&self) -> &[StorageColumn] {
        &self.0.columns
    }

    pub(crate) fn serves(&self, contract: &Contract) -> bool {
        self.0.contract_version == contract.version() && self.0.columns == storage_columns(contract)
    }

    /// This handle, in the lane of another one of the same table.
    pub(crate) fn in_lane_of(&self, other: &FeedTable) -> FeedTable {
        let own = &self.0;
        FeedTable(Arc::new(Inner {
            feed: own.feed.clone(),
            contract_version: own.contract_version.clone(),
            columns: own.columns.clone(),
            tokens: own.tokens.clone(),
            store: Arc::clone(&own.store),
            reveal: own.reveal.clone(),
            log_store: Arc::clone(&own.log_store),
            shared: Arc::clone(&other.0.shared),
            known: Mutex::default(),
        }))
    }

    /// Folder of the table, relative to the lake's root.
    fn root(&self) -> Path {
        log::table_root(&self.0.feed)
    }

    /// From a path in the log, which is relative to the table, to one from the store's root.
    fn location(&self, file: &str) -> Path {
        let file = Path::from(file);
        self.root().parts().chain(file.parts()).collect()
    }
}

impl fmt::Debug for FeedTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FeedTable")
            .field("feed", &self.0.feed)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
