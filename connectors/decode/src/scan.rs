//! Searching for bytes that stand for themselves, and for the delimiter, which may be several of them.
//!
//! In UTF-8 and GB18030 no line end, comma, semicolon, tab or quote is ever part of a longer character. In GB18030
//! `|`, `\`, `^`, `~`, `@`, letters and digits are; if one of those is searched for, bytes are walked character by
//! character.

use crate::delimiter::Delimiter;

/// Finds bytes in text of one charset.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scan {
    delimiter: Delimiter,
    walks: bool,
}

/// Does the delimiter stand at a place?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stands {
    Yes,
    No,
    /// The text ends within it.
    Begins,
}

impl Scan {
    /// For text in which the delimiter and `others` will be searched.
    pub fn new(gb18030: bool, delimiter: Delimiter, others: [u8; 2]) -> Self {
        let mut bytes = delimiter.as_bytes().iter().chain(&others);
        Self {
            delimiter,
            walks: gb18030 && bytes.any(|byte| (0x30..=0x7E).contains(byte)),
        }
    }

    /// The first of three bytes at or after `from` that stands for itself.
    pub fn find(self, view: &[u8], from: usize, [a, b, c]: [u8; 3]) -> Option<usize> {
        if !self.walks {
            return memchr::memchr3(a, b, c, view.get(from..)?).map(|at| from + at);
        }
        let mut at = from;
        while let Some(byte) = view.get(at) {
            if *byte == a || *byte == b || *byte == c {
                return Some(at);
            }
            at += gb18030_length(view.get(at..).unwrap_or_default());
        }
        None
    }

    /// Does the delimiter stand at `at`?
    pub fn delimiter_at(self, view: &[u8], at: usize) -> Stands {
        let rest = view.get(at..).unwrap_or_default();
        let wanted = self.delimiter.as_bytes();
        if rest.starts_with(wanted) {
            Stands::Yes
        } else if rest.len() < wanted.len() && wanted.starts_with(rest) {
            Stands::Begins
        } else {
            Stands::No
        }
    }

    /// Calls `found` with the position of every delimiter.
    pub fn each_delimiter(self, view: &[u8], mut found: impl FnMut(usize)) {
        let first = self.delimiter.first();
        if self.delimiter.length() == 1 && !self.walks {
            return memchr::memchr_iter(first, view).for_each(found);
        }
        let mut from = 0;
        while let Some(at) = self.find(view, from, [first; 3]) {
            from = at + 1;
            if self.delimiter_at(view, at) == Stands::Yes {
                found(at);
                from = at + self.delimiter.length();
            }
        }
    }
}

/// Bytes of the GB18030 character that `text` begins with; 1 for what is none.
fn gb18030_length(text: &[u8]) -> usize {
    match text {
        [0x81..=0xFE, 0x40..=0x7E | 0x80..=0xFE, ..] => 2,
        [0x81..=0xFE, 0x30..=0x39, 0x81..=0xFE, 0x30..=0x39, ..] => 4,
        _ => 1,
    }
}
