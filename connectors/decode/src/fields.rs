//! One field: where it closes, and what follows it.

use crate::scan::Stands;
use crate::split::Splitter;

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
pub(crate) enum Next {
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
    /// The closing quote of the field whose opening quote is at `open`. `reworked`: something inside stands for another.
    pub(crate) fn closing_quote(&self, view: View<'_>, open: usize, reworked: &mut bool) -> Option<usize> {
        let escape = self.escape.unwrap_or(self.quote);
        let mut from = open + 1;
        loop {
            let at = self
                .scan
                .find(view.text, from, [self.quote, escape, self.quote])?;
            if view.text.get(at) != Some(&self.quote) {
                *reworked = true;
                from = at + 2;
                continue;
            }
            match view.text.get(at + 1) {
                Some(next) if *next == self.quote => {
                    *reworked = true;
                    from = at + 2;
                }
                Some(_) => return Some(at),
                // Whether it closes or is the first of two, the next byte would tell.
                None => return view.ended.then_some(at),
            }
        }
    }

    pub(crate) fn after_quote(&self, view: View<'_>, at: usize) -> Next {
        match self.scan.delimiter_at(view.text, at) {
            Stands::Yes => return Next::Field { content: at },
            Stands::Begins if !view.ended && at < view.text.len() => return Next::Unknown,
            Stands::Begins | Stands::No => {}
        }
        let carriage_returns = view.text.get(at..).unwrap_or_default().iter();
        let behind = at + carriage_returns.take_while(|byte| **byte == b'\r').count();
        match view.text.get(behind) {
            Some(byte) if *byte == self.newline => Next::End {
                content: at,
                record: behind + 1,
            },
            // CR is the line end.
            _ if behind > at && self.newline == b'\r' => Next::End {
                content: at,
                record: at + 1,
            },
            None if view.ended || behind == at => Next::End {
                content: at,
                record: behind,
            },
            None => Next::Unknown,
            // White space that fills up a quoted field belongs to nobody.
            Some(b' ') if behind == at && self.delimiter.first() != b' ' => self.after_blanks(view, at),
            Some(_) => Next::Stray { at },
        }
    }

    /// Blanks stand at `at`, behind a closing quote.
    fn after_blanks(&self, view: View<'_>, at: usize) -> Next {
        let blanks = view.text.get(at..).unwrap_or_default().iter();
        let behind = at + blanks.take_while(|byte| **byte == b' ').count();
        match self.after_quote(view, behind) {
            Next::Stray { .. } => Next::Stray { at },
            _ if behind == view.text.len() && !view.ended => Next::Unknown,
            next => next,
        }
    }

    pub(crate) fn unquoted(&self, view: View<'_>, from: usize) -> Next {
        let end = |newline: usize| self.without_cr(view.text, newline).max(from);
        let escape = self.escape.unwrap_or(self.newline);
        let first = self.delimiter.first();
        let mut search = from;
        loop {
            let found = self.scan.find(view.text, search, [first, self.newline, escape]);
            let Some(at) = found else {
                return match view.ended {
                    true => Next::End {
                        content: end(view.text.len()),
                        record: view.text.len(),
                    },
                    false => Next::Unknown,
                };
            };
            if view.text.get(at) == Some(&self.newline) {
                return Next::End {
                    content: end(at),
                    record: at + 1,
                };
            }
            if Some(&escape) == view.text.get(at) {
                search = at + 2;
                continue;
            }
            match self.scan.delimiter_at(view.text, at) {
                Stands::Yes => return Next::Field { content: at },
                Stands::Begins if !view.ended => return Next::Unknown,
                Stands::Begins | Stands::No => search = at + 1,
            }
        }
    }
}

impl Next {
    /// Where the field's content ends.
    pub(crate) fn content(&self) -> Option<usize> {
        match self {
            Self::Field { content } | Self::End { content, .. } => Some(*content),
            Self::Unknown | Self::Stray { .. } => None,
        }
    }
}
