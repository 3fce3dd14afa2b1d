//! Proofs that an auditor can carry away: that a record is in the log, and that a log only grew.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::AuditError;
use crate::signer::{Head, VerifyingKey};
use crate::tree::{self, Hash};
use crate::walk::walk;

/// "This record is number `seq` of the log under this head." Checked without the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InclusionProof {
    pub seq: u64,
    pub record: String,
    pub path: Vec<Hash>,
    pub head: Head,
}

impl InclusionProof {
    pub fn check(&self, key: &VerifyingKey) -> bool {
        let leaf = tree::leaf(self.record.as_bytes());
        self.head.verify(key)
            && tree::check_inclusion(&leaf, self.seq, self.head.size, &self.path, &self.head.root)
    }
}

/// "The log under the old head is a beginning of the log under the new one."
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConsistencyProof {
    pub old: Head,
    pub new: Head,
    pub path: Vec<Hash>,
}

impl ConsistencyProof {
    pub fn check(&self, key: &VerifyingKey) -> bool {
        let (old, new) = (&self.old, &self.new);
        old.log == new.log
            && old.verify(key)
            && new.verify(key)
            && tree::check_consistency(old.size, &old.root, new.size, &new.root, &self.path)
    }
}

/// Proves record `seq` under `head`; `None` if the head does not reach that far. Reads the log up to the head.
pub fn prove_inclusion(dir: &Path, seq: u64, head: &Head) -> Result<Option<InclusionProof>, AuditError> {
    let mut record = None;
    let leaves = leaves(dir, head.size, &mut |at, line| {
        if at == seq {
            record = std::str::from_utf8(line).ok().map(str::to_owned);
        }
    })?;
    let proof = tree::prove_inclusion(&leaves, seq).zip(record);
    Ok(proof.map(|(path, record)| InclusionProof {
        seq,
        record,
        path,
        head: head.clone(),
    }))
}

/// Proves that the log only grew between two heads; `None` if there is nothing to prove between them.
pub fn prove_consistency(dir: &Path, old: &Head, new: &Head) -> Result<Option<ConsistencyProof>, AuditError> {
    let leaves = leaves(dir, new.size, &mut |_, _| {})?;
    let path = tree::prove_consistency(&leaves, old.size);
    Ok(path.map(|path| ConsistencyProof {
        old: old.clone(),
        new: new.clone(),
        path,
    }))
}

fn leaves(dir: &Path, size: u64, see: &mut dyn FnMut(u64, &[u8])) -> Result<Vec<Hash>, AuditError> {
    let mut leaves = Vec::new();
    walk(dir, &mut |walked, _| {
        if walked.seq < size {
            see(walked.seq, walked.line);
            leaves.push(walked.leaf);
        }
        Ok(())
    })
    .map_err(AuditError::Damaged)?;
    Ok(leaves)
}
