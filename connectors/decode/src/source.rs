//! Where the bytes of a table come from: the file itself, or a file inside an archive.

use std::io::{self, Cursor, Read, Seek, SeekFrom};

use crate::container::Member;

/// What can be read again from any place.
pub(crate) trait ReadSeek: Read + Seek {}

impl<T: Read + Seek + ?Sized> ReadSeek for T {}

/// The bytes of a table.
pub(crate) enum Source<R> {
    Whole(R),
    /// Unpacked and held in memory.
    Held(Cursor<Vec<u8>>),
    /// Unpacked while it is read.
    Member(Box<Member<Source<R>>>),
}

impl<R: Read + Seek> Read for Source<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Whole(reader) => reader.read(buffer),
            Self::Held(bytes) => bytes.read(buffer),
            Self::Member(member) => member.read(buffer),
        }
    }
}

impl<R: Read + Seek> Seek for Source<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match self {
            Self::Whole(reader) => reader.seek(to),
            Self::Held(bytes) => bytes.seek(to),
            Self::Member(member) => member.seek(to),
        }
    }
}
