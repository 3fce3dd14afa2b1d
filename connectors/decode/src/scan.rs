//! Searching for bytes that stand for themselves.
//!
//! In UTF-8 and GB18030 no line end, comma, semicolon, tab or quote is ever part of a longer character. In GB18030
//! `|`, `\`, `^`, `~`, `@`, letters and digits are; if one of those separates fields, bytes are walked character by
//! character.

/// Finds bytes in text of one charset.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scan {
    walks: bool,
}

impl Scan {
    /// For text in which `bytes` will be searched.
    pub fn new(gb18030: bool, bytes: [u8; 2]) -> Self {
        Self {
            walks: gb18030 && bytes.iter().any(|byte| (0x30..=0x7E).contains(byte)),
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

    /// Calls `found` with the position of every `byte`.
    pub fn each(self, view: &[u8], byte: u8, mut found: impl FnMut(usize)) {
        if !self.walks {
            return memchr::memchr_iter(byte, view).for_each(found);
        }
        let mut from = 0;
        while let Some(at) = self.find(view, from, [byte; 3]) {
            found(at);
            from = at + 1;
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
