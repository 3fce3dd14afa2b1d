//! What happens to a file when it is over: moved out of the way under the day's folder, its answer beside, and gone after
//! some days.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;
use std::time::{Duration, SystemTime};

use chrono::{NaiveDate, Utc};

use super::ready::unusable;
use super::{FolderSettings, Print, marker_of};
use crate::parcel::{Answer, Parcel};
use crate::schedule::civil_day;
use crate::trouble::Trouble;

const TAKEN: &str = "taken";
const REFUSED: &str = "refused";
const ANSWERS: &str = "answers";
/// Answers stay longer than files: they hold no rows.
const ANSWER_DAYS: u32 = 92;
const DAY: Duration = Duration::from_secs(86_400);

/// Leaves the answer, then moves the file. In this order, so that a file that is still there has lost nothing.
pub(super) fn away(settings: &FolderSettings, parcel: &Parcel, answer: &Answer) -> Result<(), Trouble> {
    let folder = &settings.path;
    write_answer(&folder.join(ANSWERS), &parcel.name, &answer.document).map_err(|error| unusable(&error))?;
    let path = folder.join(&parcel.name);
    let marker = marker_of(&path, &settings.marker);
    // Another file may have come under the same name meanwhile; it is another parcel.
    let same = path
        .symlink_metadata()
        .is_ok_and(|about| about.is_file() && Print::of(&about).to_string() == parcel.version);
    if !same {
        return Ok(());
    }
    let moved = match settings.keep_days {
        0 => fs::remove_file(&path),
        _ => {
            let end = if answer.settled { TAKEN } else { REFUSED };
            let day = civil_day(Utc::now()).format("%Y%m%d").to_string();
            move_into(&folder.join(end).join(day), &path, parcel)
        }
    };
    moved.map_err(|error| unusable(&error))?;
    match fs::remove_file(marker) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(unusable(&error)),
        _ => Ok(()),
    }
}

fn move_into(folder: &Path, path: &Path, parcel: &Parcel) -> io::Result<()> {
    private(folder)?;
    let plain = folder.join(&parcel.name);
    let target = match plain.exists() {
        true => folder.join(format!("{}.{}", parcel.name, parcel.version)),
        false => plain,
    };
    fs::rename(path, target)
}

fn write_answer(folder: &Path, name: &str, document: &[u8]) -> io::Result<()> {
    private(folder)?;
    let draft = folder.join(format!(".{name}.part"));
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o640)
        .open(&draft)?;
    file.write_all(document)?;
    drop(file);
    fs::rename(draft, folder.join(format!("{name}.json")))
}

fn private(folder: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o750).create(folder)
}

/// Removes days that are over, and old answers.
pub(super) fn sweep(settings: &FolderSettings) -> Result<(), Trouble> {
    let today = civil_day(Utc::now());
    for end in [TAKEN, REFUSED] {
        let Ok(days) = fs::read_dir(settings.path.join(end)) else {
            continue;
        };
        for entry in days.flatten() {
            let name = entry.file_name();
            let day = name
                .to_str()
                .and_then(|name| NaiveDate::parse_from_str(name, "%Y%m%d").ok());
            let over = day.is_some_and(|day| (today - day).num_days() > i64::from(settings.keep_days));
            if over && let Err(error) = fs::remove_dir_all(entry.path()) {
                tracing::warn!(%error, "an old day of a drop folder could not be removed");
            }
        }
    }
    let Ok(answers) = fs::read_dir(settings.path.join(ANSWERS)) else {
        return Ok(());
    };
    let oldest = SystemTime::now().checked_sub(DAY.saturating_mul(ANSWER_DAYS));
    for entry in answers.flatten() {
        let written = entry.metadata().and_then(|about| about.modified()).ok();
        if written < oldest && written.is_some() {
            let _ = fs::remove_file(entry.path());
        }
    }
    Ok(())
}
