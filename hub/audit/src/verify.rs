//! The offline check of a whole log: every record, every head, and where the first fault is.

use std::fmt;
use std::path::Path;

use crate::heads::read_heads;
use crate::log_name;
use crate::signer::{Head, VerifyingKey};
use crate::tree::Hash;
use crate::walk::{End, walk};

/// A log without a fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Records in the log (an entry that was opened and closed has two).
    pub entries: u64,
    pub heads: u64,
    pub root: Hash,
    /// Records after the last head: sound, but no signature covers them yet.
    pub unsigned: u64,
    /// Entries that were opened and not closed.
    pub open: u64,
    /// Bytes of unfinished last lines, left by a crash and never acknowledged.
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
    /// A file cannot be read.
    Unreadable,
    /// A line is not a record of a known version.
    Malformed,
    /// A record does not follow its predecessor: one was removed, repeated or moved.
    OutOfOrder,
    /// A record's chain value does not match its content.
    Altered,
    /// A closing without an opening, or a second closing.
    Unpaired,
    /// Records that a head promises, or the record that names the log, are not there.
    Missing,
    /// A head's form, signature, key or number is wrong.
    ForgedHead,
    /// A head's root is not the root of the records: they were rewritten since it was signed.
    Rewritten,
}

impl Flaw {
    /// The code of the message in the text catalogue.
    pub fn code(self) -> &'static str {
        match self {
            Flaw::Unreadable => "audit.flaw_unreadable",
            Flaw::Malformed => "audit.flaw_malformed",
            Flaw::OutOfOrder => "audit.flaw_out_of_order",
            Flaw::Altered => "audit.flaw_altered",
            Flaw::Unpaired => "audit.flaw_unpaired",
            Flaw::Missing => "audit.flaw_missing",
            Flaw::ForgedHead => "audit.flaw_forged_head",
            Flaw::Rewritten => "audit.flaw_rewritten",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.what.code())?;
        match self.seq {
            Some(seq) => write!(f, " at record {seq}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Fault {}

/// Checks the whole log in `dir` against the public key. The log may be in use.
pub fn verify(dir: &Path, key: &VerifyingKey) -> Result<Verified, Fault> {
    verify_against(dir, key, &[])
}

/// The same, and the log must also agree with heads that somebody else kept: only they can tell that the end of
/// the log and its heads were cut off together, or that everything was rewritten and signed anew.
pub fn verify_against(dir: &Path, key: &VerifyingKey, kept: &[Head]) -> Result<Verified, Fault> {
    // Heads first: a head is written after its records, so those are there when the records are read.
    let found = read_heads(dir)?;
    let mut promises: Vec<&Head> = found.heads.iter().chain(kept).collect();
    promises.sort_by_key(|head| head.size);
    let (end, name) = walk_with_heads(dir, &promises)?;
    for head in &promises {
        let is_ours = head.verify(key) && Some(&head.log) == name.as_ref();
        if !is_ours {
            return Err(Fault {
                seq: None,
                what: Flaw::ForgedHead,
            });
        }
    }
    let signed = found.heads.last().map_or(0, |head| head.size);
    Ok(Verified {
        entries: end.frontier.size(),
        heads: found.heads.len() as u64,
        root: end.frontier.root(),
        unsigned: end.frontier.size().saturating_sub(signed),
        open: end.open.len() as u64,
        torn_bytes: end.torn_bytes + found.torn_bytes,
        last_head: found.heads.last().cloned(),
    })
}

/// Walks over the records and compares the root with each promise (ascending by size) as its size is reached.
/// Returns the end and the name that the log gives itself.
pub(crate) fn walk_with_heads(dir: &Path, promises: &[&Head]) -> Result<(End, Option<String>), Fault> {
    let mut name = None;
    let mut due = promises.iter().peekable();
    // What lies before the last promise that was kept is sound, so the first suspect is the record after it.
    let mut sound = 0;
    let end = walk(dir, &mut |record, frontier| {
        if record.seq == 0 {
            name = log_name(record.line);
        }
        while let Some(head) = due.next_if(|head| head.size <= frontier.size()) {
            if head.size != frontier.size() || head.root != frontier.root() {
                return Err(Fault {
                    seq: Some(sound),
                    what: Flaw::Rewritten,
                });
            }
            sound = head.size;
        }
        Ok(())
    })?;
    if end.frontier.size() == 0 || due.peek().is_some() {
        return Err(Fault {
            seq: Some(end.frontier.size()),
            what: Flaw::Missing,
        });
    }
    Ok((end, name))
}
