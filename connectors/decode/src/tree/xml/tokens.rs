//! Walks over the tags and texts of an XML document in a moving window. No entity is ever defined and none is looked
//! up, so a document cannot grow while it is read or ask for anything outside of itself.

use std::io::{Read, Seek};
use std::ops::Range;

use crate::error::DecodeError;
use crate::window::Window;

/// No tag of a table is longer; floods of attributes are.
const TAG_BYTES_MAX: usize = 64 << 10;

/// What comes next in a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token {
    /// A start tag; `ends` if it is an end tag too.
    Open {
        ends: bool,
    },
    Close,
    Text,
    /// Text without entities.
    Verbatim,
    /// A text longer than a record may be; its bytes are not kept.
    TooLong,
    End,
}

/// A document being walked over.
pub(super) struct Tokens<R> {
    pub window: Window<R>,
    bytes_max: usize,
    /// Bytes of the token that came last, still in the window, and what of them is its content.
    length: usize,
    body: Range<usize>,
}

impl<R: Read + Seek> Tokens<R> {
    pub fn new(window: Window<R>, bytes_max: usize) -> Self {
        Self {
            window,
            bytes_max,
            length: 0,
            body: 0..0,
        }
    }

    /// The content of the token that came last: a tag without its brackets, a text.
    pub fn body(&self) -> &[u8] {
        self.window.text().get(self.body.clone()).unwrap_or_default()
    }

    /// Where the token that came last begins in the file.
    pub fn offset(&self) -> u64 {
        self.window.offset(0)
    }

    /// Where the content of the token that came last begins in the file.
    pub fn body_offset(&self) -> u64 {
        self.window.offset(self.body.start)
    }

    /// The bytes since the last time, up to the end of the token that came last.
    pub fn passed(&mut self) -> Range<u64> {
        self.body = 0..0;
        self.window.consume(std::mem::take(&mut self.length))
    }

    /// The next token.
    pub fn next(&mut self) -> Result<Token, DecodeError> {
        loop {
            self.window.pass(std::mem::take(&mut self.length));
            self.body = 0..0;
            if !self.has(1)? {
                return Ok(Token::End);
            }
            if self.window.text().first() != Some(&b'<') {
                return self.text();
            }
            // The longest mark, `<![CDATA[`, has nine bytes.
            self.has(9)?;
            match self.window.text() {
                [b'<', b'/', ..] => return self.tag(2).map(|_| Token::Close),
                [b'<', b'?', ..] => self.skip(b"?>")?,
                [b'<', b'!', b'-', b'-', ..] => self.skip(b"-->")?,
                [b'<', b'!', b'[', b'C', b'D', b'A', b'T', b'A', b'[', ..] => return self.verbatim(),
                [b'<', b'!', ..] => self.declaration()?,
                _ => {
                    let ends = self.tag(1)?;
                    return Ok(Token::Open { ends });
                }
            }
        }
    }

    /// Are there so many bytes?
    fn has(&mut self, bytes: usize) -> Result<bool, DecodeError> {
        while self.window.text().len() < bytes && !self.window.ended() {
            self.window.more()?;
        }
        Ok(self.window.text().len() >= bytes)
    }

    /// Loads until `find` finds where something ends; `None` if that is beyond `bytes_max`.
    fn until(
        &mut self,
        bytes_max: usize,
        find: impl Fn(&[u8]) -> Option<usize>,
    ) -> Result<Option<usize>, DecodeError> {
        loop {
            let text = self.window.text();
            match find(text) {
                Some(end) => return Ok((end <= bytes_max).then_some(end)),
                None if text.len() > bytes_max => return Ok(None),
                None if self.window.ended() => return Err(DecodeError::Truncated),
                None => self.window.more()?,
            }
        }
    }

    /// A tag whose name begins at `from`. Tells whether it ends itself.
    fn tag(&mut self, from: usize) -> Result<bool, DecodeError> {
        let Some(end) = self.until(TAG_BYTES_MAX, tag_end)? else {
            return Err(DecodeError::Broken(self.offset()));
        };
        let ends = self.window.text().get(end.saturating_sub(2)) == Some(&b'/');
        let to = end - 1 - usize::from(ends && end > from + 1);
        self.length = end;
        self.body = from..to.max(from);
        Ok(ends)
    }

    fn text(&mut self) -> Result<Token, DecodeError> {
        loop {
            let text = self.window.text();
            let found = memchr::memchr(b'<', text);
            let length = match found {
                Some(length) => length,
                None if self.window.ended() => text.len(),
                None if text.len() > self.bytes_max => text.len(),
                None => {
                    self.window.more()?;
                    continue;
                }
            };
            if length > self.bytes_max {
                self.window.pass(length);
                return self.skip_text();
            }
            self.length = length;
            self.body = 0..length;
            return Ok(Token::Text);
        }
    }

    fn skip_text(&mut self) -> Result<Token, DecodeError> {
        loop {
            let text = self.window.text();
            let found = memchr::memchr(b'<', text);
            self.window.pass(found.unwrap_or(text.len()));
            if found.is_some() || self.window.ended() {
                return Ok(Token::TooLong);
            }
            self.window.more()?;
        }
    }

    fn verbatim(&mut self) -> Result<Token, DecodeError> {
        match self.until(self.bytes_max, |text| memchr::memmem::find(text, b"]]>"))? {
            Some(end) => {
                self.length = end + 3;
                self.body = 9..end.max(9);
                Ok(Token::Verbatim)
            }
            None => {
                self.skip(b"]]>")?;
                Ok(Token::TooLong)
            }
        }
    }

    /// Passes over everything up to a mark and the mark itself.
    fn skip(&mut self, mark: &[u8]) -> Result<(), DecodeError> {
        loop {
            let text = self.window.text();
            if let Some(at) = memchr::memmem::find(text, mark) {
                self.window.pass(at + mark.len());
                return Ok(());
            }
            // The mark may have begun.
            let seen = text.len().saturating_sub(mark.len() - 1);
            self.window.pass(seen);
            if self.window.ended() {
                return Err(DecodeError::Truncated);
            }
            self.window.more()?;
        }
    }

    /// `<!DOCTYPE …>`. What it declares is for parsers that trust their sender.
    fn declaration(&mut self) -> Result<(), DecodeError> {
        let end = self.until(TAG_BYTES_MAX, |text| {
            let (mut depth, mut at) = (0usize, 0);
            while let Some(found) = memchr::memchr3(b'[', b']', b'>', text.get(at..)?) {
                at += found + 1;
                match text.get(at - 1) {
                    Some(b'[') => depth += 1,
                    Some(b']') => depth = depth.saturating_sub(1),
                    _ if depth == 0 => return Some(at),
                    _ => {}
                }
            }
            None
        })?;
        let end = end.ok_or(DecodeError::Entities)?;
        let declaration = self.window.text().get(..end).unwrap_or_default();
        if memchr::memmem::find(declaration, b"<!ENTITY").is_some() {
            return Err(DecodeError::Entities);
        }
        self.window.pass(end);
        Ok(())
    }
}

/// The first byte behind a tag; a `>` between quotes ends nothing.
fn tag_end(text: &[u8]) -> Option<usize> {
    let mut at = 0;
    while let Some(found) = memchr::memchr3(b'>', b'"', b'\'', text.get(at..)?) {
        at += found;
        match text.get(at)? {
            b'>' => return Some(at + 1),
            quote => at += 1 + memchr::memchr(*quote, text.get(at + 1..)?)? + 1,
        }
    }
    None
}
