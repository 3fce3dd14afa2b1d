//! The lake as a whole: one store, one key ring, and the doors to what lies in it.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use object_store::path::Path;
use object_store::{Error, ObjectStore, ObjectStoreExt, PutMode, PutPayload};
use schemas::{Contract, FeedId};
use serde::{Deserialize, Serialize};

use crate::error::{LakeError, storage};
use crate::feed::FeedTable;
use crate::keys::{KeyRing, Tokenizer};
use crate::quarantine::Quarantine;
use crate::reveal::Reveal;
use crate::settings::LakeSettings;
use crate::store;
use crate::vault::Vault;

/// An opened lake; clones share it.
#[derive(Clone)]
pub struct Lake(Arc<Inner>);

struct Inner {
    store: Arc<dyn ObjectStore>,
    keys: KeyRing,
    /// One handle per feed, so that there is one lane per table in this process.
    feeds: Mutex<HashMap<FeedId, FeedTable>>,
}

/// Remembers which keys wrote the lake. Ids only.
#[derive(Serialize, Deserialize)]
struct Marker {
    v: u32,
    keys: Vec<String>,
}

const MARKER: &str = "keyring.json";

impl Lake {
    /// Opens the lake for the one process that writes to it, and makes it if it is not there. Tries the store first
    /// (see [`crate::Probe`]) and removes drafts that a crash left behind.
    ///
    /// # Errors
    /// [`LakeError::Unfit`] for a store that would lose data; [`LakeError::KeyMissing`] when the ring is not the one
    /// this lake was written with (a fresh key directory beside an old lake would silently make other tokens).
    pub async fn open(settings: &LakeSettings, keys: KeyRing) -> Result<Lake, LakeError> {
        Lake::over(store::writable(settings).await?, keys).await
    }

    pub(crate) async fn over(store: Arc<dyn ObjectStore>, keys: KeyRing) -> Result<Lake, LakeError> {
        store::probe(&store).await?;
        check_marker(&store, &keys).await?;
        Ok(Lake(Arc::new(Inner {
            store,
            keys,
            feeds: Mutex::default(),
        })))
    }

    /// Originals as they arrived.
    pub fn vault(&self) -> Vault {
        Vault {
            store: self.store(),
            keys: self.0.keys.clone(),
        }
    }

    /// Refused rows.
    pub fn quarantine(&self) -> Quarantine {
        Quarantine {
            store: self.store(),
            keys: self.0.keys.clone(),
        }
    }

    /// The way back from tokens.
    pub fn reveal(&self) -> Reveal {
        Reveal {
            store: self.store(),
            keys: self.0.keys.clone(),
        }
    }

    /// The way to tokens, e.g. to look for one identifier.
    pub fn tokenizer(&self) -> Tokenizer {
        self.0.keys.tokenizer()
    }

    /// The table of a contract's feed, made if it is not there.
    ///
    /// # Errors
    /// [`LakeError::Columns`] when the stored table has other columns than the contract, [`LakeError::LogDamaged`]
    /// when its log cannot be believed.
    pub async fn feed(&self, contract: &Contract) -> Result<FeedTable, LakeError> {
        let known = self
            .0
            .feeds
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(contract.id())
            .cloned();
        if let Some(table) = known.filter(|table| table.serves(contract)) {
            return Ok(table);
        }
        let table = FeedTable::open(self, contract).await?;
        let mut feeds = self.0.feeds.lock().unwrap_or_else(PoisonError::into_inner);
        // Two callers may have opened it at once; there must be one lane.
        let kept = feeds
            .entry(contract.id().clone())
            .or_insert_with(|| table.clone());
        if !kept.serves(contract) {
            *kept = table.in_lane_of(kept);
        }
        Ok(kept.clone())
    }

    /// The store, rooted at the lake; paths in snapshots are relative to it.
    pub fn store(&self) -> Arc<dyn ObjectStore> {
        Arc::clone(&self.0.store)
    }
}

impl fmt::Debug for Lake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lake")
            .field("keys", &self.0.keys)
            .finish_non_exhaustive()
    }
}

async fn check_marker(store: &Arc<dyn ObjectStore>, keys: &KeyRing) -> Result<(), LakeError> {
    let path = Path::from(MARKER);
    let ids = keys.ids();
    let known: Marker = match store.get(&path).await {
        Ok(found) => {
            let bytes = found.bytes().await.map_err(storage("read the lake's marker"))?;
            serde_json::from_slice(&bytes)
                .map_err(|e| LakeError::Storage.because("read the lake's marker", e))?
        }
        Err(Error::NotFound { .. }) => Marker {
            v: 1,
            keys: Vec::new(),
        },
        Err(error) => return Err(storage("read the lake's marker")(error)),
    };
    if known.v != 1 || known.keys.iter().any(|id| !ids.contains(id)) {
        return Err(LakeError::KeyMissing);
    }
    if known.keys.len() == ids.len() {
        return Ok(());
    }
    let marker = serde_json::to_vec(&Marker { v: 1, keys: ids });
    let marker = marker.map_err(|e| LakeError::Storage.because("write the lake's marker", e))?;
    let put = store
        .put_opts(&path, PutPayload::from(marker), PutMode::Overwrite.into())
        .await;
    put.map(drop).map_err(storage("write the lake's marker"))
}
