//! A ledger that forgets when the process ends, for tests.

use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use crate::ledger::{Ledger, LedgerError, ParcelRecord, SourceRecord};

#[derive(Debug, Default)]
pub struct MemoryLedger(Mutex<Books>);

#[derive(Debug, Default)]
struct Books {
    sources: Vec<SourceRecord>,
    /// In the order of their last change.
    parcels: Vec<ParcelRecord>,
}

impl MemoryLedger {
    fn books(&self) -> MutexGuard<'_, Books> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Ledger for MemoryLedger {
    async fn source(&self, source: &str) -> Result<Option<SourceRecord>, LedgerError> {
        Ok(self
            .books()
            .sources
            .iter()
            .find(|one| one.source == source)
            .cloned())
    }

    async fn put_source(&self, record: &SourceRecord) -> Result<(), LedgerError> {
        let mut books = self.books();
        books.sources.retain(|one| one.source != record.source);
        books.sources.push(record.clone());
        Ok(())
    }

    async fn parcel(
        &self,
        source: &str,
        name: &str,
        version: &str,
    ) -> Result<Option<ParcelRecord>, LedgerError> {
        let same = |one: &&ParcelRecord| one.source == source && one.name == name && one.version == version;
        Ok(self.books().parcels.iter().find(same).cloned())
    }

    async fn put_parcel(&self, record: &ParcelRecord) -> Result<(), LedgerError> {
        let other = |one: &ParcelRecord| {
            one.source != record.source || one.name != record.name || one.version != record.version
        };
        let mut books = self.books();
        books.parcels.retain(other);
        books.parcels.push(record.clone());
        Ok(())
    }

    async fn parcels(&self, source: &str, count_max: u32) -> Result<Vec<ParcelRecord>, LedgerError> {
        let books = self.books();
        let own = books.parcels.iter().rev().filter(|one| one.source == source);
        Ok(own.take(count_max as usize).cloned().collect())
    }
}
