//! One file inside an archive, readable again from any place. Nothing is written to a disk and nothing grows with the
//! file: going back means unpacking once more from the start, which costs less than reading the table does.

use std::io::{self, Read, Seek, SeekFrom};

use flate2::{Crc, Decompress, FlushDecompress, Status};

use crate::error::DecodeError;
use crate::window::read_once;

const CHUNK_BYTES: usize = 256 << 10;

/// The window that every writer of gzip and zip may use.
const WINDOW_BITS: u8 = 15;

/// How a file is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Packing {
    Stored,
    Deflate,
    /// One gzip stream after another.
    Gzip,
}

/// Where a packed file stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub packing: Packing,
    pub from: u64,
    pub packed_bytes: u64,
}

/// What a packed file turned out to be when all of it was unpacked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Measure {
    pub bytes: u64,
    pub crc: u32,
}

/// Why unpacking stopped.
enum Fault {
    Read(io::Error),
    Damaged,
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Self::Read(error)
    }
}

impl From<Fault> for DecodeError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Read(error) => Self::Read(error),
            Fault::Damaged => Self::ArchiveDamaged,
        }
    }
}

impl From<Fault> for io::Error {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Read(error) => error,
            Fault::Damaged => io::ErrorKind::InvalidData.into(),
        }
    }
}

/// What the bytes behind a stream are.
enum Next {
    Stream,
    Filling(usize),
    End,
    Damage,
}

/// A file inside an archive.
pub(crate) struct Member<S> {
    packed: S,
    place: Place,
    /// Known after `measure`.
    bytes: u64,
    /// Of the stream that has begun and not ended.
    inflate: Option<Decompress>,
    /// Streams begun.
    streams: u64,
    input: Vec<u8>,
    /// What of `input` is not used yet.
    unused: std::ops::Range<usize>,
    /// Packed bytes not yet taken into `input`.
    packed_left: u64,
    /// The place of the next unpacked byte.
    at: u64,
    /// Where the reader wants to be.
    sought: u64,
}

impl<S: Read + Seek> Member<S> {
    pub fn new(packed: S, place: Place) -> Result<Self, DecodeError> {
        let mut member = Self {
            packed,
            place,
            bytes: 0,
            inflate: None,
            streams: 0,
            input: vec![0; CHUNK_BYTES],
            unused: 0..0,
            packed_left: 0,
            at: 0,
            sought: 0,
        };
        member.restart()?;
        Ok(member)
    }

    /// Unpacks everything once, because sizes that an archive claims are claims, and tells what it was. `held` gets the
    /// content as long as it is no longer than `held_max`; a longer one leaves it empty.
    ///
    /// # Errors
    /// The packed bytes are damaged or become more than `bytes_max`, or the transport broke.
    pub fn measure(
        &mut self,
        bytes_max: u64,
        held: &mut Vec<u8>,
        held_max: usize,
    ) -> Result<Measure, DecodeError> {
        self.restart()?;
        let mut crc = Crc::new();
        let mut chunk = vec![0; CHUNK_BYTES];
        loop {
            let unpacked = self.unpack(&mut chunk)?;
            if unpacked == 0 {
                break;
            }
            // INVARIANT (bounded): a bomb goes off no further than this.
            if self.at > bytes_max {
                return Err(DecodeError::ArchiveTooLarge);
            }
            let piece = chunk.get(..unpacked).unwrap_or_default();
            crc.update(piece);
            if self.at <= held_max as u64 {
                held.extend_from_slice(piece);
            } else {
                *held = Vec::new();
            }
        }
        self.bytes = self.at;
        self.sought = 0;
        Ok(Measure {
            bytes: self.bytes,
            crc: crc.sum(),
        })
    }

    fn restart(&mut self) -> io::Result<()> {
        self.packed.seek(SeekFrom::Start(self.place.from))?;
        self.inflate = None;
        self.streams = 0;
        self.unused = 0..0;
        self.packed_left = self.place.packed_bytes;
        self.at = 0;
        Ok(())
    }

