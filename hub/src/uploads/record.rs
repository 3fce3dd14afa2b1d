//! What is known of an upload, in a file beside its bytes.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use schemas::DepartmentCode;
use serde::{Deserialize, Serialize};

use crate::front::{SubmitHead, Submitted, UploadId};

/// Whose upload it is. It is found by the same person in the same department only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Owner {
    pub person: String,
    pub department: DepartmentCode,
}

/// One upload: whose it is, what it claims to be, and how long it is.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Record {
    pub id: UploadId,
    pub owner: Owner,
    pub head: SubmitHead,
    /// Bytes of the whole body.
    pub length: u64,
    pub expires_at: DateTime<Utc>,
    /// What intake answered, once it took the body.
    pub taken: Option<Submitted>,
}

const EXTENSION: &str = "json";

pub(super) fn path(dir: &Path, id: &UploadId) -> PathBuf {
    dir.join(format!("{id}.{EXTENSION}"))
}

/// Every record of the folder. One that cannot be read is left alone and told.
pub(super) fn all(dir: &Path) -> io::Result<Vec<Record>> {
    let mut records = Vec::new();
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path.extension().is_none_or(|extension| extension != EXTENSION) {
            continue;
        }
        match serde_json::from_slice(&fs::read(&path)?) {
            Ok(record) => records.push(record),
            Err(_) => tracing::warn!("the record of an upload cannot be read"),
        }
    }
    Ok(records)
}

pub(super) fn write(dir: &Path, record: &Record) -> io::Result<()> {
    durably(&path(dir, &record.id), &serde_json::to_vec(record)?)
}

pub(super) fn taken(dir: &Path, record: &Record, submitted: &Submitted) -> io::Result<()> {
    let taken = Record {
        taken: Some(submitted.clone()),
        ..record.clone()
    };
    write(dir, &taken)
}

/// Replaces a file whole: after a power cut it is the old one or the new one.
pub(super) fn durably(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let dir = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
    let mut file = tempfile::NamedTempFile::new_in(dir)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    File::open(dir)?.sync_all()
}
