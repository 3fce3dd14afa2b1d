//! What becomes of a quote that does not fit: its line is one bad row, and reading goes on behind it. The fields of that
//! row are told as its author most likely meant them, which is the reading that is as wide as the table.

use std::ops::Range;

use crate::fields::{Next, View};
use crate::split::{Flaw, Span, Split, Splitter};

/// What a quote at the start of a field may have meant, where it cannot have meant what it should.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    /// It opens, and what closes is the next quote with a delimiter or the line's end behind it: `"8' 9" long"`.
    Opens,
    /// The same, in a file that doubles no quotes: `"round 48""` holds `round 48"`.
    OpensUndoubled,
    /// It opens and closes, and text follows up to the delimiter: `"a, b"c`.
    Precedes,
    /// It is text like any other: `"a`.
    Text,
}

const READINGS: [Reading; 4] = [
    Reading::Opens,
    Reading::OpensUndoubled,
    Reading::Precedes,
    Reading::Text,
];

impl Splitter {
    /// Is the quoted field in `field` of `record`, which holds a line end, really an unclosed quote that swallowed whole
    /// records up to some later quote? Then a line inside is a faultless record by itself, or the first line is as wide
    /// as the table while the whole is not.
    pub(crate) fn swallowed(&self, record: &[u8], field: Range<usize>, columns: usize, found: usize) -> bool {
        let mut lines = record
            .get(field)
            .unwrap_or_default()
            .split(|byte| *byte == self.newline);
        // What stands before the first and behind the last line end is shared with other fields.
        let _ends = (lines.next(), lines.next_back());
        let mut spans = Vec::new();
        let mut is_record = |line: &[u8]| {
            let whole = Split::Record {
                length: line.len(),
                flaw: None,
            };
            self.split(line, true, 0, &mut spans) == whole && spans.len() == columns
        };
        if columns >= 3 && lines.any(&mut is_record) {
            return true;
        }
        let first = memchr::memchr(self.newline, record).unwrap_or(record.len());
        spans.clear();
        self.literal_fields(record, 0, first, &mut spans);
        columns >= 2 && found != columns && spans.len() == columns
    }

    /// Ends the record with the line on which the field at `open` begins. `spans` are the fields before it.
    pub(crate) fn salvage(
        &self,
        view: View<'_>,
        open: usize,
        flaw: Flaw,
        columns: usize,
        spans: &mut Vec<Span>,
    ) -> Split {
        let newline = match memchr::memchr(self.newline, view.text.get(open..).unwrap_or_default()) {
            Some(at) => open + at,
            None if view.ended => view.text.len(),
            None if view.cut => return Split::TooLong,
            None => return Split::More,
        };
        let content = self.without_cr(view.text, newline).max(open);
        let line = View {
            text: view.text.get(..content).unwrap_or_default(),
            ended: true,
            cut: false,
        };
        let fields = spans.len();
        let pairs = READINGS
            .into_iter()
            .flat_map(|first| READINGS.map(|later| (first, later)));
        // The same reading throughout is likelier than two of them, and the fewer quotes are left over the better.
        let likeliest = READINGS.into_iter().map(|reading| (reading, reading));
        let mut best: Option<(usize, Vec<Span>)> = None;
        for (first, later) in likeliest.chain(pairs).filter(|_| columns > 0) {
            spans.truncate(fields);
            if !self.reread(line, open, first, later, spans) || spans.len() != columns {
                continue;
            }
            let told = spans.get(fields..).unwrap_or_default();
            let left = told.iter().map(|span| self.quotes_left(line.text, *span)).sum();
            if best.as_ref().is_none_or(|(fewest, _)| left < *fewest) {
                best = Some((left, told.to_vec()));
            }
        }
        spans.truncate(fields);
        let fits = best.is_some();
        spans.extend(best.into_iter().flat_map(|(_, told)| told));
        if !fits {
            let precedes = matches!(flaw, Flaw::StrayQuote { .. });
            if !(precedes && self.reread(line, open, Reading::Precedes, Reading::Precedes, spans)) {
                spans.truncate(fields);
                self.literal_fields(line.text, open, content, spans);
            }
        }
        Split::Record {
            length: view.text.len().min(newline + 1),
            flaw: Some(flaw),
        }
    }

    /// Quotes that a field holds as text.
    fn quotes_left(&self, text: &[u8], span: Span) -> usize {
        let content = text.get(span.start..span.end).unwrap_or_default();
        let quotes = content.iter().filter(|byte| **byte == self.quote).count();
        match span.doubled {
            true => quotes % 2,
            false => quotes,
        }
    }

    /// Reads the line from `open` on: the first field and later ones that are no good quoted fields as told. False if
    /// they cannot be read so.
    fn reread(
        &self,
        line: View<'_>,
        open: usize,
        first: Reading,
        later: Reading,
        spans: &mut Vec<Span>,
    ) -> bool {
        let mut start = open;
        loop {
            let field = match line.text.get(start) {
                Some(byte) if *byte == self.quote => {
                    let faultless = (start > open).then(|| self.faultless(line, start)).flatten();
                    let reading = if start == open { first } else { later };
                    faultless.or_else(|| self.as_meant(line, start, reading))
                }
                _ => Some(self.text_field(line, start, start)),
            };
            let Some((span, next)) = field else {
                return false;
            };
            spans.push(span);
            match next {
                Next::Field { content } => start = content + self.delimiter.length(),
                Next::End { .. } => return true,
                Next::Unknown | Next::Stray { .. } => return false,
            }
        }
    }

    /// A quoted field as it should be.
    fn faultless(&self, line: View<'_>, open: usize) -> Option<(Span, Next)> {
        let mut doubled = false;
        let close = self.closing_quote(line, open, &mut doubled)?;
        let span = Span {
            start: open + 1,
            end: close,
            doubled,
        };
        match self.after_quote(line, close + 1) {
            Next::Stray { .. } | Next::Unknown => None,
            next => Some((span, next)),
        }
    }

    fn as_meant(&self, line: View<'_>, open: usize, reading: Reading) -> Option<(Span, Next)> {
        match reading {
            Reading::Opens => self.opened(line, open, true),
            Reading::OpensUndoubled => self.opened(line, open, false),
            Reading::Precedes => {
                let close = self.closing_quote(line, open, &mut false)?;
                Some(self.text_field(line, open, close + 1))
            }
            Reading::Text => Some(self.text_field(line, open, open)),
        }
    }

    /// A field whose closing quote is the first with a delimiter or the end behind it.
    fn opened(&self, line: View<'_>, open: usize, doubling: bool) -> Option<(Span, Next)> {
        let mut span = Span::plain(open + 1, open + 1);
        let mut from = open + 1;
        loop {
            let at = self.scan.find(line.text, from, [self.quote; 3])?;
            if doubling && line.text.get(at + 1) == Some(&self.quote) {
                span.doubled = true;
                from = at + 2;
                continue;
            }
            match self.after_quote(line, at + 1) {
                next @ (Next::Field { .. } | Next::End { .. }) => {
                    span.end = at;
                    return Some((span, next));
                }
                Next::Unknown | Next::Stray { .. } => from = at + 1,
            }
        }
    }

    /// A field of text from `start`; delimiters count from `from` on.
    fn text_field(&self, line: View<'_>, start: usize, from: usize) -> (Span, Next) {
        let next = self.unquoted(line, from);
        let end = next.content().unwrap_or(line.text.len());
        (Span::plain(start, end), next)
    }
}
