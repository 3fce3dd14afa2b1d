//! What a department has sent on a day, for its quota. It counts; what is too much, the hub decides.

use chrono::{Days, NaiveDate};
use schemas::DepartmentCode;

use crate::error::RegistryError;
use crate::open::Registry;

/// Days are kept for looking at a complaint, then dropped.
const DAYS_KEPT: u64 = 31;

/// What was sent on one day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SentOnDay {
    pub submissions: u64,
    pub bytes: u64,
}

impl Registry {
    /// Nothing yet is zero.
    pub async fn sent_on(
        &self,
        day: NaiveDate,
        department: &DepartmentCode,
    ) -> Result<SentOnDay, RegistryError> {
        let row: Option<(i64, i64)> =
            sqlx::query_as("SELECT submissions, bytes FROM department_days WHERE day = ? AND department = ?")
                .bind(day.to_string())
                .bind(department.as_str())
                .fetch_optional(&self.readers)
                .await?;
        let count = |number: i64| u64::try_from(number).unwrap_or_default();
        Ok(
            row.map_or_else(SentOnDay::default, |(submissions, bytes)| SentOnDay {
                submissions: count(submissions),
                bytes: count(bytes),
            }),
        )
    }

    /// Adds to what was sent; the first of a day drops the days that are too old.
    pub async fn add_sent(
        &self,
        day: NaiveDate,
        department: &DepartmentCode,
        more: SentOnDay,
    ) -> Result<(), RegistryError> {
        let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        let mut writing = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        sqlx::query(
            "INSERT INTO department_days (day, department, submissions, bytes) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (day, department)
             DO UPDATE SET submissions = submissions + ?3, bytes = bytes + ?4",
        )
        .bind(day.to_string())
        .bind(department.as_str())
        .bind(number(more.submissions))
        .bind(number(more.bytes))
        .execute(&mut *writing)
        .await?;
        if let Some(oldest) = day.checked_sub_days(Days::new(DAYS_KEPT)) {
            sqlx::query("DELETE FROM department_days WHERE day < ?")
                .bind(oldest.to_string())
                .execute(&mut *writing)
                .await?;
        }
        writing.commit().await?;
        Ok(())
    }
}
