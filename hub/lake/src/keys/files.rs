//! Key files on disk. One line each: `taxhub-key 1 <kind> <id> <64 hex digits>`.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

use rand::TryRngCore;
use zeroize::Zeroizing;

use super::{Key, KeyRing};
use crate::error::LakeError;

/// A key file is one short line; more is not read.
const FILE_BYTES_MAX: u64 = 256;

pub(super) fn load_or_create(dir: &Path) -> Result<KeyRing, LakeError> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(dir)
        .map_err(keys("make the key directory"))?;
    let found = load(dir)?;
    if !found.is_empty() {
        return ring(found);
    }
    let seal = create(dir, "seal")?;
    let token = create(dir, "token")?;
    // The names must outlive a power cut before anything is sealed with the keys behind them.
    File::open(dir)
        .and_then(|dir| dir.sync_all())
        .map_err(keys("sync the key directory"))?;
    if let Some(parent) = dir.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        File::open(parent)
            .and_then(|dir| dir.sync_all())
            .map_err(keys("sync the key directory's parent"))?;
    }
    KeyRing::new(vec![seal], token)
}

struct Found {
    kind: String,
    number: u32,
    key: Key,
}

fn load(dir: &Path) -> Result<Vec<Found>, LakeError> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).map_err(keys("list the key directory"))? {
        let entry = entry.map_err(keys("list the key directory"))?;
        let name = entry.file_name();
        let Some(stem) = name.to_str().and_then(|name| name.strip_suffix(".key")) else {
            continue;
        };
        let mut parts = stem.splitn(3, '-');
        let (Some(kind), Some(number), Some(id)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(LakeError::Keys.because("read a key file", "its name has no kind, number and id"));
        };
        let number = number.parse().map_err(keys("read the number of a key"))?;
        found.push(Found {
            kind: kind.to_owned(),
            number,
            key: read(&entry.path(), kind, id)?,
        });
    }
    found.sort_by_key(|found| found.number);
    Ok(found)
}

fn ring(found: Vec<Found>) -> Result<KeyRing, LakeError> {
    let (mut sealing, mut tokens) = (Vec::new(), Vec::new());
    for found in found {
        match found.kind.as_str() {
            "seal" => sealing.push(found.key),
            "token" => tokens.push(found.key),
            _ => return Err(LakeError::Keys.because("read a key file", "its kind is not known")),
        }
    }
    match (tokens.pop(), tokens.is_empty()) {
        (Some(token), true) => KeyRing::new(sealing, token),
        _ => Err(LakeError::Keys.because("read the key ring", "there must be exactly one token key")),
    }
}

fn read(path: &Path, kind: &str, id: &str) -> Result<Key, LakeError> {
    let file = File::open(path).map_err(keys("open a key file"))?;
    let mode = file
        .metadata()
        .map_err(keys("look at a key file"))?
        .permissions()
        .mode();
    if mode & 0o077 != 0 {
        return Err(LakeError::Keys.because(
            "use a key file",
            format!("mode {:o} lets others in", mode & 0o777),
        ));
    }
    let mut line = Zeroizing::new(String::with_capacity(FILE_BYTES_MAX as usize));
    file.take(FILE_BYTES_MAX)
        .read_to_string(&mut line)
        .map_err(keys("read a key file"))?;
    let words: Vec<&str> = line.split_whitespace().collect();
    let ["taxhub-key", "1", its_kind, its_id, digits] = words.as_slice() else {
        return Err(LakeError::Keys.because("read a key file", "not a key file"));
    };
    let mut bytes = Zeroizing::new([0u8; 32]);
    hex::decode_to_slice(digits, bytes.as_mut_slice()).map_err(keys("decode a key file"))?;
    let key = Key::new(bytes);
    if *its_kind != kind || *its_id != id || key.id() != id {
        return Err(LakeError::Keys.because("read a key file", "name and content do not belong together"));
    }
    Ok(key)
}

fn create(dir: &Path, kind: &str) -> Result<Key, LakeError> {
    let mut bytes = Zeroizing::new([0u8; 32]);
    rand::rngs::OsRng
        .try_fill_bytes(bytes.as_mut_slice())
        .map_err(keys("draw a key"))?;
    let key = Key::new(bytes);
    let path = dir.join(format!("{kind}-1-{}.key", key.id()));
    let line = Zeroizing::new(format!(
        "taxhub-key 1 {kind} {} {}\n",
        key.id(),
        *Zeroizing::new(hex::encode(key.bytes()))
    ));
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&path)
        .map_err(keys("create a key file"))?;
    file.write_all(line.as_bytes())
        .and_then(|()| file.sync_all())
        .map_err(keys("write a key file"))?;
    Ok(key)
}

fn keys<E: std::fmt::Display>(doing: &'static str) -> impl FnOnce(E) -> LakeError {
    move |error| LakeError::Keys.because(doing, error)
}
