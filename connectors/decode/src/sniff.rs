//! Finds delimiter, quote, escape and header in the first records of a file, by reading them in every way that may be
//! meant and taking the one that makes the most of them. What the contract prescribes is not questioned.

use crate::cells::Cells;
use crate::delimiter::Delimiter;
use crate::dialect::{Charset, Dialect, Limits};
use crate::scan::Scan;
use crate::split::Splitter;
use crate::trial::{Sample, Trial};

/// How much of a file the dialect is told from.
pub(crate) const SAMPLE_BYTES: usize = 256 << 10;

/// In order of preference when nothing tells them apart, with how likely each is, in thousandths.
const DELIMITERS: [(&str, u64); 17] = [
    (",", 1000),
    ("\t", 1000),
    (";", 1000),
    ("|", 1000),
    ("\u{1}", 950),
    ("\u{1f}", 950),
    ("\u{1e}", 950),
    ("\u{1c}", 950),
    ("\u{2}", 950),
    ("^", 900),
    ("~", 900),
    ("#", 700),
    ("&", 700),
    ("!", 700),
    ("$", 600),
    (":", 500),
    (" ", 500),
];

/// Delimiters of several characters. Each of them is read by its first character too, see `several`.
const SEVERAL: [&str; 18] = [
    "||", "::", ", ", "; ", "\t\t", "^|^", "|^|", "~|~", "|~|", "|+|", "^^", "~~", "##", "&&", "@@", "$$",
    "|^", "^|",
];

/// `likely_quotes` wants to see this many quotes around fields.
const QUOTES_AROUND_MIN: usize = 2;

const ESCAPE: u8 = b'\\';

/// With more bare carriage returns than this for each line feed, line feeds end no records.
const RETURNS_PER_FEED_MAX: usize = 4;

/// `None` if the sample has nothing but blank records.
pub(crate) fn sniff(
    sample: &[u8],
    ended: bool,
    cells: Cells,
    dialect: &Dialect,
    is_header: &dyn Fn(&[String]) -> bool,
    limits: &Limits,
) -> Option<Trial> {
    let quotes = dialect
        .quote
        .map_or_else(|| likely_quotes(sample), |quote| vec![quote]);
    let read = Sample {
        text: sample,
        ended,
        window: dialect.header_rows_max.max(1),
    };
    let mut best: Option<Trial> = None;
    let mut trials = Vec::new();
    for (delimiter, likely) in delimiters(sample, dialect) {
        for quote in &quotes {
            let ways = escapes(sample, *quote).into_iter();
            for (escape, newline) in
                ways.flat_map(|escape| newlines(sample).map(move |newline| (escape, newline)))
            {
                let others = [*quote, escape.unwrap_or(*quote)];
                let splitter = Splitter {
                    delimiter,
                    quote: *quote,
                    escape,
                    newline,
                    record_bytes_max: limits.record_bytes_max,
                    scan: Scan::new(cells.charset == Charset::Gb18030, delimiter, others),
                };
                let cells = Cells {
                    quote: *quote,
                    escape,
                    ..cells
                };
                trials.extend(read.read(splitter, cells, likely, is_header));
            }
        }
    }
    for trial in trials {
        let rank = |trial: &Trial| (trial.place.matched, trial.score);
        let better = best
            .as_ref()
            .is_none_or(|best| rank(best) < rank(&trial) || best.is_part_of(&trial));
        if better {
            best = Some(trial);
        }
    }
    best
}

fn delimiters(sample: &[u8], dialect: &Dialect) -> Vec<(Delimiter, u64)> {
    if let Some(delimiter) = dialect.delimiter {
        return vec![(delimiter, 1000)];
    }
    let several = SEVERAL
        .iter()
        .filter(|text| memchr::memmem::find(sample, text.as_bytes()).is_some())
        .map(|text| (*text, 1000));
    let present = DELIMITERS
        .into_iter()
        .enumerate()
        .filter(|(place, (text, _))| *place == 0 || memchr::memmem::find(sample, text.as_bytes()).is_some())
        .map(|(_, known)| known);
    present
        .chain(several)
        .filter_map(|(text, likely)| Some((Delimiter::new(text)?, likely)))
        .collect()
}

/// LF ends lines if there is any; but a file that ends them in CR may have LFs within its quotes.
fn newlines(sample: &[u8]) -> impl Iterator<Item = u8> + use<> {
    let lf = memchr::memchr_iter(b'\n', sample).count();
    let crlf = memchr::memmem::find_iter(sample, b"\r\n").count();
    let cr = memchr::memchr_iter(b'\r', sample).count() - crlf;
    // A few line feeds among many returns stand in quoted notes: read as line ends they would make one record of the file,
    // and a single record is always as wide as most are.
    let (lf_may, cr_may) = (lf * RETURNS_PER_FEED_MAX >= cr, cr > lf);
    let newlines = [(b'\n', lf_may), (b'\r', cr_may)];
    newlines
        .into_iter()
        .filter_map(|(newline, may)| may.then_some(newline))
}

/// `"`, and `'` where it stands around fields.
fn likely_quotes(sample: &[u8]) -> Vec<u8> {
    let beside = |byte: &u8| matches!(byte, b',' | b';' | b'\t' | b'|' | b'\n' | b'\r' | b' ');
    let pairs = || sample.windows(2);
    let opening = pairs().filter(|pair| matches!(pair, [before, b'\''] if beside(before)));
    let closing = pairs().filter(|pair| matches!(pair, [b'\'', behind] if beside(behind)));
    let around = opening.count().min(closing.count());
    match around >= QUOTES_AROUND_MIN {
        true => vec![b'"', b'\''],
        false => vec![b'"'],
    }
}

/// A backslash may be one only where it stands before a quote.
fn escapes(sample: &[u8], quote: u8) -> Vec<Option<u8>> {
    match memchr::memmem::find(sample, &[ESCAPE, quote]) {
        Some(_) => vec![None, Some(ESCAPE)],
        None => vec![None],
    }
}

impl Trial {
    /// Is every delimiter of this reading a part of a longer one in the other? Then the longer one is meant: `||` also
    /// reads as `|` with an empty column after each.
    fn is_part_of(&self, other: &Trial) -> bool {
        let (one, several) = (self.splitter.delimiter, other.splitter.delimiter);
        let [byte] = one.as_bytes() else { return false };
        let times = several.as_bytes().iter().filter(|part| *part == byte).count();
        several.length() > 1
            && times > 0
            && other.usual > 1
            && (self.usual - 1) == (other.usual - 1) * times
            && other.consistent + 20 >= self.consistent
            && other.place.matched >= self.place.matched
            && (self.splitter.quote, self.splitter.escape) == (other.splitter.quote, other.splitter.escape)
    }
}
