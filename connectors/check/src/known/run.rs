//! Keys in order in an unnamed file, found again by one read of one page. The system gives the space back when the run is
//! dropped, or when the process ends.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::FileExt;
use std::path::Path;

use super::Known;
use super::sieve::Sieve;

const KNOWN_BYTES: usize = 16;
/// A page is 4 KiB.
const KNOWN_PER_PAGE: usize = 256;
const PAGE_BYTES: usize = KNOWN_BYTES * KNOWN_PER_PAGE;
/// What is written or read at once.
const PIECE_BYTES: usize = 256 << 10;

pub(super) struct Run {
    file: File,
    count: u64,
    /// The first key of each page.
    pages: Vec<u64>,
    sieve: Sieve,
}

impl Run {
    /// Writes `count` keys, which come in order.
    pub fn write(
        scratch: &Path,
        count: u64,
        all: impl Iterator<Item = io::Result<Known>>,
    ) -> io::Result<Self> {
        let mut out = BufWriter::with_capacity(PIECE_BYTES, tempfile::tempfile_in(scratch)?);
        let mut pages = Vec::new();
        let mut sieve = Sieve::for_keys(count);
        let mut written = 0_u64;
        for known in all {
            let known = known?;
            if written.is_multiple_of(KNOWN_PER_PAGE as u64) {
                pages.push(known.key);
            }
            sieve.put(known.key);
            out.write_all(&to_bytes(known))?;
            written += 1;
        }
        assert_eq!(written, count, "a run has other keys than it was made for");
        let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
        Ok(Self {
            file,
            count,
            pages,
            sieve,
        })
    }

    pub fn find(&self, key: u64) -> io::Result<Option<Known>> {
        if !self.sieve.may_hold(key) {
            return Ok(None);
        }
        let Some(page) = self.pages.partition_point(|first| *first <= key).checked_sub(1) else {
            return Ok(None);
        };
        let from = page as u64 * KNOWN_PER_PAGE as u64;
        let held = usize::try_from((self.count - from).min(KNOWN_PER_PAGE as u64)).unwrap_or(KNOWN_PER_PAGE);
        let mut bytes = [0; PAGE_BYTES];
        let bytes = bytes
            .get_mut(..held * KNOWN_BYTES)
            .ok_or(io::ErrorKind::InvalidInput)?;
        self.file.read_exact_at(bytes, from * KNOWN_BYTES as u64)?;
        let (page, _) = bytes.as_chunks::<KNOWN_BYTES>();
        let found = page.binary_search_by_key(&key, |bytes| from_bytes(*bytes).key);
        Ok(found
            .ok()
            .and_then(|at| page.get(at))
            .map(|bytes| from_bytes(*bytes)))
    }

    /// From the first key to the last.
    fn all(&self) -> io::Result<impl Iterator<Item = io::Result<Known>>> {
        let mut file = self.file.try_clone()?;
        file.seek(SeekFrom::Start(0))?;
        let mut file = BufReader::with_capacity(PIECE_BYTES, file);
        let mut left = self.count;
        Ok(std::iter::from_fn(move || {
            left = left.checked_sub(1)?;
            let mut bytes = [0; KNOWN_BYTES];
            Some(file.read_exact(&mut bytes).map(|()| from_bytes(bytes)))
        }))
    }
}

/// One run of several. No key is in two of them.
pub(super) fn merge(scratch: &Path, runs: &[Run]) -> io::Result<Run> {
    let mut sources = runs.iter().map(Run::all).collect::<io::Result<Vec<_>>>()?;
    let mut next = BinaryHeap::new();
    for (index, source) in sources.iter_mut().enumerate() {
        if let Some(known) = source.next() {
            next.push(Reverse((known?, index)));
        }
    }
    let count = runs.iter().map(|run| run.count).sum();
    let in_order = std::iter::from_fn(|| {
        let Reverse((known, index)) = next.pop()?;
        match sources.get_mut(index).and_then(Iterator::next) {
            Some(Ok(following)) => next.push(Reverse((following, index))),
            Some(Err(error)) => return Some(Err(error)),
            None => {}
        }
        Some(Ok(known))
    });
    Run::write(scratch, count, in_order)
}

fn to_bytes(known: Known) -> [u8; KNOWN_BYTES] {
    let row = u64::from(known.content) << 32 | u64::from(known.row_no);
    (u128::from(known.key) << 64 | u128::from(row)).to_le_bytes()
}

fn from_bytes(bytes: [u8; KNOWN_BYTES]) -> Known {
    let known = u128::from_le_bytes(bytes);
    Known {
        key: (known >> 64) as u64,
        content: (known >> 32) as u32,
        row_no: known as u32,
    }
}
