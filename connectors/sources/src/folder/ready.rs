//! Which files lie in a drop folder, and by what one tells that a file is still the same.

use std::fmt;
use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use super::{FolderSettings, UNFINISHED};
use crate::source::OFFERS_MAX;
use crate::trouble::Trouble;

const MARKER_BYTES_MAX: u64 = 4_096;

/// What is known of a file's content without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Print {
    pub(crate) size_bytes: u64,
    seconds: i64,
    nanoseconds: i64,
}

impl Print {
    pub(crate) fn of(about: &Metadata) -> Print {
        Print {
            size_bytes: about.len(),
            seconds: about.mtime(),
            nanoseconds: about.mtime_nsec(),
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Print> {
        let mut parts = text.split('-');
        let print = Print {
            size_bytes: parts.next()?.parse().ok()?,
            seconds: parts.next()?.parse().ok()?,
            nanoseconds: parts.next()?.parse().ok()?,
        };
        parts.next().is_none().then_some(print)
    }
}

impl fmt::Display for Print {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}-{}", self.size_bytes, self.seconds, self.nanoseconds)
    }
}

/// A file in the folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) name: String,
    pub(crate) print: Print,
    pub(crate) marked: bool,
}

/// The files that could be parcels, oldest first.
pub(crate) fn list(settings: &FolderSettings) -> Result<Vec<Found>, Trouble> {
    let mut found = Vec::new();
    let entries = fs::read_dir(&settings.path).map_err(|error| unusable(&error))?;
    for (number, entry) in entries.enumerate() {
        if number >= OFFERS_MAX {
            return Err(Trouble::TooLarge);
        }
        let entry = entry.map_err(|error| unusable(&error))?;
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        // This does not follow a link, so a link is no file.
        let Ok(about) = entry.metadata() else {
            continue;
        };
        if !about.is_file() || is_passed_over(&name, settings) {
            continue;
        }
        let marked = super::marker_of(&entry.path(), &settings.marker)
            .symlink_metadata()
            .is_ok_and(|about| about.is_file());
        found.push(Found {
            name,
            print: Print::of(&about),
            marked,
        });
    }
    found.sort_by(|one, other| {
        let age = |file: &Found| (file.print.seconds, file.print.nanoseconds);
        age(one).cmp(&age(other)).then_with(|| one.name.cmp(&other.name))
    });
    Ok(found)
}

fn is_passed_over(name: &str, settings: &FolderSettings) -> bool {
    name.starts_with('.')
        || name.starts_with("~$")
        || name.ends_with(&settings.marker)
        || UNFINISHED.iter().any(|end| name.ends_with(end))
}

/// The hash in a marker, if it holds one: the first word of a line of `sha256sum`.
pub(crate) fn announced_hash(marker: &Path) -> Result<Option<String>, Trouble> {
    let about = marker.symlink_metadata().map_err(|_| Trouble::Changed)?;
    if !about.is_file() || about.len() > MARKER_BYTES_MAX {
        return Err(Trouble::Unreadable);
    }
    let text = fs::read_to_string(marker).map_err(|_| Trouble::Unreadable)?;
    let Some(word) = text.split_whitespace().next() else {
        return Ok(None);
    };
    let is_hash = word.len() == 64 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    match is_hash {
        true => Ok(Some(word.to_ascii_lowercase())),
        false => Err(Trouble::Unreadable),
    }
}

pub(crate) fn unusable(error: &io::Error) -> Trouble {
    tracing::error!(%error, "a folder of a source cannot be used");
    Trouble::PlaceUnusable
}
