//! Finds the end of one record and the fields in it. A quoted field may hold line ends; a quote that never closes costs
//! its own line and nothing after it (`salvage`). Decisions depend on the record and its limit only, never on how much
//! of the file happens to be in memory.

use crate::delimiter::Delimiter;
use crate::fields::{Next, View};
use crate::scan::Scan;

/// The content of a field, quotes excluded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    pub start: usize,
    pub end: usize,
    /// Doubled quotes inside stand for one.
    pub doubled: bool,
}

impl Span {
    pub const fn plain(start: usize, end: usize) -> Self {
        Self {
            start,
            end,
            doubled: false,
        }
    }
}

/// What is wrong with the record as a record. Positions are in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flaw {
    UnclosedQuote { at: usize },
    StrayQuote { at: usize },
    ControlCharacter { at: usize },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Split {
    /// The text ends before the record does; read on and split again from its start.
    More,
    /// `length` includes the line end.
    Record { length: usize, flaw: Option<Flaw> },
    /// No end within the limit: the record is given up at its first line end, wherever that is.
    TooLong,
}

/// How records are written.
#[derive(Debug, Clone)]
pub(crate) struct Splitter {
    pub delimiter: Delimiter,
    pub quote: u8,
    /// Takes its meaning from the byte behind it.
    pub escape: Option<u8>,
    /// LF (with or without CR before it), or CR in files that have no LF at all.
    pub newline: u8,
    pub record_bytes_max: usize,
    pub scan: Scan,
}

impl Splitter {
    /// Splits the first record of `text`. `ended`: nothing follows `text`. `columns`: how wide records are, or 0.
    pub fn split(&self, text: &[u8], ended: bool, columns: usize, spans: &mut Vec<Span>) -> Split {
        spans.clear();
        let cut = text.len() > self.record_bytes_max;
        let view = View {
            text: text.get(..=self.record_bytes_max).unwrap_or(text),
            ended: ended && !cut,
            cut,
        };
        let escape = self.escape.unwrap_or(self.quote);
        match self.scan.find(view.text, 0, [self.newline, self.quote, escape]) {
            Some(at) if view.text.get(at) != Some(&self.newline) => self.quoted(view, columns, spans),
            Some(newline) => self.plain(view, newline, columns, spans),
            None if view.ended => self.plain(view, view.text.len(), columns, spans),
            None if cut => Split::TooLong,
            None => Split::More,
        }
    }

    /// A record without quotes and escapes whose line end (or end of file) is at `newline`.
    fn plain(&self, view: View<'_>, newline: usize, columns: usize, spans: &mut Vec<Span>) -> Split {
        let content = self.without_cr(view.text, newline);
        self.literal_fields(view.text, 0, content, spans);
        let line = view.text.get(..content).unwrap_or_default();
        let Some(at) = memchr::memchr2(0, b'\r', line) else {
            let length = view.text.len().min(newline + 1);
            return Split::Record { length, flaw: None };
        };
        // A file of two systems: this line ended in a bare CR if what stands before it is a whole record, and with what
        // follows it is none.
        if columns >= 2 && line.get(at) == Some(&b'\r') && spans.len() != columns {
            let whole = std::mem::take(spans);
            self.literal_fields(view.text, 0, at, spans);
            if spans.len() == columns {
                return Split::Record {
                    length: at + 1,
                    flaw: None,
                };
            }
            *spans = whole;
        }
        Split::Record {
            length: view.text.len().min(newline + 1),
            flaw: Some(Flaw::ControlCharacter { at }),
        }
    }

    /// A record in which a quote or an escape occurs before the first line end.
    fn quoted(&self, view: View<'_>, columns: usize, spans: &mut Vec<Span>) -> Split {
        // The first quoted field with a line end in it, and how many fields came before it.
        let mut multiline: Option<(Span, usize)> = None;
        let mut start = 0;
        loop {
            let mut span = Span::plain(start, start);
            let next = if view.text.get(start) == Some(&self.quote) {
                let Some(close) = self.closing_quote(view, start, &mut span.doubled) else {
                    let hopeless = view.ended || view.cut;
                    return if hopeless {
                        let flaw = Flaw::UnclosedQuote { at: start };
                        self.salvage(view, start, flaw, columns, spans)
                    } else {
                        Split::More
                    };
                };
                (span.start, span.end) = (start + 1, close);
                let content = view.text.get(span.start..close).unwrap_or_default();
                let multilined = memchr::memchr(self.newline, content).is_some();
                if multilined {
                    multiline.get_or_insert((span, spans.len()));
                }
                match self.after_quote(view, close + 1) {
                    Next::Stray { at } => {
                        let flaw = match multilined {
                            true => Flaw::UnclosedQuote { at: start },
                            false => Flaw::StrayQuote { at },
                        };
                        return self.salvage(view, start, flaw, columns, spans);
                    }
                    next => next,
                }
            } else {
                let next = self.unquoted(view, start);
                span.end = next.content().unwrap_or(start);
                span.doubled = self.holds_escape(view.text, span);
                next
            };
            spans.push(span);
            match next {
                Next::Field { content } => start = content + self.delimiter.length(),
                Next::End { record, .. } => {
                    let text = view.text.get(..record).unwrap_or_default();
                    return match multiline {
                        Some((Span { start, end, .. }, fields))
                            if self.swallowed(text, start..end, columns, spans.len()) =>
                        {
                            spans.truncate(fields);
                            let flaw = Flaw::UnclosedQuote { at: start - 1 };
                            self.salvage(view, start - 1, flaw, columns, spans)
                        }
                        _ => {
                            let flaw = self.control_character(text, spans);
                            Split::Record { length: record, flaw }
                        }
                    };
                }
                Next::Unknown | Next::Stray { .. } if view.cut => return Split::TooLong,
                Next::Unknown | Next::Stray { .. } => return Split::More,
            }
        }
    }

    fn holds_escape(&self, text: &[u8], span: Span) -> bool {
        let raw = text.get(span.start..span.end).unwrap_or_default();
        self.escape
            .is_some_and(|escape| memchr::memchr(escape, raw).is_some())
    }

    /// The end of the content of a line that ends at `newline`: CRs before the LF belong to the line end.
    pub(crate) fn without_cr(&self, text: &[u8], newline: usize) -> usize {
        if self.newline != b'\n' {
            return newline;
        }
        let line = text.get(..newline).unwrap_or_default();
        newline - line.iter().rev().take_while(|byte| **byte == b'\r').count()
    }

    /// Fields between delimiters, quotes being text like any other.
    pub(crate) fn literal_fields(&self, text: &[u8], from: usize, to: usize, spans: &mut Vec<Span>) {
        let mut start = from;
        self.scan
            .each_delimiter(text.get(from..to).unwrap_or_default(), |at| {
                spans.push(Span::plain(start, from + at));
                start = from + at + self.delimiter.length();
            });
        spans.push(Span::plain(start, to));
    }

    /// NUL anywhere, or CR in an unquoted field.
    fn control_character(&self, record: &[u8], spans: &[Span]) -> Option<Flaw> {
        let unquoted = |span: &&Span| span.start == 0 || record.get(span.start - 1) != Some(&self.quote);
        let cr = spans.iter().filter(unquoted).find_map(|span| {
            memchr::memchr(b'\r', record.get(span.start..span.end)?).map(|at| span.start + at)
        });
        let at = memchr::memchr(0, record).into_iter().chain(cr).min()?;
        Some(Flaw::ControlCharacter { at })
    }
}
