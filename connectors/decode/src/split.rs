//! Finds the end of one record and the fields in it. A quoted field may hold line ends; a quote that never closes costs
//! its own line and nothing after it. Decisions depend on the record and its limit only, never on how much of the file
//! happens to be in memory.

use crate::scan::Scan;

/// The content of a field, quotes excluded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    pub start: usize,
    pub end: usize,
    /// Doubled quotes inside stand for one.
    pub doubled: bool,
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
    pub delimiter: u8,
    pub quote: u8,
    /// LF (with or without CR before it), or CR in files that have no LF at all.
    pub newline: u8,
    pub record_bytes_max: usize,
    pub scan: Scan,
}

/// The part of the text in which the record must end.
#[derive(Clone, Copy)]
pub(crate) struct View<'a> {
    pub text: &'a [u8],
    /// Nothing follows it in the file.
    pub ended: bool,
    /// It reaches the limit.
    pub cut: bool,
}

/// What follows a field.
enum Next {
    /// The text ends before it can be told.
    Unknown,
    /// Another field, behind the delimiter at `content`.
    Field { content: usize },
    /// The end of the record; `record` is behind the line end.
    End { content: usize, record: usize },
    /// Behind a closing quote: text, which does not belong there.
    Stray { at: usize },
}

impl Splitter {
    /// Splits the first record of `text`. `ended`: nothing follows `text`. `columns`: what the header has, or 0.
    pub fn split(&self, text: &[u8], ended: bool, columns: usize, spans: &mut Vec<Span>) -> Split {
        spans.clear();
        let cut = text.len() > self.record_bytes_max;
        let view = View {
            text: text.get(..=self.record_bytes_max).unwrap_or(text),
            ended: ended && !cut,
            cut,
        };
        match self
            .scan
            .find(view.text, 0, [self.newline, self.quote, self.quote])
        {
            Some(at) if view.text.get(at) == Some(&self.quote) => self.quoted(view, columns, spans),
            Some(newline) => self.plain(view, newline, spans),
            None if view.ended => self.plain(view, view.text.len(), spans),
            None if cut => Split::TooLong,
            None => Split::More,
        }
    }

    /// A record without quotes whose line end (or end of file) is at `newline`.
    fn plain(&self, view: View<'_>, newline: usize, spans: &mut Vec<Span>) -> Split {
        let content = self.without_cr(view.text, newline);
        self.literal_fields(view.text, 0, content, spans);
        let flaw = memchr::memchr2(0, b'\r', view.text.get(..content).unwrap_or_default())
            .map(|at| Flaw::ControlCharacter { at });
        Split::Record {
            length: view.text.len().min(newline + 1),
            flaw,
        }
    }

    /// A record in which a quote occurs before the first line end.
    fn quoted(&self, view: View<'_>, columns: usize, spans: &mut Vec<Span>) -> Split {
        let mut flaw: Option<Flaw> = None;
        // The first quoted field with a line end in it, and how many fields came before it.
        let mut multiline: Option<(Span, usize)> = None;
        let mut start = 0;
        loop {
            let mut span = Span {
                start,
                end: start,
                doubled: false,
            };
            let next = if view.text.get(start) == Some(&self.quote) {
                let Some(close) = self.closing_quote(view, start, &mut span.doubled) else {
                    let hopeless = view.ended || view.cut;
                    return if hopeless {
                        self.salvage(view, start, spans.len(), spans)
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
                    Next::Stray { .. } if multilined => return self.salvage(view, start, spans.len(), spans),
                    Next::Stray { at } => {
                        flaw.get_or_insert(Flaw::StrayQuote { at });
                        let next = self.unquoted(view, at);
                        span = Span {
                            start,
                            end: next.content().unwrap_or(at),
                            doubled: false,
                        };
                        next
                    }
                    next => next,
                }
            } else {
                let next = self.unquoted(view, start);
                span.end = next.content().unwrap_or(start);
                next
            };
            spans.push(span);
            match next {
                Next::Field { content } => start = content + 1,
                Next::End { record, .. } => {
                    let text = view.text.get(..record).unwrap_or_default();
                    return match multiline {
                        Some((Span { start, end, .. }, fields))
                            if self.swallowed(text, start..end, columns, spans.len()) =>
                        {
                            self.salvage(view, start - 1, fields, spans)
                        }
                        _ => {
                            let flaw = flaw.or_else(|| self.control_character(text, spans));
                            Split::Record { length: record, flaw }
                        }
                    };
                }
                Next::Unknown | Next::Stray { .. } if view.cut => return Split::TooLong,
                Next::Unknown | Next::Stray { .. } => return Split::More,
            }
        }
    }

    /// The closing quote of the field whose opening quote is at `open`.
    fn closing_quote(&self, view: View<'_>, open: usize, doubled: &mut bool) -> Option<usize> {
        let mut from = open + 1;
        loop {
            let at = self.scan.find(view.text, from, [self.quote; 3])?;
            match view.text.get(at + 1) {
                Some(next) if *next == self.quote => {
                    *doubled = true;
                    from = at + 2;
                }
                Some(_) => return Some(at),
                // Whether it closes or is the first of two, the next byte would tell.
                None => return view.ended.then_some(at),
            }
        }
    }

    fn after_quote(&self, view: View<'_>, at: usize) -> Next {
        match view.text.get(at) {
            None => Next::End {
                content: at,
                record: at,
            },
            Some(byte) if *byte == self.delimiter => Next::Field { content: at },
            Some(byte) if *byte == self.newline => Next::End {
                content: at,
                record: at + 1,
            },
            Some(b'\r') => match view.text.get(at + 1) {
                Some(byte) if *byte == self.newline => Next::End {
                    content: at,
                    record: at + 2,
                },
                None if view.ended => Next::End {
                    content: at,
                    record: at + 1,
                },
                None => Next::Unknown,
                Some(_) => Next::Stray { at },
            },
            Some(_) => Next::Stray { at },
        }
    }

    fn unquoted(&self, view: View<'_>, from: usize) -> Next {
        let end = |newline: usize| self.without_cr(view.text, newline).max(from);
        match self
            .scan
            .find(view.text, from, [self.delimiter, self.newline, self.newline])
        {
            Some(at) if view.text.get(at) == Some(&self.delimiter) => Next::Field { content: at },
            Some(at) => Next::End {
                content: end(at),
                record: at + 1,
            },
            None if view.ended => Next::End {
                content: end(view.text.len()),
                record: view.text.len(),
            },
            None => Next::Unknown,
        }
    }

    /// The end of the content of a line that ends at `newline`: a CR before the LF belongs to the line end.
    pub(crate) fn without_cr(&self, text: &[u8], newline: usize) -> usize {
        let line = text.get(..newline).unwrap_or_default();
        newline - usize::from(self.newline == b'\n' && line.ends_with(b"\r"))
    }

    /// Fields between delimiters, quotes being text like any other.
    pub(crate) fn literal_fields(&self, text: &[u8], from: usize, to: usize, spans: &mut Vec<Span>) {
        let mut start = from;
        self.scan
            .each(text.get(from..to).unwrap_or_default(), self.delimiter, |at| {
                spans.push(Span {
                    start,
                    end: from + at,
                    doubled: false,
                });
                start = from + at + 1;
            });
        spans.push(Span {
            start,
            end: to,
            doubled: false,
        });
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

impl Next {
    /// Where the field's content ends.
    fn content(&self) -> Option<usize> {
        match self {
            Self::Field { content } | Self::End { content, .. } => Some(*content),
            Self::Unknown | Self::Stray { .. } => None,
        }
    }
}
