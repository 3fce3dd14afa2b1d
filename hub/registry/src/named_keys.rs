//! The quota of keyed agreements: which keys a department has named on a day. One transaction counts and charges, so
//! two queries at once cannot both take the last key.

use chrono::{Days, NaiveDate};
use policy::{KeyBalance, KeyCharge, StoreError};
use sqlx::sqlite::SqliteConnection;

use crate::agreements::unavailable;
use crate::open::Registry;

/// Days are kept for looking at a complaint, then dropped: the table only counts.
const DAYS_KEPT: u64 = 31;

impl Registry {
    pub(crate) async fn charge(&self, charges: &[KeyCharge]) -> Result<Vec<KeyBalance>, StoreError> {
        let mut writing = self
            .writer
            .begin_with("BEGIN IMMEDIATE")
            .await
            .map_err(unavailable)?;
        let mut balances = Vec::with_capacity(charges.len());
        for charge in charges {
            let asked = count(&mut writing, charge).await?;
            let mut fresh = 0_usize;
            for mark in &charge.marks {
                fresh += insert(&mut writing, charge, mark).await?;
            }
            if asked == 0 {
                drop_before(&mut writing, charge.day).await?;
            }
            balances.push(charge.balance(asked, fresh));
        }
        if balances.iter().all(|balance| balance.is_charged()) {
            writing.commit().await.map_err(unavailable)?;
        } else {
            writing.rollback().await.map_err(unavailable)?;
        }
        Ok(balances)
    }
}

async fn count(connection: &mut SqliteConnection, charge: &KeyCharge) -> Result<usize, StoreError> {
    let count: i64 =
        sqlx::query_scalar("SELECT count(*) FROM named_keys WHERE day = ? AND department = ? AND view = ?")
            .bind(charge.day.to_string())
            .bind(charge.department.as_str())
            .bind(charge.view.as_str())
            .fetch_one(connection)
            .await
            .map_err(unavailable)?;
    // A count that does not fit is above any quota.
    Ok(usize::try_from(count).unwrap_or(usize::MAX))
}

/// 1 if the key is new on its day, 0 if it was named before.
async fn insert(writing: &mut SqliteConnection, charge: &KeyCharge, mark: &str) -> Result<usize, StoreError> {
    let inserted = sqlx::query(
        "INSERT INTO named_keys (day, department, view, mark) VALUES (?, ?, ?, ?)
         ON CONFLICT (day, department, view, mark) DO NOTHING",
    )
    .bind(charge.day.to_string())
    .bind(charge.department.as_str())
    .bind(charge.view.as_str())
    .bind(mark)
    .execute(writing)
    .await
    .map_err(unavailable)?;
    Ok(usize::from(inserted.rows_affected() > 0))
}

async fn drop_before(writing: &mut SqliteConnection, day: NaiveDate) -> Result<(), StoreError> {
    let Some(oldest) = day.checked_sub_days(Days::new(DAYS_KEPT)) else {
        return Ok(());
    };
    sqlx::query("DELETE FROM named_keys WHERE day < ?")
        .bind(oldest.to_string())
        .execute(writing)
        .await
        .map_err(unavailable)?;
    Ok(())
}
