//! The calendar of working days at this hub: the built-in notices and the operator's over them; and the day from which
//! duties are counted.

use std::path::Path;

use chrono::{Datelike, NaiveDate, Utc};
use registry::{Registry, RegistryError};
use schemas::{Workdays, WorkdaysError};

use crate::config::Duties;

/// Longest file that is read.
const FILE_BYTES_MAX: u64 = 1 << 20;
/// Under which the registry keeps the first day, so that a restart counts from the same one.
const SINCE: &str = "duties.since";

/// # Errors
/// A file that is not whole stops the start: a due day counted by half a calendar would be wrong for somebody.
pub fn load(file: &Path) -> Result<Workdays, WorkdaysError> {
    let product = Workdays::embedded()?;
    let known = match file.as_os_str().is_empty() {
        true => product,
        false => product.with(Workdays::parse(&read(file)?)?),
    };
    for notice in known.notices().filter(|notice| !notice.is_confirmed()) {
        tracing::warn!(
            year = notice.year(),
            number = notice.number(),
            "a notice on holidays is not confirmed"
        );
    }
    let today = policy::today(Utc::now());
    if !known.knows(today) {
        tracing::warn!(
            year = today.year(),
            "no notice on holidays is known for this year: working days are weekdays"
        );
    }
    Ok(known)
}

fn read(file: &Path) -> Result<String, WorkdaysError> {
    let unreadable = |what: String| WorkdaysError::Syntax(what);
    let about = std::fs::metadata(file).map_err(|error| unreadable(error.kind().to_string()))?;
    if about.len() > FILE_BYTES_MAX {
        return Err(unreadable("too long".to_owned()));
    }
    std::fs::read_to_string(file).map_err(|error| unreadable(error.kind().to_string()))
}

/// The day from which duties are counted: the one that is set, or else the first of the month in which this hub began.
pub async fn since(settings: &Duties, registry: &Registry) -> Result<NaiveDate, RegistryError> {
    if let Some(day) = settings.first_day() {
        return Ok(day);
    }
    if let Some(kept) = registry.setting(SINCE).await?
        && let Ok(day) = kept.parse()
    {
        return Ok(day);
    }
    let today = policy::today(Utc::now());
    let first = today.with_day(1).unwrap_or(today);
    registry.put_setting(SINCE, &first.to_string()).await?;
    Ok(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_operators_file_goes_over_the_built_in_notices_and_a_broken_one_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("workdays.toml");
        assert!(load(&file).is_err(), "a file that is named must be there");
        let own = "[[notice]]\nyear = 2027\nsource = \"s\"\nnumber = \"n\"\nissued = 2026-11-01\nconfirmed_by = \"x\"\n";
        std::fs::write(&file, own).unwrap();
        let day = |text: &str| text.parse().unwrap();
        let days = load(&file).unwrap();
        assert!(days.knows(day("2027-05-01")) && !days.is_workday(day("2026-10-01")));
        assert!(!load(Path::new("")).unwrap().knows(day("2027-05-01")));
        std::fs::write(&file, own.replace("2027", "twenty")).unwrap();
        assert!(load(&file).is_err());
    }

    #[tokio::test]
    async fn the_first_day_is_set_or_kept_from_the_first_start() {
        let folder = tempfile::tempdir().unwrap();
        let registry = Registry::open(&folder.path().join("registry.db")).await.unwrap();
        let set = Duties {
            since: "2026-01-01".to_owned(),
            ..Duties::default()
        };
        assert_eq!(since(&set, &registry).await.unwrap().to_string(), "2026-01-01");
        let first = since(&Duties::default(), &registry).await.unwrap();
        assert_eq!(first.day(), 1);
        registry.put_setting(SINCE, "2025-03-01").await.unwrap();
        assert_eq!(
            since(&Duties::default(), &registry).await.unwrap().to_string(),
            "2025-03-01"
        );
    }
}
