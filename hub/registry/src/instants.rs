//! Instants as the store writes them: RFC 3339 in UTC with microseconds, so that texts sort like instants.

use chrono::{DateTime, SecondsFormat, Utc};

use crate::error::RegistryError;

pub(crate) fn text(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, true)
}

pub(crate) fn read(text: &str) -> Result<DateTime<Utc>, RegistryError> {
    DateTime::parse_from_rfc3339(text)
        .map(|at| at.with_timezone(&Utc))
        .map_err(|_| RegistryError::Damaged("an instant does not read"))
}
