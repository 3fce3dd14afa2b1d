//! The file of signed heads: appended to, read strictly.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::signer::Head;
use crate::verify::{Fault, Flaw};
use crate::walk::is_torn;

/// Heads that parse, are numbered without gaps and grow, and the bytes they take. Signatures are not checked here.
#[derive(Debug, Default)]
pub(crate) struct Heads {
    pub heads: Vec<Head>,
    pub whole_bytes: u64,
    pub torn_bytes: u64,
}

pub(crate) fn heads_path(dir: &Path) -> PathBuf {
    dir.join("heads.jsonl")
}

/// One line with its line feed.
pub(crate) fn head_line(head: &Head) -> Result<String, serde_json::Error> {
    Ok(serde_json::to_string(head)? + "\n")
}

pub(crate) fn read_heads(dir: &Path) -> Result<Heads, Fault> {
    let bytes = match fs::read(heads_path(dir)) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
        Err(_) => {
            return Err(Fault {
                seq: None,
                what: Flaw::Unreadable,
            });
        }
    };
    let forged = Fault {
        seq: None,
        what: Flaw::ForgedHead,
    };
    let mut found = Heads::default();
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        let Some(text) = line.strip_suffix(b"\n") else {
            if !is_torn(line) {
                return Err(forged);
            }
            found.torn_bytes = line.len() as u64;
            break;
        };
        let head: Head = serde_json::from_slice(text).map_err(|_| forged.clone())?;
        // The signature covers what the head says, not how it is spelt; so there is one spelling only.
        if head_line(&head).ok().as_deref().map(str::as_bytes) != Some(line) {
            return Err(forged);
        }
        let grows = found
            .heads
            .last()
            .is_none_or(|last| last.size < head.size && last.log == head.log);
        if head.number != found.heads.len() as u64 || !grows {
            return Err(forged);
        }
        found.whole_bytes += line.len() as u64;
        found.heads.push(head);
    }
    Ok(found)
}
