//! Finds delimiter, quote and header in the first records of a file. What the contract prescribes is not questioned.

use crate::cells::Cells;
use crate::dialect::{Charset, Dialect, Limits};
use crate::rows::is_blank;
use crate::scan::Scan;
use crate::split::{Split, Splitter};

/// How much of a file the dialect is told from.
pub(crate) const SAMPLE_BYTES: usize = 256 << 10;

const SAMPLE_RECORDS: usize = 200;

/// In order of preference when nothing tells them apart.
const DELIMITERS: [u8; 4] = [b',', b'\t', b';', b'|'];

pub(crate) struct Found {
    pub splitter: Splitter,
    /// Index of the header record.
    pub header_at: usize,
    pub header_matched: bool,
    pub header: Vec<String>,
}

struct Candidate {
    found: Found,
    /// Share of records that have the most frequent number of fields, in thousandths; 0 if that number is 1.
    consistent: usize,
}

/// `None` if the sample has nothing but blank records.
pub(crate) fn sniff(
    sample: &[u8],
    ended: bool,
    cells: Cells,
    dialect: &Dialect,
    is_header: &dyn Fn(&[String]) -> bool,
    limits: &Limits,
) -> Option<Found> {
    let newline = if memchr::memchr(b'\n', sample).is_none() && sample.contains(&b'\r') {
        b'\r'
    } else {
        b'\n'
    };
    let quote = dialect.quote.unwrap_or_else(|| likely_quote(sample));
    let delimiters = dialect
        .delimiter
        .map_or(DELIMITERS.to_vec(), |delimiter| vec![delimiter]);
    let mut best: Option<Candidate> = None;
    for delimiter in delimiters {
        let scan = Scan::new(cells.charset == Charset::Gb18030, [delimiter, quote]);
        let splitter = Splitter {
            delimiter,
            quote,
            newline,
            record_bytes_max: limits.record_bytes_max,
            scan,
        };
        let Some(candidate) = try_out(
            sample,
            ended,
            splitter,
            Cells { quote, ..cells },
            dialect,
            is_header,
        ) else {
            continue;
        };
        let rank = |candidate: &Candidate| (candidate.found.header_matched, candidate.consistent);
        if best.as_ref().is_none_or(|best| rank(best) < rank(&candidate)) {
            best = Some(candidate);
        }
    }
    best.map(|candidate| candidate.found)
}

/// `'` is a quote only in a file that uses it around fields and never uses `"`.
fn likely_quote(sample: &[u8]) -> u8 {
    if sample.contains(&b'"') {
        return b'"';
    }
    let around = sample
        .windows(2)
        .filter(|pair| matches!(pair, [b',' | b';' | b'\t' | b'|' | b'\n', b'\'']))
        .count();
    let behind = sample
        .windows(2)
        .filter(|pair| matches!(pair, [b'\'', b',' | b';' | b'\t' | b'|' | b'\r' | b'\n']));
    if around >= 2 && behind.count() >= around {
        b'\''
    } else {
        b'"'
    }
}

fn try_out(
    sample: &[u8],
    ended: bool,
    splitter: Splitter,
    cells: Cells,
    dialect: &Dialect,
    is_header: &dyn Fn(&[String]) -> bool,
) -> Option<Candidate> {
    let (mut rest, mut spans) = (sample, Vec::new());
    let (mut counts, mut heads) = (Vec::new(), Vec::new());
    while counts.len() < SAMPLE_RECORDS && !rest.is_empty() {
        let Split::Record { length, .. } = splitter.split(rest, ended, 0, &mut spans) else {
            break;
        };
        let record = rest.get(..length).unwrap_or_default();
        let blank = spans.iter().all(|span| is_blank(record, *span, cells));
        if heads.len() < dialect.header_rows_max.max(1) {
            let texts = spans
                .iter()
                .map(|span| cells.text(record, *span).trim().to_owned());
            heads.push(if blank {
                Vec::new()
            } else {
                texts.collect::<Vec<String>>()
            });
        }
        counts.push(if blank { 0 } else { spans.len() });
        rest = rest.get(length..).unwrap_or_default();
    }
    let filled = counts.iter().filter(|count| **count > 0).count();
    let frequency = |wanted: usize| counts.iter().filter(|count| **count == wanted).count();
    let usual = counts
        .iter()
        .copied()
        .filter(|count| *count > 0)
        .max_by_key(|count| (frequency(*count), *count))?;
    let consistent = if usual > 1 {
        frequency(usual) * 1000 / filled
    } else {
        0
    };
    let matched = heads
        .iter()
        .position(|cells| !cells.is_empty() && is_header(cells));
    // Nothing was recognised: take the first record that is as wide as the table, so that someone can be told what
    // the file has instead.
    let header_at = matched
        .or_else(|| heads.iter().position(|cells| cells.len() == usual))
        .or_else(|| heads.iter().position(|cells| !cells.is_empty()))?;
    let header = heads.into_iter().nth(header_at)?;
    Some(Candidate {
        found: Found {
            splitter,
            header_at,
            header_matched: matched.is_some(),
            header,
        },
        consistent,
    })
}
