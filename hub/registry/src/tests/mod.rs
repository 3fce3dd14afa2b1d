//! The registry tried out on real files: what the tests share is here, what they say is in the files beside it.

mod accounts;
mod agreements;
mod duties;
mod filled;
mod listing;
mod named_keys;
mod opening;
mod sample;
mod sources;
mod submissions;
mod waiting;

use std::path::PathBuf;

use chrono::{DateTime, TimeZone, Utc};
use schemas::DepartmentCode;
use tempfile::TempDir;

use crate::Registry;

struct Place {
    dir: TempDir,
}

impl Place {
    fn new() -> Place {
        Place {
            dir: tempfile::tempdir().unwrap(),
        }
    }

    fn path(&self) -> PathBuf {
        self.dir.path().join("registry.db")
    }

    async fn open(&self) -> Registry {
        Registry::open(&self.path()).await.unwrap()
    }

    /// What somebody with the file and a shell could do while the hub is down. The guards against it are dropped first.
    async fn by_hand(&self, sql: &'static str) {
        let registry = self.open().await;
        for guard in ["agreements_stay", "agreements_are_kept"] {
            sqlx::query(sqlx::AssertSqlSafe(format!("DROP TRIGGER {guard}")))
                .execute(&registry.writer)
                .await
                .unwrap();
        }
        sqlx::query(sql).execute(&registry.writer).await.unwrap();
        registry.close().await;
    }
}

fn department(code: &str) -> DepartmentCode {
    DepartmentCode::parse(code).unwrap()
}

fn noon(day: u32) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2025, 2, day, 4, 0, 0).unwrap()
}