    /// Unpacks on from `at`; nothing at the end.
    fn unpack(&mut self, output: &mut [u8]) -> Result<usize, Fault> {
        if output.is_empty() {
            return Ok(0);
        }
        loop {
            if self.unused.is_empty() {
                self.refill()?;
            }
            let input = self.input.get(self.unused.clone()).unwrap_or_default();
            let (used, written, ended) = match self.place.packing {
                Packing::Stored => {
                    let length = input.len().min(output.len());
                    let (from, to) = (input.get(..length), output.get_mut(..length));
                    from.zip(to)
                        .into_iter()
                        .for_each(|(from, to)| to.copy_from_slice(from));
                    (length, length, input.is_empty())
                }
                Packing::Deflate | Packing::Gzip => {
                    if self.inflate.is_none() {
                        match self.between(input) {
                            Next::Stream => self.streams += 1,
                            Next::Filling(zeros) => {
                                self.unused.start += zeros;
                                continue;
                            }
                            Next::End => return Ok(0),
                            Next::Damage => return Err(Fault::Damaged),
                        }
                    }
                    let inflate = self.inflate.get_or_insert_with(|| match self.place.packing {
                        Packing::Gzip => Decompress::new_gzip(WINDOW_BITS),
                        _ => Decompress::new(false),
                    });
                    let (in_before, out_before) = (inflate.total_in(), inflate.total_out());
                    let status = inflate.decompress(input, output, FlushDecompress::None);
                    let used = usize::try_from(inflate.total_in() - in_before).unwrap_or(0);
                    let written = usize::try_from(inflate.total_out() - out_before).unwrap_or(0);
                    match status {
                        Ok(Status::StreamEnd) => {
                            self.inflate = None;
                            (used, written, false)
                        }
                        // Neither used nor written: the stream wants bytes that are not there.
                        Ok(_) if used == 0 && written == 0 => return Err(Fault::Damaged),
                        Ok(_) => (used, written, false),
                        Err(_) => return Err(Fault::Damaged),
                    }
                }
            };
            self.unused.start += used;
            self.at += written as u64;
            if written > 0 || ended {
                return Ok(written);
            }
        }
    }

    /// What comes when no stream is open.
    fn between(&self, input: &[u8]) -> Next {
        match (self.place.packing, input.first()) {
            (_, None) if self.streams > 0 => Next::End,
            (Packing::Gzip, Some(0x1F)) => Next::Stream,
            // Tapes and some programs fill the last block.
            (Packing::Gzip, Some(0)) if self.streams > 0 => {
                let zeros = input.iter().position(|byte| *byte != 0);
                Next::Filling(zeros.unwrap_or(input.len()))
            }
            (Packing::Deflate, Some(_)) if self.streams == 0 => Next::Stream,
            _ => Next::Damage,
        }
    }

    fn refill(&mut self) -> io::Result<()> {
        let most = usize::try_from(self.packed_left).unwrap_or(usize::MAX);
        let room = self.input.len().min(most);
        let read = read_once(&mut self.packed, self.input.get_mut(..room).unwrap_or_default())?;
        self.packed_left -= read as u64;
        if read == 0 {
            self.packed_left = 0;
        }
        self.unused = 0..read;
        Ok(())
    }
}

impl<S: Read + Seek> Read for Member<S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.sought < self.at {
            self.restart()?;
        }
        let mut scrap = Vec::new();
        while self.at < self.sought {
            scrap.resize(CHUNK_BYTES, 0);
            let short = usize::try_from(self.sought - self.at).unwrap_or(usize::MAX);
            let room = scrap.len().min(short);
            if self.unpack(scrap.get_mut(..room).unwrap_or_default())? == 0 {
                return Ok(0);
            }
        }
        let read = self.unpack(buffer)?;
        self.sought = self.at;
        Ok(read)
    }
}

impl<S: Read + Seek> Seek for Member<S> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let sought = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.bytes.checked_add_signed(by),
            SeekFrom::Current(by) => self.sought.checked_add_signed(by),
        };
        self.sought = sought.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.sought)
    }
}
