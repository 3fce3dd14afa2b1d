//! From when duties are counted, by which calendar, and when one is due soon or counts as never reported.

use std::path::PathBuf;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::ConfigError;
use super::limits::in_range;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Duties {
    /// First day, `2026-01-01`: a period that ends earlier is not owed here. Empty: the month of the first start.
    pub since: String,
    /// Notices on holidays over the built-in ones. Relative to the folder of the settings file.
    pub workdays_file: PathBuf,
    /// Working days before the due day from which a duty is due soon.
    pub soon_workdays: u32,
    /// Days after the end of a period from which an overdue duty counts as never reported.
    pub missing_after_days: u32,
}

impl Default for Duties {
    fn default() -> Self {
        Duties {
            since: String::new(),
            workdays_file: PathBuf::new(),
            soon_workdays: 3,
            missing_after_days: 30,
        }
    }
}

impl Duties {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        if !self.since.is_empty() && self.first_day().is_none() {
            return Err(ConfigError::refused("duties.since", "hub.config_day"));
        }
        in_range("duties.soon_workdays", self.soon_workdays.into(), 0, 60)?;
        in_range(
            "duties.missing_after_days",
            self.missing_after_days.into(),
            1,
            400,
        )
    }

    /// The day that is set, if one is.
    pub fn first_day(&self) -> Option<NaiveDate> {
        self.since.parse().ok()
    }
}
