//! The bytes of one file, compared before and after: size and time must be what they were when the parcel was made, and
//! the hash what a marker announced.

use std::fs::{File, OpenOptions};
use std::io::Read;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;
use sha2::{Digest, Sha256};

use super::blocking;
use super::ready::Print;
use crate::body::Body;
use crate::trouble::Trouble;

const PIECE_BYTES: u64 = 256 * 1024;

pub(crate) async fn body(
    path: PathBuf,
    print: Print,
    announced: Option<String>,
    bytes_max: u64,
) -> Result<Body, Trouble> {
    let mut file = blocking(move || open(&path, print)).await?;
    Ok(Body::written(bytes_max, move |mut pen| async move {
        let (mut hash, mut read_bytes) = (Sha256::new(), 0_u64);
        loop {
            let (piece, rest) = blocking(move || piece_of(file)).await?;
            file = rest;
            if piece.is_empty() {
                break;
            }
            read_bytes = read_bytes.saturating_add(piece.len() as u64);
            hash.update(&piece);
            pen.write(&piece).await?;
        }
        let after = blocking(move || Ok(Print::of(&file.metadata().map_err(|_| Trouble::Changed)?))).await?;
        if after != print {
            return Err(Trouble::Changed);
        }
        if read_bytes != print.size_bytes {
            return Err(Trouble::CutShort);
        }
        match announced {
            Some(announced) if announced != hex::encode(hash.finalize()) => Err(Trouble::HashDiffers),
            _ => Ok(pen),
        }
    }))
}

/// Opens what was looked at: not a link put in its place, not a pipe that never ends, not another content.
fn open(path: &Path, print: Print) -> Result<File, Trouble> {
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits();
    let flags = i32::try_from(flags).map_err(|_| Trouble::PlaceUnusable)?;
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(flags)
        .open(path)
        .map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => Trouble::Changed,
            _ => super::ready::unusable(&error),
        })?;
    let about = file.metadata().map_err(|_| Trouble::Changed)?;
    match about.is_file() && Print::of(&about) == print {
        true => Ok(file),
        false => Err(Trouble::Changed),
    }
}

fn piece_of(mut file: File) -> Result<(Vec<u8>, File), Trouble> {
    let mut piece = Vec::new();
    let read = (&mut file).take(PIECE_BYTES).read_to_end(&mut piece);
    read.map_err(|error| super::ready::unusable(&error))?;
    Ok((piece, file))
}
