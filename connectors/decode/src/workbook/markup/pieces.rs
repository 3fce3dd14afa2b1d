//! Marked-up text cut into tags and what stands between them, in a moving window. Broken markup is no error: browsers
//! and spreadsheet programs show what they can, and so do systems that never looked at what they export.

use std::io::{Read, Seek};

use super::tag::Tag;
use crate::cells::Cells;
use crate::charset::Proved;
use crate::error::DecodeError;
use crate::split::Span;
use crate::window::Window;

/// A tag is not longer, whatever is quoted in it.
const TAG_BYTES_MAX: usize = 64 << 10;
/// Text between two tags comes in pieces of this size if it is longer.
const TEXT_BYTES_MAX: usize = 1 << 20;

/// A piece of the text.
pub(super) enum Piece<'a> {
    Open(Tag<'a>),
    Close(Tag<'a>),
    Text(Text<'a>),
}

/// What stands between two tags, as it is in the file.
pub(super) struct Text<'a> {
    raw: &'a [u8],
    at: u64,
    cells: Cells,
    /// Entities stand for themselves.
    pub is_plain: bool,
}

impl Text<'_> {
    /// Appends the characters and tells where the first byte is that is none.
    pub fn append(&self, text: &mut String) -> Option<u64> {
        let span = Span {
            start: 0,
            end: self.raw.len(),
            doubled: false,
        };
        text.push_str(&self.cells.text(self.raw, span));
        if self.cells.clean {
            return None;
        }
        let first = self.cells.malformed(self.raw).first().copied();
        first.map(|within| self.at + within as u64)
    }
}

pub(super) struct Pieces<R> {
    window: Window<R>,
    cells: Cells,
    /// What the piece that was given last takes of the window.
    given: usize,
    /// Everything before these bytes is skipped: the rest of a comment or a script.
    skipped_to: Option<&'static [u8]>,
}

/// A piece that was found: what it is, its bytes in all, and its content.
struct Found {
    sort: Sort,
    length: usize,
    content: std::ops::Range<usize>,
}

enum Sort {
    Open,
    Close,
    Text,
    Plain,
    Nothing,
}

impl<R: Read + Seek> Pieces<R> {
    /// Text of a proved charset, from a place in the file on.
    pub fn new(reader: R, proved: Proved, from: u64, bytes_total: u64) -> Result<Self, DecodeError> {
        let proved_from = Proved {
            bom_bytes: from,
            ..proved
        };
        Ok(Self {
            window: Window::new(reader, proved_from, bytes_total)?,
            cells: Cells::of(&proved),
            given: 0,
            skipped_to: None,
        })
    }

    /// Where the piece that was given last begins in the file.
    pub fn at(&self) -> u64 {
        self.window.offset(0)
    }

