//! Walks over the values of a JSON document in a moving window, in bounded memory.

use std::io::{Read, Seek};
use std::ops::Range;

use super::balance::{Balance, Step};
use crate::delimiter::Delimiter;
use crate::dialect::Charset;
use crate::error::DecodeError;
use crate::scan::Scan;
use crate::window::Window;

/// Where a value ends in the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// So many bytes of `Window::text`.
    Whole(usize),
    /// It is longer than a record may be.
    TooLong,
}

/// A document being walked over.
pub(super) struct Values<R> {
    pub window: Window<R>,
    scan: Scan,
    bytes_max: usize,
}

impl<R: Read + Seek> Values<R> {
    pub fn new(window: Window<R>, charset: Charset, bytes_max: usize) -> Self {
        Self {
            window,
            scan: Scan::new(charset == Charset::Gb18030, Delimiter::COMMA, [b'"', b'\\']),
            bytes_max,
        }
    }

    /// The next byte that is no blank; `None` at the end. Blanks before it are passed over.
    pub fn peek(&mut self) -> Result<Option<u8>, DecodeError> {
        loop {
            let text = self.window.text();
            // 0x1A ends files of DOS programs.
            let blanks = text
                .iter()
                .take_while(|byte| byte.is_ascii_whitespace() || **byte == 0x1A)
                .count();
            let next = text.get(blanks).copied();
            if blanks > 0 {
                self.window.pass(blanks);
            }
            if next.is_some() || self.window.ended() {
                return Ok(next);
            }
            self.window.more()?;
        }
    }

    /// Passes over a byte that is next.
    pub fn takes(&mut self, byte: u8) -> Result<bool, DecodeError> {
        let takes = self.peek()? == Some(byte);
        if takes {
            self.window.pass(1);
        }
        Ok(takes)
    }

    /// How long the next value is.
    pub fn extent(&mut self) -> Result<Extent, DecodeError> {
        let (mut balance, mut from) = (Balance::default(), 0);
        loop {
            let text = self.window.text();
            match balance.run(text, from, self.scan) {
                Step::End(end) if end <= self.bytes_max => return Ok(Extent::Whole(end)),
                Step::End(_) => return Ok(Extent::TooLong),
                Step::More(_) if text.len() > self.bytes_max => return Ok(Extent::TooLong),
                Step::More(_) if self.window.ended() => return Err(DecodeError::Truncated),
                Step::More(at) => from = at,
            }
            self.window.more()?;
        }
    }

    /// Passes over the next value, however long it is.
    pub fn skip(&mut self) -> Result<(), DecodeError> {
        let mut balance = Balance::default();
        loop {
            match balance.run(self.window.text(), 0, self.scan) {
                Step::End(end) => {
                    self.window.pass(end);
                    return Ok(());
                }
                Step::More(_) if self.window.ended() => return Err(DecodeError::Truncated),
                Step::More(at) => self.window.pass(at),
            }
            self.window.more()?;
        }
    }

    /// How long the next line is, its end included.
    pub fn line(&mut self) -> Result<Extent, DecodeError> {
        let mut from = 0;
        loop {
            let text = self.window.text();
            let found = memchr::memchr(b'\n', text.get(from..).unwrap_or_default());
            match found.map(|at| from + at + 1) {
                Some(length) if length <= self.bytes_max => return Ok(Extent::Whole(length)),
                Some(_) => return Ok(Extent::TooLong),
                None if text.len() > self.bytes_max => return Ok(Extent::TooLong),
                None if self.window.ended() => return Ok(Extent::Whole(text.len())),
                None => from = text.len(),
            }
            self.window.more()?;
        }
    }

    /// Passes over the next line, however long it is.
    pub fn skip_line(&mut self) -> Result<(), DecodeError> {
        loop {
            let text = self.window.text();
            let found = memchr::memchr(b'\n', text);
            self.window.pass(found.map_or(text.len(), |at| at + 1));
            if found.is_some() || self.window.ended() {
                return Ok(());
            }
            self.window.more()?;
        }
    }

    /// Is there anything left?
    pub fn is_over(&mut self) -> Result<bool, DecodeError> {
        while self.window.text().is_empty() && !self.window.ended() {
            self.window.more()?;
        }
        Ok(self.window.text().is_empty())
    }

    /// Where the next byte stands in the file.
    pub fn offset(&self) -> u64 {
        self.window.offset(0)
    }

    pub fn broken(&self) -> DecodeError {
        DecodeError::Broken(self.offset())
    }

    /// What was passed over since the last time.
    pub fn passed(&mut self) -> Range<u64> {
        self.window.consume(0)
    }
}
