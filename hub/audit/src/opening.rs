//! Opening a log: check it, cut a torn end off, close what a crash left open, and start the writer.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::path::Path;
use std::sync::Arc;

use rand::TryRngCore;
use serde_json::json;

use crate::act::{Act, ActKind, Closing, EntryId, Outcome};
use crate::disk::{OpenDisk, sync_parent};
use crate::error::AuditError;
use crate::heads::{Heads, heads_path, read_heads};
use crate::log::{Opening, Settings};
use crate::record::{Body, Phase};
use crate::signer::Signer;
use crate::tree::{Frontier, Hash};
use crate::verify::{Fault, Flaw, walk_with_heads};
use crate::walk::{is_torn, segment_path, segments};
use crate::writer::Writer;

/// The first record is far shorter than this.
const FIRST_RECORD_BYTES_MAX: u64 = 4_096;

/// Takes the lock of the folder. It ends with the returned file.
pub(crate) fn lock(dir: &Path) -> Result<File, AuditError> {
    fs::create_dir_all(dir)?;
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .open(dir.join("LOCK"))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(AuditError::Locked),
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}

/// Continues the log in `dir`, or begins one.
pub(crate) fn start(
    dir: &Path,
    signer: Signer,
    settings: Settings,
    open_disk: OpenDisk,
) -> Result<(Writer, Opening), AuditError> {
    let heads = read_heads(dir).map_err(AuditError::Damaged)?;
    if heads.heads.is_empty() && is_unbegun(dir)? {
        begin(dir, signer, settings, open_disk).map(|writer| (writer, Opening::default()))
    } else {
        resume(dir, signer, settings, open_disk, heads)
    }
}

/// Whether there is no head and at most a first record, whole or torn: nothing was acknowledged yet. What is there of
/// the record is removed, so that the log begins with a record and a head that belong together.
fn is_unbegun(dir: &Path) -> Result<bool, AuditError> {
    match segments(dir)?.as_slice() {
        [] => Ok(true),
        [0] => {
            let path = segment_path(dir, 0);
            let bytes = fs::metadata(&path)?.len();
            let is_torn = bytes <= FIRST_RECORD_BYTES_MAX && is_torn(&fs::read(&path)?);
            if is_torn {
                cut(&path, 0, bytes)?;
            }
            Ok(is_torn)
        }
        _ => Ok(false),
    }
}

fn begin(dir: &Path, signer: Signer, settings: Settings, open_disk: OpenDisk) -> Result<Writer, AuditError> {
    let mut name = [0_u8; 16];
    rand::rngs::OsRng
        .try_fill_bytes(&mut name)
        .map_err(|_| AuditError::Key("the system gives no random bytes"))?;
    let name = hex::encode(name);
    let subject = json!({ "act": "log_begun", "log": name, "key": signer.key_id() });
    let mut writer = Writer {
        dir: dir.to_owned(),
        settings,
        signer,
        segment: open_disk(&segment_path(dir, 0))?,
        heads: open_disk(&heads_path(dir))?,
        open_disk,
        name,
        frontier: Frontier::new(),
        chain: Hash::ZERO,
        segment_bytes: 0,
        heads_count: 0,
        last_head: None,
        stopped: Arc::default(),
    };
    writer.append(&[system_record(subject)?])?;
    writer.sign_head()?;
    Ok(writer)
}

fn resume(
    dir: &Path,
    signer: Signer,
    settings: Settings,
    open_disk: OpenDisk,
    heads: Heads,
) -> Result<(Writer, Opening), AuditError> {
    let promises: Vec<_> = heads.heads.iter().collect();
    let (end, name) = walk_with_heads(dir, &promises).map_err(AuditError::Damaged)?;
    let forged = AuditError::Damaged(Fault {
        seq: None,
        what: Flaw::ForgedHead,
    });
    let name = name.ok_or(forged.clone())?;
    // The last signature is enough here: its root covers all records. `verify` checks every one.
    let is_ours = heads
        .heads
        .last()
        .is_none_or(|head| head.log == name && head.verify(signer.verifying_key()));
    if !is_ours {
        return Err(forged);
    }
    let segment = segment_path(dir, end.segment);
    cut(&segment, end.segment_bytes, end.torn_bytes)?;
    cut(&heads_path(dir), heads.whole_bytes, heads.torn_bytes)?;
    let mut writer = Writer {
        dir: dir.to_owned(),
        settings,
        signer,
        segment: open_disk(&segment)?,
        heads: open_disk(&heads_path(dir))?,
        open_disk,
        name,
        frontier: end.frontier,
        chain: end.chain,
        segment_bytes: end.segment_bytes,
        heads_count: heads.heads.len() as u64,
        last_head: heads.heads.last().cloned(),
        stopped: Arc::default(),
    };
    let opening = Opening {
        torn_bytes: end.torn_bytes,
        interrupted: end.open.iter().copied().map(EntryId).collect(),
    };
    let mut bodies = Vec::new();
    if opening.torn_bytes > 0 {
        bodies.push(system_record(
            json!({ "act": "torn_end_cut", "bytes": opening.torn_bytes }),
        )?);
    }
    let interrupted = Closing::new(Outcome::Interrupted, json!({}));
    for id in &opening.interrupted {
        bodies.push(text(&Body {
            phase: Phase::Close,
            of: Some(id.0),
            act: None,
            closing: Some(&interrupted),
        })?);
    }
    writer.append(&bodies)?;
    writer.sign_head()?;
    Ok((writer, opening))
}

/// Removes a torn end for good, before anything is written behind it.
fn cut(path: &Path, whole_bytes: u64, torn_bytes: u64) -> Result<(), AuditError> {
    if torn_bytes > 0 {
        let file = OpenOptions::new().write(true).open(path)?;
        file.set_len(whole_bytes)?;
        file.sync_all()?;
        sync_parent(path)?;
    }
    Ok(())
}

fn system_record(subject: serde_json::Value) -> Result<String, AuditError> {
    let act = Act::new(ActKind::System, subject);
    let closing = Closing::new(Outcome::Done, json!({}));
    text(&Body {
        phase: Phase::Whole,
        of: None,
        act: Some(&act),
        closing: Some(&closing),
    })
}

pub(crate) fn text(body: &Body<'_>) -> Result<String, AuditError> {
    Ok(body.text().map_err(std::io::Error::from)?)
}
