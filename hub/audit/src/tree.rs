//! The RFC 6962 tree over the exact bytes of the records: roots, inclusion and consistency proofs, and their checks.
//! Nothing here reads a file.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

const LEAF: u8 = 0;
const NODE: u8 = 1;

/// A SHA-256 value; as text `sha256:<hex>`, so that another algorithm can be told apart later.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Hash([u8; 32]);

impl Hash {
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// What the first record is chained to.
    pub(crate) const ZERO: Hash = Hash([0; 32]);

    pub(crate) fn of(parts: &[&[u8]]) -> Hash {
        let mut hasher = Sha256::new();
        for part in parts {
            hasher.update(part);
        }
        Hash(hasher.finalize().into())
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sha256:{}", hex::encode(self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Hash {
    type Err = String;

    fn from_str(text: &str) -> Result<Hash, String> {
        let digits = text
            .strip_prefix("sha256:")
            .ok_or("a hash starts with `sha256:`")?;
        let mut bytes = [0_u8; 32];
        hex::decode_to_slice(digits, &mut bytes).map_err(|_| "a hash has 64 hex digits")?;
        // One text per hash: hex is also valid in capitals, and a changed letter must not pass as the same value.
        if digits.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Err("a hash is written in lower case".to_owned());
        }
        Ok(Hash(bytes))
    }
}

impl TryFrom<String> for Hash {
    type Error = String;

    fn try_from(text: String) -> Result<Hash, String> {
        text.parse()
    }
}

impl From<Hash> for String {
    fn from(hash: Hash) -> String {
        hash.to_string()
    }
}

/// The hash of one record. `record` is the line without its line feed.
pub fn leaf(record: &[u8]) -> Hash {
    Hash::of(&[&[LEAF], record])
}

fn node(left: &Hash, right: &Hash) -> Hash {
    Hash::of(&[&[NODE], &left.0, &right.0])
}

/// The tree as it grows: one hash for each complete subtree on its right edge, so appending costs O(log n) and the
/// memory does not grow with the log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    /// Roots of complete subtrees, largest first; their sizes are the bits of `size`.
    peaks: Vec<Hash>,
}

impl Frontier {
    pub fn new() -> Frontier {
        Frontier::default()
    }

    pub fn size(&self) -> u64 {
        self.size
    }

    pub fn push(&mut self, leaf: Hash) {
        let mut carried = leaf;
        let mut full = self.size;
        while full & 1 == 1 {
            let Some(left) = self.peaks.pop() else { break };
            carried = node(&left, &carried);
            full >>= 1;
        }
        self.peaks.push(carried);
        self.size += 1;
    }

    pub fn root(&self) -> Hash {
        let mut peaks = self.peaks.iter().rev();
        let Some(smallest) = peaks.next() else {
            return Hash::of(&[]);
        };
        peaks.fold(*smallest, |right, left| node(left, &right))
    }
}

/// The root over these leaves.
pub fn root(leaves: &[Hash]) -> Hash {
    let mut frontier = Frontier::new();
    for leaf in leaves {
        frontier.push(*leaf);
    }
    frontier.root()
}

/// The audit path of leaf `index` in the tree over `leaves`, lowest sibling first; `None` if there is no such leaf.
pub fn prove_inclusion(leaves: &[Hash], index: u64) -> Option<Vec<Hash>> {
    let mut index = usize::try_from(index).ok()?;
    let mut rest = leaves;
    if index >= rest.len() {
        return None;
    }
    let mut path = Vec::new();
    while rest.len() > 1 {
        let (left, right) = rest.split_at_checked(split(rest.len()))?;
        if index < left.len() {
            path.push(root(right));
            rest = left;
        } else {
            path.push(root(left));
            index -= left.len();
            rest = right;
        }
    }
    path.reverse();
    Some(path)
}

/// Whether `path` proves that `leaf` is record `index` of the tree of `size` records with this root.
pub fn check_inclusion(leaf: &Hash, index: u64, size: u64, path: &[Hash], root: &Hash) -> bool {
    if index >= size {
        return false;
    }
    let (mut at, mut last) = (index, size - 1);
    let mut hash = *leaf;
    for sibling in path {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            hash = node(sibling, &hash);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            hash = node(&hash, sibling);
        }
        at >>= 1;
        last >>= 1;
    }
    last == 0 && hash == *root
}

/// The proof that the tree over the first `old_size` leaves is a beginning of the tree over all of them; `None` if
/// `old_size` is zero or larger than the tree.
pub fn prove_consistency(leaves: &[Hash], old_size: u64) -> Option<Vec<Hash>> {
    let mut old = usize::try_from(old_size).ok()?;
    if old == 0 || old > leaves.len() {
        return None;
    }
    let mut rest = leaves;
    let mut whole = true;
    let mut proof = Vec::new();
    while old < rest.len() {
        let (left, right) = rest.split_at_checked(split(rest.len()))?;
        if old <= left.len() {
            proof.push(root(right));
            rest = left;
        } else {
            proof.push(root(left));
            old -= left.len();
            rest = right;
            whole = false;
        }
    }
    if !whole {
        proof.push(root(rest));
    }
    proof.reverse();
    Some(proof)
}

/// Whether `proof` shows that the tree (`old_size`, `old_root`) is a beginning of the tree (`new_size`, `new_root`).
pub fn check_consistency(
    old_size: u64,
    old_root: &Hash,
    new_size: u64,
    new_root: &Hash,
    proof: &[Hash],
) -> bool {
    if old_size == 0 || old_size > new_size {
        return false;
    }
    if old_size == new_size {
        return proof.is_empty() && old_root == new_root;
    }
    let mut steps = proof.iter();
    let start = if old_size.is_power_of_two() {
        Some(old_root)
    } else {
        steps.next()
    };
    let Some(start) = start else { return false };
    let (mut at, mut last) = (old_size - 1, new_size - 1);
    while at & 1 == 1 {
        at >>= 1;
        last >>= 1;
    }
    let (mut old, mut new) = (*start, *start);
    for step in steps {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            old = node(step, &old);
            new = node(step, &new);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            new = node(&new, step);
        }
        at >>= 1;
        last >>= 1;
    }
    last == 0 && old == *old_root && new == *new_root
}

/// The largest power of two smaller than `size` (which is at least 2).
fn split(size: usize) -> usize {
    match size.checked_next_power_of_two() {
        Some(power) => power / 2,
        None => 1 << (usize::BITS - 1),
    }
}

#[cfg(test)]
mod tests;
