//! What is in a zip, from its directory alone: names, places, and what need not be looked at.

use std::io::{BufReader, Read, Seek};

use zip::result::ZipError;
use zip::{CompressionMethod, ZipArchive};

use super::member::{Packing, Place};
use crate::error::DecodeError;

/// Files in an archive.
const ENTRIES_MAX: usize = 4096;

/// Characters of a name that are told.
const NAME_CHARS_MAX: usize = 96;

/// A file in a zip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// With its folders.
    pub name: String,
    pub index: usize,
    /// As the directory claims.
    pub bytes: u64,
    pub crc: u32,
    pub is_encrypted: bool,
}

impl Entry {
    /// The name without folders.
    pub fn file_name(&self) -> &str {
        self.name.rsplit('/').next().unwrap_or_default()
    }
}

/// The files of a zip, in the order of its directory; folders and what systems leave behind are not listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Listing {
    pub entries: Vec<Entry>,
    /// It is one document in parts, as those of office programs are.
    pub is_document: bool,
}

/// Reads the directory.
///
/// # Errors
/// The archive is damaged or holds too many files, or the transport broke.
pub(crate) fn read<R: Read + Seek>(reader: &mut R) -> Result<Listing, DecodeError> {
    let archive = ZipArchive::new(BufReader::new(reader)).map_err(refusal)?;
    if archive.len() > ENTRIES_MAX {
        return Err(DecodeError::ArchiveTooLarge);
    }
    // Nobody could say which of two files of the same name was meant.
    if archive.has_duplicate_names() {
        return Err(DecodeError::ArchiveDamaged);
    }
    let names: Vec<&[u8]> = archive.file_names_raw().collect();
    // The flag for UTF-8 is often not set where it should be, so all names together are the proof.
    let is_utf8 = names.iter().all(|name| std::str::from_utf8(name).is_ok());
    let mut listing = Listing {
        entries: Vec::new(),
        is_document: false,
    };
    for (index, raw) in names.iter().enumerate() {
        let entry = archive.by_index_data(index).map_err(refusal)?;
        let name = readable(raw, is_utf8);
        let lower = name.to_lowercase();
        listing.is_document |= lower == "[content_types].xml"
            || lower == "mimetype"
            || lower.ends_with("xl/workbook.xml")
            || lower.ends_with("xl/workbook.bin");
        if !entry.is_dir() && !is_left_behind(&lower) {
            listing.entries.push(Entry {
                name,
                index,
                bytes: entry.size(),
                crc: entry.crc32(),
                is_encrypted: entry.encrypted(),
            });
        }
    }
    Ok(listing)
}

/// Where the packed bytes of an entry stand.
///
/// # Errors
/// It is encrypted or packed in a way that is not read, the archive is damaged, or the transport broke.
pub(crate) fn place<R: Read + Seek>(reader: &mut R, entry: &Entry) -> Result<Place, DecodeError> {
    if entry.is_encrypted {
        return Err(DecodeError::Encrypted);
    }
    let mut archive = ZipArchive::new(BufReader::new(reader)).map_err(refusal)?;
    let file = archive.by_index_raw(entry.index).map_err(refusal)?;
    let packing = match file.compression() {
        CompressionMethod::Stored => Packing::Stored,
        CompressionMethod::Deflated => Packing::Deflate,
        _ => return Err(DecodeError::Archive),
    };
    Ok(Place {
        packing,
        from: file.data_start().ok_or(DecodeError::ArchiveDamaged)?,
        packed_bytes: file.compressed_size(),
    })
}

/// A name as people wrote it. Windows in Chinese writes GBK and says nothing about it.
pub(super) fn readable(raw: &[u8], is_utf8: bool) -> String {
    let name = if is_utf8 {
        String::from_utf8_lossy(raw)
    } else {
        encoding_rs::GB18030.decode_without_bom_handling(raw).0
    };
    let told = name.chars().take(NAME_CHARS_MAX);
    told.map(|c| match c {
        '\\' => '/',
        c if c.is_control() => '?',
        c => c,
    })
    .collect()
}

/// What systems and programs add to archives and folders.
fn is_left_behind(name: &str) -> bool {
    let file = name.rsplit('/').next().unwrap_or_default();
    name.starts_with("__macosx/")
        || file.starts_with("._")
        || file.starts_with("~$")
        || matches!(file, "" | ".ds_store" | "thumbs.db" | "desktop.ini")
}

fn refusal(error: ZipError) -> DecodeError {
    match error {
        ZipError::Io(error)
            if !matches!(
                error.kind(),
                std::io::ErrorKind::UnexpectedEof
                    | std::io::ErrorKind::InvalidInput
                    | std::io::ErrorKind::InvalidData
            ) =>
        {
            DecodeError::Read(error)
        }
        _ => DecodeError::ArchiveDamaged,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_gbk_are_read_as_people_wrote_them() {
        let (gbk, _, _) = encoding_rs::GB18030.encode("报送\\用电量.csv");
        assert_eq!(readable(&gbk, false), "报送/用电量.csv");
        assert_eq!(readable("用电\u{7}量.csv".as_bytes(), true), "用电?量.csv");
    }

    #[test]
    fn what_systems_leave_behind_is_no_file_of_the_sender() {
        for name in ["__macosx/._a.csv", "a/.ds_store", "thumbs.db", "a/~$a.xlsx", "a/"] {
            assert!(is_left_behind(name), "{name}");
        }
        assert!(!is_left_behind("a/b.csv"));
    }
}
