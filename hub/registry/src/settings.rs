//! Small facts of the installation that must outlive a restart. Never a secret: those are key files.

use crate::error::RegistryError;
use crate::open::Registry;

impl Registry {
    pub async fn setting(&self, name: &str) -> Result<Option<String>, RegistryError> {
        let value = sqlx::query_scalar("SELECT value FROM settings WHERE name = ?")
            .bind(name)
            .fetch_optional(&self.readers)
            .await?;
        Ok(value)
    }

    pub async fn put_setting(&self, name: &str, value: &str) -> Result<(), RegistryError> {
        sqlx::query("INSERT INTO settings VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2")
            .bind(name)
            .bind(value)
            .execute(&self.writer)
            .await?;
        Ok(())
    }
}
