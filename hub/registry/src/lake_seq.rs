//! The order in which feed tables changed, so that "as of" names one state across all of them.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use schemas::FeedId;

use crate::error::RegistryError;
use crate::instants;
use crate::open::Registry;

impl Registry {
    /// The newest step of the lake; 0 before the first.
    pub async fn lake_seq(&self) -> Result<i64, RegistryError> {
        let seq = sqlx::query_scalar("SELECT COALESCE(MAX(seq), 0) FROM lake_seq")
            .fetch_one(&self.readers)
            .await?;
        Ok(seq)
    }

    /// The newest step that was settled before an instant; 0 if there was none.
    pub async fn lake_seq_before(&self, at: DateTime<Utc>) -> Result<i64, RegistryError> {
        let seq = sqlx::query_scalar("SELECT COALESCE(MAX(seq), 0) FROM lake_seq WHERE settled_at < ?")
            .bind(instants::text(at))
            .fetch_one(&self.readers)
            .await?;
        Ok(seq)
    }

    /// The version of every feed table after step `seq`. A feed that had nothing by then is not in it.
    pub async fn versions_at(&self, seq: i64) -> Result<BTreeMap<FeedId, i64>, RegistryError> {
        // Two steps may be recorded in another order than they were committed in, hence the maximum.
        let rows: Vec<(String, i64)> =
            sqlx::query_as("SELECT feed, MAX(version) FROM lake_seq WHERE seq <= ? GROUP BY feed")
                .bind(seq)
                .fetch_all(&self.readers)
                .await?;
        rows.into_iter()
            .map(|(feed, version)| Ok((FeedId::parse(&feed)?, version)))
            .collect()
    }
}
