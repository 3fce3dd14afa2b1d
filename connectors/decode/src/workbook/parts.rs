//! What is in the archive of a workbook, and whether a parser may be let near it. Everything is inflated once to be
//! counted, because sizes and counts that a file claims for itself are claims.

use std::collections::{BTreeMap, HashMap};
use std::io::{BufReader, Read, Seek};

use zip::ZipArchive;
use zip::result::ZipError;

use super::book::{CELLS_MAX, Facts, Merged, SHEETS_MAX};
use super::tags;
use crate::error::DecodeError;

/// Files in the archive.
const PARTS_MAX: usize = 4096;
/// Of all parts that are read, inflated.
const INFLATED_BYTES_MAX: u64 = 1 << 30;
/// A part may shrink by this much; below `RATIO_FREE_BYTES` nobody asks.
const RATIO_MAX: u64 = 200;
const RATIO_FREE_BYTES: u64 = 64 << 20;
/// Of the parts that the parser keeps in memory.
const STRINGS_BYTES_MAX: u64 = 256 << 20;
const STRINGS_MAX: u64 = 4_000_000;
const STYLES_BYTES_MAX: u64 = 16 << 20;
const STYLES_MAX: u64 = 66_000;

/// A workbook's archive, found harmless.
#[derive(Debug, Default)]
pub(super) struct Parts {
    facts: BTreeMap<String, Facts>,
    /// Relationship ids of the sheets, in order.
    sheets: Vec<Vec<u8>>,
    targets: HashMap<Vec<u8>, String>,
    pub dates_1904: bool,
}

impl Parts {
    /// # Errors
    /// The archive is no XLSX workbook, is encrypted or damaged, or holds more than a parser should be asked to read.
    pub fn inspect<R: Read + Seek>(reader: &mut R) -> Result<Self, DecodeError> {
        let mut archive = ZipArchive::new(BufReader::new(reader)).map_err(refusal)?;
        if archive.len() > PARTS_MAX {
            return Err(DecodeError::WorkbookTooLarge);
        }
        let mut listed = Vec::new();
        let (mut claimed, mut workbook, mut other) = (0u64, false, false);
        for index in 0..archive.len() {
            let part = archive.by_index(index).map_err(refusal)?;
            let name = part.name().map_err(refusal)?.to_lowercase().replace('\\', "/");
            if part.encrypted() {
                return Err(DecodeError::Encrypted);
            }
            let (packed, size) = (part.compressed_size(), part.size());
            claimed = claimed.saturating_add(size);
            if size > RATIO_FREE_BYTES && size > packed.saturating_mul(RATIO_MAX) {
                return Err(DecodeError::WorkbookTooLarge);
            }
            workbook |= name.ends_with("workbook.xml") || name.ends_with(".xml.rels");
            other |= name.ends_with("workbook.bin")
                || name == "mimetype"
                || name.starts_with("word/")
                || name.starts_with("ppt/");
            listed.push((index, name, packed));
        }
        if other {
            return Err(DecodeError::Workbook);
        }
        if !workbook {
            return Err(DecodeError::Archive);
        }
        if claimed > INFLATED_BYTES_MAX {
            return Err(DecodeError::WorkbookTooLarge);
        }
        let mut parts = Self::default();
        let mut left = INFLATED_BYTES_MAX;
        for (index, name, packed) in listed.into_iter().filter(|(_, name, _)| is_xml(name)) {
            let part = archive.by_index(index).map_err(refusal)?;
            left = left.saturating_sub(parts.count(part, name, packed, left)?);
        }
        Ok(parts)
    }

    /// Counts one part and returns its length.
    fn count(&mut self, part: impl Read, name: String, packed: u64, left: u64) -> Result<u64, DecodeError> {
        let ratio = packed.saturating_mul(RATIO_MAX).max(RATIO_FREE_BYTES);
        let kept_max = match name.as_str() {
            name if name.ends_with("sharedstrings.xml") => STRINGS_BYTES_MAX,
            name if name.contains("worksheets/") => u64::MAX,
            _ => STYLES_BYTES_MAX,
        };
        let mut facts = Facts::default();
        let (mut strings, mut styles, mut row_no) = (0, 0, 0);
        let bytes = tags::each(part, left.min(ratio).min(kept_max), |tag| {
            match tag.name() {
                b"c" => facts.cells += 1,
                b"row" => {
                    row_no = tag.attribute(b"r").and_then(number).unwrap_or(row_no + 1);
                    if tag.attribute(b"hidden").is_some_and(is_true) {
                        facts.hide(row_no);
                    }
                }
                b"mergeCell" => {
                    let merged = tag.attribute(b"ref").and_then(Merged::parse);
                    merged.into_iter().for_each(|merged| facts.merge(merged));
                }
                b"workbookPr" if name.ends_with("workbook.xml") => {
                    self.dates_1904 = tag.attribute(b"date1904").is_some_and(is_true);
                }
                b"si" => strings += 1,
                b"xf" | b"numFmt" => styles += 1,
                // A parser makes room for as many strings as this says.
                b"sst" => {
                    let claimed = tag.attribute(b"uniqueCount").and_then(number).unwrap_or(0);
                    strings = strings.max(claimed);
                }
                b"sheet" if name.ends_with("workbook.xml") => {
                    self.sheets
                        .push(tag.attribute(b"id").unwrap_or_default().to_vec());
                }
                b"Relationship" if name.ends_with("workbook.xml.rels") => {
                    let attribute = |name: &[u8]| tag.attribute(name).unwrap_or_default();
                    let target = String::from_utf8_lossy(attribute(b"Target")).to_lowercase();
                    let target = target.trim_start_matches(['.', '/']).to_owned();
                    self.targets.insert(attribute(b"Id").to_vec(), target);
                }
                _ => {}
            }
            if facts.cells > CELLS_MAX
                || strings > STRINGS_MAX
                || styles > STYLES_MAX
                || self.sheets.len() > SHEETS_MAX
            {
                return Err(DecodeError::WorkbookTooLarge);
            }
            Ok(())
        })?;
        self.facts.insert(name, facts);
        Ok(bytes)
    }

    /// What was counted in the sheet with this index; `None` if the part it stands in cannot be told.
    pub fn sheet(&self, index: usize) -> Option<&Facts> {
        let target = self.targets.get(self.sheets.get(index)?)?;
        let of_target = self.facts.iter().find(|(name, _)| {
            name.strip_suffix(target.as_str())
                .is_some_and(|folder| folder.is_empty() || folder.ends_with('/'))
        });
        of_target.map(|(_, facts)| facts)
    }
}

/// Everything that the parser might open is looked at; it does not open pictures and macros.
fn is_xml(name: &str) -> bool {
    let folder = |folder: &str| name.contains(folder);
    !folder("/media/") && !name.ends_with(".bin") && !name.ends_with('/') && !folder("/drawings/")
}

fn is_true(value: &[u8]) -> bool {
    matches!(value, b"1" | b"true")
}

fn number(text: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(text).ok()?.trim();
    // What is no number reserves nothing; what is too long for one asks for too much.
    text.bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| text.parse().unwrap_or(u64::MAX))
}

fn refusal(error: ZipError) -> DecodeError {
    match error {
        ZipError::InvalidPassword => DecodeError::Encrypted,
        ZipError::UnsupportedArchive(reason) if reason == ZipError::PASSWORD_REQUIRED => {
            DecodeError::Encrypted
        }
        _ => DecodeError::WorkbookDamaged,
    }
}
