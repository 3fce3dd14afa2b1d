//! What a crash leaves in a local data root, and the root itself.

use std::fs::{self, File};
use std::path::Path;

use crate::error::LakeError;

/// Folders in folders below the root; the lake makes four.
const DEPTH_MAX: usize = 16;

/// Makes the root, durably, if it is not there.
pub(super) fn make_root(root: &Path) -> Result<(), LakeError> {
    let failed = |e: std::io::Error| LakeError::Storage.because("make the data root", e);
    let missing: Vec<&Path> = root.ancestors().take_while(|folder| !folder.exists()).collect();
    fs::create_dir_all(root).map_err(failed)?;
    // Each new folder's name is in its parent. The root's own is synced at every start: an earlier process may have
    // made it and died.
    for folder in missing.into_iter().chain([root]) {
        let parent = folder.parent().ok_or(LakeError::Url)?;
        File::open(parent)
            .and_then(|parent| parent.sync_all())
            .map_err(failed)?;
    }
    Ok(())
}

/// Removes drafts (`*#<digits>`) of a process that died. Only the owner of the root may call this.
pub(super) fn sweep(root: &Path) -> Result<u64, LakeError> {
    let mut removed = 0;
    sweep_below(root, 0, &mut removed)?;
    if removed > 0 {
        tracing::info!(
            drafts.removed = removed,
            "removed unfinished objects of an earlier process"
        );
    }
    Ok(removed)
}

fn sweep_below(folder: &Path, depth: usize, removed: &mut u64) -> Result<(), LakeError> {
    let failed = |e: std::io::Error| LakeError::Storage.because("sweep the data root", e);
    if depth > DEPTH_MAX {
        return Ok(());
    }
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        // A link is neither followed nor removed: the lake makes none.
        let kind = entry.file_type().map_err(failed)?;
        if kind.is_dir() {
            sweep_below(&entry.path(), depth + 1, removed)?;
        } else if kind.is_file() && entry.file_name().to_str().is_some_and(is_draft) {
            fs::remove_file(entry.path()).map_err(failed)?;
            *removed += 1;
        }
    }
    Ok(())
}

fn is_draft(name: &str) -> bool {
    name.rsplit_once('#')
        .is_some_and(|(_, n)| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
}
