//! Which keys of a file were met before. The newest ones are in a table; when that is full it is sorted and written to an
//! unnamed file, so that memory does not grow with the rows. Of a written key memory keeps about twelve bits, which tell
//! nearly always that it cannot be there, and a page of the file tells the rest.
//! Not here: what keys are made of (`keys`), and what becomes of a row that is met again.

mod run;
mod sieve;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::BuildHasherDefault;
use std::io;
use std::path::PathBuf;

use crate::keys::Fingerprinted;
use run::{Run, merge};

/// What a key was met with before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Met {
    New,
    /// The same row; its number.
    Same(u32),
    /// Another row with the same key; its number.
    Other(u32),
}

/// A key with its row: 64 bits of the key, 32 of the content, 32 for the number of the row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Known {
    key: u64,
    content: u32,
    row_no: u32,
}

/// So many runs of one size become one of the next, so that a key is looked for in few of them.
const RUNS_OF_A_SIZE: usize = 8;

/// The keys of all committed rows.
///
/// Two different keys are taken for one with probability n²/2⁶⁵ (n = 10⁷ keys: 3·10⁻⁶), and then a good row waits in
/// quarantine with the number of the other. A row is taken for a duplicate, that is dropped, only if 96 bits agree.
pub(crate) struct KeySet {
    newest: HashMap<u64, (u32, u32), BuildHasherDefault<Fingerprinted>>,
    /// INVARIANT (bounded): keys in `newest`; with 17 bytes a place and the places doubled when they are full.
    held_max: usize,
    /// By size: run `i` of the outer list is `RUNS_OF_A_SIZE` times as long as one of `i - 1`.
    runs: Vec<Vec<Run>>,
    scratch: PathBuf,
}

impl KeySet {
    /// Holds at most `held_max` keys in memory and writes the others to unnamed files in the folder `scratch`.
    pub fn new(held_max: usize, scratch: PathBuf) -> Self {
        Self {
            newest: HashMap::default(),
            held_max: held_max.max(1),
            runs: Vec::new(),
            scratch,
        }
    }

    /// Remembers a key unless it is known.
    ///
    /// # Errors
    /// The scratch folder takes no more, or does not give back what it took.
    pub fn meet(&mut self, key: u64, content: u64, row_no: u32) -> io::Result<Met> {
        let content = content as u32;
        let known = match self.newest.get(&key) {
            Some(known) => Some(*known),
            None => self.written(key)?,
        };
        if let Some((same, first)) = known {
            return Ok(if same == content {
                Met::Same(first)
            } else {
                Met::Other(first)
            });
        }
        if self.newest.len() >= self.held_max {
            self.write()?;
        }
        if let Entry::Vacant(entry) = self.newest.entry(key) {
            entry.insert((content, row_no));
        }
        Ok(Met::New)
    }

    fn written(&self, key: u64) -> io::Result<Option<(u32, u32)>> {
        for run in self.runs.iter().flatten() {
            if let Some(found) = run.find(key)? {
                return Ok(Some((found.content, found.row_no)));
            }
        }
        Ok(None)
    }

    /// The table becomes a run, and runs of one size that are many become one.
    fn write(&mut self) -> io::Result<()> {
        let mut known: Vec<Known> = self
            .newest
            .drain()
            .map(|(key, (content, row_no))| Known { key, content, row_no })
            .collect();
        known.sort_unstable();
        let mut run = Run::write(&self.scratch, known.len() as u64, known.into_iter().map(Ok))?;
        for size in 0.. {
            if self.runs.len() <= size {
                self.runs.push(Vec::new());
            }
            let Some(alike) = self.runs.get_mut(size) else {
                break;
            };
            alike.push(run);
            if alike.len() < RUNS_OF_A_SIZE {
                break;
            }
            run = merge(&self.scratch, &std::mem::take(alike))?;
        }
        Ok(())
    }
}