    /// The next piece; `None` at the end.
    pub fn next(&mut self) -> Result<Option<Piece<'_>>, DecodeError> {
        self.window.consume(std::mem::take(&mut self.given));
        let found = loop {
            if let Some(end) = self.skipped_to.take() {
                self.skip_to(end)?;
            }
            if self.window.text().is_empty() {
                if self.window.ended() {
                    return Ok(None);
                }
                self.window.more()?;
                continue;
            }
            match self.find()? {
                Found {
                    sort: Sort::Nothing,
                    length,
                    ..
                } => {
                    self.window.consume(length);
                }
                found => break found,
            }
        };
        self.given = found.length;
        let text = self.window.text();
        let content = text.get(found.content).unwrap_or_default();
        let tag = Tag::new(content);
        // What is in them is not markup.
        if matches!(found.sort, Sort::Open) {
            self.skipped_to = match () {
                () if tag.is(b"script") => Some(b"</script"),
                () if tag.is(b"style") => Some(b"</style"),
                () => None,
            };
        }
        let text = |is_plain| Text {
            raw: content,
            at: self.window.offset(0),
            cells: self.cells,
            is_plain,
        };
        Ok(Some(match found.sort {
            Sort::Open => Piece::Open(tag),
            Sort::Close => Piece::Close(tag),
            Sort::Plain => Piece::Text(text(true)),
            Sort::Text | Sort::Nothing => Piece::Text(text(false)),
        }))
    }

    fn find(&mut self) -> Result<Found, DecodeError> {
        self.fill(9)?;
        let mut found = self.find_whole()?;
        // What is never closed ends with the text.
        found.length = found.length.min(self.window.text().len());
        Ok(found)
    }

    fn find_whole(&mut self) -> Result<Found, DecodeError> {
        let found = |sort, length, content| {
            Ok(Found {
                sort,
                length,
                content,
            })
        };
        match self.window.text() {
            [b'<', b'!', b'-', b'-', ..] => {
                self.skipped_to = Some(b"-->");
                found(Sort::Nothing, 4, 0..0)
            }
            [b'<', b'!', b'[', b'C', b'D', b'A', b'T', b'A', b'[', ..] => {
                let end = self.until(9, |text| memchr::memmem::find(text, b"]]>"))?;
                found(Sort::Plain, end + 3, 9..end)
            }
            [b'<', b'!' | b'?', ..] => {
                let end = self.until(2, |text| memchr::memchr(b'>', text))?;
                found(Sort::Nothing, end + 1, 0..0)
            }
            [b'<', b'/', letter, ..] if letter.is_ascii_alphabetic() => {
                let end = self.until(2, |text| memchr::memchr(b'>', text))?;
                found(Sort::Close, end + 1, 2..end)
            }
            [b'<', letter, ..] if letter.is_ascii_alphabetic() => {
                let end = self.until(1, tag_end)?;
                found(Sort::Open, end + 1, 1..end)
            }
            // A `<` that opens nothing is text like any other.
            _ => {
                let end = self.until(1, |text| memchr::memchr(b'<', text))?;
                found(Sort::Text, end, 0..end)
            }
        }
    }

    /// Reads on until `count` bytes are there or the file ends.
    fn fill(&mut self, count: usize) -> Result<(), DecodeError> {
        while self.window.text().len() < count && !self.window.ended() {
            self.window.more()?;
        }
        Ok(())
    }

    /// Where `find` finds its end behind `from`; the end of the text, or of what a piece may be, if it does not.
    fn until(&mut self, from: usize, find: impl Fn(&[u8]) -> Option<usize>) -> Result<usize, DecodeError> {
        loop {
            let text = self.window.text();
            let kept = text.get(from..text.len().min(TEXT_BYTES_MAX)).unwrap_or_default();
            if let Some(end) = find(kept) {
                return Ok(from + end);
            }
            if self.window.ended() || text.len() >= TEXT_BYTES_MAX {
                return Ok(text.len().min(TEXT_BYTES_MAX));
            }
            self.window.more()?;
        }
    }

    /// Drops what stands before `end`, in any case of its letters.
    fn skip_to(&mut self, end: &'static [u8]) -> Result<(), DecodeError> {
        loop {
            let text = self.window.text();
            let mut places = memchr::memchr_iter(end.first().copied().unwrap_or_default(), text);
            let found = places.find(|at| {
                let here = text.get(*at..at + end.len());
                here.is_some_and(|here| here.eq_ignore_ascii_case(end))
            });
            match found {
                Some(at) => {
                    let is_comment = end.starts_with(b"-");
                    self.window.consume(if is_comment { at + end.len() } else { at });
                    return Ok(());
                }
                None if self.window.ended() => {
                    self.window.consume(self.window.text().len());
                    return Ok(());
                }
                None => {
                    let kept = text.len().saturating_sub(end.len());
                    self.window.consume(kept);
                    self.window.more()?;
                }
            }
        }
    }
}

/// The `>` that closes a tag: the first that is not inside quotes, unless a quote is never closed.
fn tag_end(text: &[u8]) -> Option<usize> {
    let mut quote = None;
    let mut first = None;
    for (at, byte) in text.iter().enumerate().take(TAG_BYTES_MAX) {
        match (byte, quote) {
            (b'>', None) => return Some(at),
            (b'>', Some(_)) => {
                first.get_or_insert(at);
            }
            // A quote opens behind `=` only; elsewhere it is a letter.
            (b'"' | b'\'', None) if text.get(..at)?.trim_ascii_end().ends_with(b"=") => quote = Some(*byte),
            (byte, Some(open)) if *byte == open => quote = None,
            _ => {}
        }
    }
    if text.len() >= TAG_BYTES_MAX {
        first.or(Some(TAG_BYTES_MAX))
    } else {
        None
    }
}
