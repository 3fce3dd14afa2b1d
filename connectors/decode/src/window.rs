//! A moving window over the text of a file, in bounded memory. UTF-8 and GB18030 stay as they are, because record ends
//! can be found in their bytes; UTF-16 becomes UTF-8 on the way in. Every position can be told as a byte offset.

use std::collections::VecDeque;
use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;

use crate::charset::Proved;
use crate::dialect::Charset;
use crate::error::DecodeError;

const CHUNK_BYTES: usize = 256 << 10;

pub(crate) struct Window<R> {
    reader: R,
    charset: Charset,
    text: Vec<u8>,
    start: usize,
    ended: bool,
    /// File offset of the first byte of `text()`.
    origin: u64,
    /// Where the last consumed range ended. The byte order mark belongs to the first range.
    told: u64,
    bytes_total: u64,
    chunk: Vec<u8>,
    utf16: Utf16,
}

/// What is left of a UTF-16 chunk that ended inside a character.
#[derive(Default)]
struct Utf16 {
    byte: Option<u8>,
    high: Option<u16>,
    /// File offset of the next unit.
    at: u64,
    /// Absolute offsets of units that are no character.
    malformed: VecDeque<u64>,
}

impl<R: Read + Seek> Window<R> {
    pub fn new(reader: R, proved: Proved, bytes_total: u64) -> Result<Self, DecodeError> {
        Self::starting(reader, proved, bytes_total, proved.bom_bytes)
    }

    /// A window that begins at a later byte, which must be the first of a character. The first range that is told
    /// holds everything before it too.
    pub fn starting(mut reader: R, proved: Proved, bytes_total: u64, from: u64) -> Result<Self, DecodeError> {
        reader.seek(SeekFrom::Start(from))?;
        Ok(Self {
            reader,
            charset: proved.charset,
            text: Vec::new(),
            start: 0,
            ended: false,
            origin: from,
            told: 0,
            bytes_total,
            chunk: vec![0; CHUNK_BYTES],
            utf16: Utf16 {
                at: from,
                ..Utf16::default()
            },
        })
    }

    /// What has been read and not consumed.
    pub fn text(&self) -> &[u8] {
        self.text.get(self.start..).unwrap_or_default()
    }

    /// Nothing comes after `text()`.
    pub fn ended(&self) -> bool {
        self.ended
    }

    /// Reads on. Afterwards `text()` is longer or `ended()` is true.
    pub fn more(&mut self) -> Result<(), DecodeError> {
        self.text.drain(..self.start);
        self.start = 0;
        let before = self.text.len();
        while !self.ended && self.text.len() == before {
            let read = read_once(&mut self.reader, &mut self.chunk)?;
            let chunk = self.chunk.get(..read).unwrap_or_default();
            match self.charset {
                Charset::Utf8 | Charset::Gb18030 => self.text.extend_from_slice(chunk),
                Charset::Utf16Le => self.utf16.transcode(chunk, u16::from_le_bytes, &mut self.text),
                Charset::Utf16Be => self.utf16.transcode(chunk, u16::from_be_bytes, &mut self.text),
            }
            if read == 0 {
                self.ended = true;
                self.utf16.finish(&mut self.text);
            }
        }
        Ok(())
    }

    /// The file offset of a position in `text()`.
    pub fn offset(&self, position: usize) -> u64 {
        match self.charset {
            Charset::Utf8 | Charset::Gb18030 => self.origin + position as u64,
            Charset::Utf16Le | Charset::Utf16Be => {
                self.origin + utf16_bytes(self.text().get(..position).unwrap_or_default())
            }
        }
    }

    /// Drops the first `length` bytes of `text()` and tells which bytes of the file they were, with those that were
    /// passed over before.
    pub fn consume(&mut self, length: usize) -> Range<u64> {
        self.pass(length);
        let range = self.told..self.origin;
        self.told = self.origin;
        range
    }

    /// Drops the first `length` bytes of `text()` and tells nothing yet.
    pub fn pass(&mut self, length: usize) {
        self.origin = self.offset(length);
        self.start += length;
        if self.ended && self.text().is_empty() {
            self.origin = self.bytes_total; // a last odd byte of UTF-16 counted as a whole unit
        }
    }

    /// Drops everything up to the end of the file and tells nothing yet.
    pub fn pass_all(&mut self) -> Result<(), DecodeError> {
        loop {
            self.pass(self.text().len());
            if self.ended {
                return Ok(());
            }
            self.more()?;
        }
    }

    pub fn into_reader(self) -> R {
        self.reader
    }

    /// Takes the absolute offsets of malformed UTF-16 units before `end`.
    pub fn take_malformed_before(&mut self, end: u64) -> Vec<u64> {
        let count = self.utf16.malformed.partition_point(|offset| *offset < end);
        self.utf16.malformed.drain(..count).collect()
    }
}

/// Reads some bytes; a signal in between is neither the end nor an error.
pub(crate) fn read_once<R: Read>(reader: &mut R, buffer: &mut [u8]) -> std::io::Result<usize> {
    loop {
        match reader.read(buffer) {
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

/// How many bytes a text takes in UTF-16: two per character, four beyond the basic plane.
fn utf16_bytes(text: &[u8]) -> u64 {
    let units = text
        .iter()
        .map(|byte| u64::from(byte & 0xC0 != 0x80) + u64::from(*byte >= 0xF0))
        .sum::<u64>();
    units * 2
}

impl Utf16 {
    fn transcode(&mut self, chunk: &[u8], unit: fn([u8; 2]) -> u16, text: &mut Vec<u8>) {
        for byte in chunk {
            match self.byte.take() {
                None => self.byte = Some(*byte),
                Some(first) => {
                    self.push(unit([first, *byte]), text);
                    self.at += 2;
                }
            }
        }
    }

    fn push(&mut self, unit: u16, text: &mut Vec<u8>) {
        if let Some(high) = self.high.take() {
            if let Some(Ok(character)) = char::decode_utf16([high, unit]).next()
                && character as u32 > 0xFFFF
            {
                push_char(character, text);
                return;
            }
            self.malformed_unit(self.at - 2, text);
        }
        match unit {
            0xD800..=0xDBFF => self.high = Some(unit),
            0xDC00..=0xDFFF => self.malformed_unit(self.at, text),
            _ => push_char(
                char::from_u32(u32::from(unit)).unwrap_or(char::REPLACEMENT_CHARACTER),
                text,
            ),
        }
    }

    fn finish(&mut self, text: &mut Vec<u8>) {
        if self.high.take().is_some() {
            self.malformed_unit(self.at - 2, text);
        }
        if self.byte.take().is_some() {
            self.malformed_unit(self.at, text);
        }
    }

    // One unit in, one replacement character (one unit) out, so that offsets stay right.
    fn malformed_unit(&mut self, offset: u64, text: &mut Vec<u8>) {
        self.malformed.push_back(offset);
        push_char(char::REPLACEMENT_CHARACTER, text);
    }
}

fn push_char(character: char, text: &mut Vec<u8>) {
    text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
}
