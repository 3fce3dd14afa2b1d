//! The offline check of a whole log: every record, every head, and where the first fault is.

use std::fmt;
use std::path::Path;

use crate::signer::{Head, VerifyingKey};
use crate::tree::Hash;

/// A log without a fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Records in the log (an entry that was opened and closed has two).
    pub entries: u64,
    pub heads: u64,
    pub root: Hash,
    /// Records after the last head: real, but no signature covers them yet.
    pub unsigned: u64,
    /// Entries that were opened and not closed.
    pub open: u64,
    /// Bytes of an unfinished last line, left by a crash and never acknowledged.
    pub torn_bytes: u64,
    pub last_head: Option<Head>,
}

/// What is wrong, and the first record where it shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The first record that is not what was written, if a record is to blame.
    pub seq: Option<u64>,
    pub what: Flaw,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Flaw {
    /// A file cannot be read or is missing.
    Unreadable,
    /// A line is not a record of a known version.
    Malformed,
    /// A record does not follow its predecessor: one was removed, repeated or moved.
    OutOfOrder,
    /// A record's chain value does not match its content.
    Altered,
    /// A closing without an opening, or a second closing.
    Unpaired,
    /// A head promises more records than there are.
    Missing,
    /// A head's signature, key or number is wrong.
    ForgedHead,
    /// A head's root is not the root of the records: they were rewritten since it was signed.
    Rewritten,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.what {
            Flaw::Unreadable => "a file cannot be read",
            Flaw::Malformed => "not a record",
            Flaw::OutOfOrder => "a record was removed, repeated or moved",
            Flaw::Altered => "the record was altered",
            Flaw::Unpaired => "a closing without its opening",
            Flaw::Missing => "signed records are missing",
            Flaw::ForgedHead => "a head is forged",
            Flaw::Rewritten => "records were rewritten after they were signed",
        };
        match self.seq {
            Some(seq) => write!(f, "{what} at record {seq}"),
            None => f.write_str(what),
        }
    }
}

impl std::error::Error for Fault {}

/// Checks the whole log in `dir` against the public key.
pub fn verify(dir: &Path, key: &VerifyingKey) -> Result<Verified, Fault> {
    verify_against(dir, key, &[])
}

/// The same, and the log must also agree with heads that somebody else kept: only they can tell that the end of
/// the log and its heads were cut off together.
pub fn verify_against(_dir: &Path, _key: &VerifyingKey, _kept: &[Head]) -> Result<Verified, Fault> {
    Err(Fault {
        seq: None,
        what: Flaw::Unreadable,
    })
}
