//! Walks over the segment files of a log, record by record, and checks what can be checked without a key: the lines'
//! form, their numbers, their chain, the pairing of openings and closings. Opening, reading and verifying all go
//! through here, so they cannot disagree about what a sound log is.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use crate::record::{self, Phase, Skeleton, VERSION};
use crate::tree::{self, Frontier, Hash};
use crate::verify::{Fault, Flaw};

/// Longer lines than this were not written by us, whatever the settings were.
const LINE_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// A record that passed the checks.
pub(crate) struct Walked<'a> {
    pub seq: u64,
    /// The exact bytes, without the line feed.
    pub line: &'a [u8],
    pub leaf: Hash,
}

/// The end of the walk.
#[derive(Debug)]
pub(crate) struct End {
    pub frontier: Frontier,
    pub chain: Hash,
    /// Records that opened an entry which no record closes.
    pub open: BTreeSet<u64>,
    /// Number in the name of the last segment, the bytes of whole lines in it, and bytes of a torn line behind them.
    pub segment: u64,
    pub segment_bytes: u64,
    pub torn_bytes: u64,
}

/// The segment that begins with record `first`.
pub(crate) fn segment_path(dir: &Path, first: u64) -> PathBuf {
    dir.join(format!("entries-{first:012}.jsonl"))
}

/// First record numbers of the segments, ascending.
pub(crate) fn segments(dir: &Path) -> std::io::Result<Vec<u64>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir)? {
        let name = entry?.file_name();
        let number: Option<u64> = name
            .to_str()
            .and_then(|name| name.strip_prefix("entries-")?.strip_suffix(".jsonl"))
            .and_then(|digits| digits.parse().ok());
        found.extend(number);
    }
    found.sort_unstable();
    Ok(found)
}

/// Walks over all records in order. `visit` may end the walk with a fault of its own.
pub(crate) fn walk(
    dir: &Path,
    visit: &mut dyn FnMut(&Walked<'_>, &Frontier) -> Result<(), Fault>,
) -> Result<End, Fault> {
    let unreadable = |_| Fault {
        seq: None,
        what: Flaw::Unreadable,
    };
    let mut end = End {
        frontier: Frontier::new(),
        chain: Hash::ZERO,
        open: BTreeSet::new(),
        segment: 0,
        segment_bytes: 0,
        torn_bytes: 0,
    };
    let segments = segments(dir).map_err(unreadable)?;
    for (position, first) in segments.iter().enumerate() {
        if *first != end.frontier.size() {
            return Err(fault(&end, Flaw::OutOfOrder));
        }
        let file = File::open(segment_path(dir, *first)).map_err(unreadable)?;
        end.segment = *first;
        end.segment_bytes = 0;
        walk_segment(BufReader::with_capacity(1 << 16, file), &mut end, visit)?;
        let is_last = position + 1 == segments.len();
        // A new segment is begun only after the former one is durable to its last byte.
        if end.torn_bytes > 0 && !is_last {
            return Err(fault(&end, Flaw::Malformed));
        }
    }
    Ok(end)
}

fn walk_segment(
    mut reader: impl BufRead,
    end: &mut End,
    visit: &mut dyn FnMut(&Walked<'_>, &Frontier) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = std::io::Read::take(&mut reader, LINE_BYTES_MAX)
            .read_until(b'\n', &mut line)
            .map_err(|_| fault(end, Flaw::Unreadable))?;
        if read == 0 {
            return Ok(());
        }
        if line.pop_if(|last| *last == b'\n').is_none() {
            let nothing_follows = reader.fill_buf().is_ok_and(<[u8]>::is_empty);
            if !nothing_follows || !is_torn(&line) {
                return Err(fault(end, Flaw::Malformed));
            }
            end.torn_bytes = read as u64;
            return Ok(());
        }
        step(&line, end, visit)?;
        end.segment_bytes += read as u64;
    }
}

fn step(
    line: &[u8],
    end: &mut End,
    visit: &mut dyn FnMut(&Walked<'_>, &Frontier) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let seq = end.frontier.size();
    let skeleton: Skeleton = serde_json::from_slice(line).map_err(|_| fault(end, Flaw::Malformed))?;
    if skeleton.v != VERSION {
        return Err(fault(end, Flaw::Malformed));
    }
    if skeleton.seq != seq {
        return Err(fault(end, Flaw::OutOfOrder));
    }
    let (claimed, expected) = record::chains(line, &end.chain).ok_or(fault(end, Flaw::Malformed))?;
    if claimed != expected {
        return Err(fault(end, Flaw::Altered));
    }
    match (skeleton.phase, skeleton.of) {
        (Phase::Open, None) => {
            end.open.insert(seq);
        }
        (Phase::Close, Some(of)) if end.open.remove(&of) => {}
        (Phase::Whole, None) => {}
        _ => return Err(fault(end, Flaw::Unpaired)),
    }
    let leaf = tree::leaf(line);
    end.chain = expected;
    end.frontier.push(leaf);
    visit(&Walked { seq, line, leaf }, &end.frontier)
}

fn fault(end: &End, what: Flaw) -> Fault {
    Fault {
        seq: Some(end.frontier.size()),
        what,
    }
}

/// Whether these bytes without a line feed can be what a crash left of a line: a beginning of one, with zeros behind
/// it where the file had grown but its content had not arrived.
pub(crate) fn is_torn(bytes: &[u8]) -> bool {
    let written = bytes
        .iter()
        .rposition(|byte| *byte != 0)
        .map_or(0, |last| last + 1);
    let Some(text) = bytes.get(..written) else {
        return false;
    };
    match serde_json::from_slice::<serde::de::IgnoredAny>(text) {
        Ok(_) => true,
        Err(error) => error.is_eof() || cut_inside_a_character(text),
    }
}

/// Chinese text is several bytes per character, and a line can be cut between them.
fn cut_inside_a_character(text: &[u8]) -> bool {
    match std::str::from_utf8(text) {
        Ok(_) => false,
        Err(error) => {
            let sound = text.get(..error.valid_up_to()).unwrap_or_default();
            error.error_len().is_none()
                && serde_json::from_slice::<serde::de::IgnoredAny>(sound).is_err_and(|error| error.is_eof())
        }
    }
}
