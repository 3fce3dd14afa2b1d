//! Tables inside archives (zip, gzip). One of them is read: the one the contract names, the only one, or the only one
//! that has the header. Names of files decide nothing else; nothing is written to a disk.

pub(crate) mod gzip;
pub(crate) mod listing;
mod member;
mod pair;
mod pattern;

use std::io::{Cursor, Read, Seek, SeekFrom};
use std::sync::Arc;

use crate::dbf::Memo;
use crate::dialect::{Container, MemberEvidence};
use crate::error::DecodeError;
use crate::magic;
use crate::open::{Opening, Wanted, open_source};
use crate::source::{ReadSeek, Source};
use listing::{Entry, Listing};
pub(crate) use member::{Member, Packing, Place};

/// Archives within archives: an outer and an inner one.
const DEPTH_MAX: u8 = 2;

/// A table up to this size is held, unpacked, once it was measured.
const HELD_BYTES_MAX: usize = 8 << 20;

/// Formats that are read from many places must be held. Who sends a larger one sends it by itself.
const HELD_WHOLE_BYTES_MAX: u64 = 128 << 20;

/// A table may become this many times its packed size; below `RATIO_FREE_BYTES` nobody asks.
const RATIO_MAX: u64 = 200;
const RATIO_FREE_BYTES: u64 = 64 << 20;

/// Files that are opened to look for the header.
const OPENED_MAX: usize = 32;

/// Names told.
const NAMES_TOLD_MAX: usize = 20;

/// Opens the one table in a zip.
///
/// # Errors
/// There is none, there are several, or the archive is damaged, encrypted or too large; or the transport broke.
pub(crate) fn open_zip<R: Read + Seek>(
    mut source: Source<R>,
    listing: Listing,
    wanted: &Wanted<'_>,
    depth: u8,
) -> Result<Opening<R>, DecodeError> {
    if depth == DEPTH_MAX {
        return Err(DecodeError::ArchiveNested);
    }
    let (listing, memos) = pair::part(listing);
    let candidates = candidates(&mut source, listing, wanted)?;
    let chosen = choose(&mut source, &candidates, wanted, depth)?;
    let entry = candidates.get(chosen).ok_or(DecodeError::NoTable)?;
    let others = candidates.iter().filter(|other| *other != entry);
    let ignored = others
        .map(|other| other.name.clone())
        .take(NAMES_TOLD_MAX)
        .collect();
    let name = entry.name.clone();
    let memo = match pair::of(entry, &memos) {
        Some(memo) => Some(Arc::new(memo_of(&mut source, memo, wanted)?)),
        None => None,
    };
    let inner = unpack_entry(source, entry, wanted)?;
    let wanted = Wanted {
        memo: memo.as_ref(),
        ..*wanted
    };
    let mut opening = open_source(inner, &wanted, depth + 1)?;
    opening.member = Some(around(Container::Zip, name, ignored, opening.member));
    Ok(opening)
}

/// Opens the table in a gzip file.
///
/// # Errors
/// As `open_zip`.
pub(crate) fn open_gzip<R: Read + Seek>(
    source: Source<R>,
    head: &[u8],
    packed_bytes: u64,
    wanted: &Wanted<'_>,
    depth: u8,
) -> Result<Opening<R>, DecodeError> {
    if depth == DEPTH_MAX {
        return Err(DecodeError::ArchiveNested);
    }
    let place = Place {
        packing: Packing::Gzip,
        from: 0,
        packed_bytes,
    };
    let inner = unpack(source, place, wanted)?.0;
    let mut opening = open_source(inner, wanted, depth + 1)?;
    opening.member = Some(around(
        Container::Gzip,
        gzip::name(head),
        Vec::new(),
        opening.member,
    ));
    Ok(opening)
}

/// Holds a table that is read from many places.
///
/// # Errors
/// It is too large for that, or the transport broke.
pub(crate) fn hold<R: Read + Seek>(source: Source<R>) -> Result<Source<R>, DecodeError> {
    let mut member = match source {
        Source::Member(member) => member,
        other => return Ok(other),
    };
    if member.seek(SeekFrom::End(0))? > HELD_WHOLE_BYTES_MAX {
        return Err(DecodeError::ArchiveTooLarge);
    }
    member.seek(SeekFrom::Start(0))?;
    let mut bytes = Vec::new();
    member.read_to_end(&mut bytes)?;
    Ok(Source::Held(Cursor::new(bytes)))
}

/// Files that may be tables. What the contract names is looked at alone.
fn candidates<R: Read + Seek>(
    source: &mut Source<R>,
    listing: Listing,
    wanted: &Wanted<'_>,
) -> Result<Vec<Entry>, DecodeError> {
    let mut entries = listing.entries;
    if entries.iter().any(|entry| entry.is_encrypted) {
        return Err(DecodeError::Encrypted);
    }
    if let Some(pattern) = &wanted.dialect.member
        && entries
            .iter()
            .any(|entry| pattern::matches(pattern, entry.file_name()))
    {
        entries.retain(|entry| pattern::matches(pattern, entry.file_name()));
    }
    if entries.len() == 1 {
        return Ok(entries);
    }
    let mut candidates = Vec::new();
    for entry in entries.into_iter().filter(|entry| entry.bytes > 0) {
        let mut inside: Member<&mut Source<R>> = {
            let place = listing::place(source, &entry)?;
            Member::new(&mut *source, place)?
        };
        let mut head = Vec::new();
        let peeked = (&mut inside)
            .take(magic::ENDS_BYTES as u64)
            .read_to_end(&mut head);
        peeked.map_err(|error| match error.kind() {
            std::io::ErrorKind::InvalidData => DecodeError::ArchiveDamaged,
            _ => DecodeError::Read(error),
        })?;
        if magic::kind_of_beginning(&head).is_ok() {
            candidates.push(entry);
        }
    }
    if candidates.is_empty() {
        return Err(DecodeError::NoTable);
    }
    Ok(candidates)
}

/// The index of the file that is read.
fn choose<R: Read + Seek>(
    source: &mut Source<R>,
    candidates: &[Entry],
    wanted: &Wanted<'_>,
    depth: u8,
) -> Result<usize, DecodeError> {
    if candidates.len() == 1 {
        return Ok(0);
    }
    let names = |indexes: &mut dyn Iterator<Item = usize>| {
        let names = indexes.filter_map(|index| candidates.get(index));
        names
            .map(|entry| entry.name.clone())
            .take(NAMES_TOLD_MAX)
            .collect::<Vec<String>>()
    };
    if candidates.len() > OPENED_MAX {
        return Err(DecodeError::SeveralTables(names(&mut (0..candidates.len()))));
    }
    let (mut with_header, mut readable, mut refused) = (Vec::new(), Vec::new(), None);
    for (index, entry) in candidates.iter().enumerate() {
        let lent: &mut dyn ReadSeek = source;
        let tried = unpack_entry(Source::Whole(lent), entry, wanted)
            .and_then(|inner| open_source(inner, wanted, depth + 1));
        match tried {
            Ok(opening) if opening.opened.table().evidence().header_matched => with_header.push(index),
            Ok(_) => readable.push((entry.bytes, index)),
            Err(DecodeError::Read(error)) => return Err(DecodeError::Read(error)),
            Err(several @ DecodeError::SeveralTables(_)) => return Err(several),
            Err(refusal) => refused = refused.or(Some(refusal)),
        }
    }
    match with_header.as_slice() {
        [one] => Ok(*one),
        // None is what was wanted; the largest is what people will be told about.
        [] => match (readable.into_iter().max(), refused) {
            (Some((_, index)), _) => Ok(index),
            (None, Some(refusal)) => Err(refusal),
            (None, None) => Err(DecodeError::NoTable),
        },
        several => Err(DecodeError::SeveralTables(names(&mut several.iter().copied()))),
    }
}

fn unpack_entry<R: Read + Seek>(
    mut source: Source<R>,
    entry: &Entry,
    wanted: &Wanted<'_>,
) -> Result<Source<R>, DecodeError> {
    let place = listing::place(&mut source, entry)?;
    let (inner, measure) = unpack(source, place, wanted)?;
    if (measure.bytes, measure.crc) != (entry.bytes, entry.crc) {
        return Err(DecodeError::ArchiveDamaged);
    }
    Ok(inner)
}

fn memo_of<R: Read + Seek>(
    source: &mut Source<R>,
    entry: &Entry,
    wanted: &Wanted<'_>,
) -> Result<Memo, DecodeError> {
    let lent: &mut dyn ReadSeek = source;
    let Source::Held(bytes) = hold(unpack_entry(Source::Whole(lent), entry, wanted)?)? else {
        return Err(DecodeError::ArchiveTooLarge);
    };
    Ok(Memo::new(bytes.into_inner(), pair::is_fpt(entry)))
}

fn unpack<R: Read + Seek>(
    source: Source<R>,
    place: Place,
    wanted: &Wanted<'_>,
) -> Result<(Source<R>, member::Measure), DecodeError> {
    let ratio = place.packed_bytes.saturating_mul(RATIO_MAX).max(RATIO_FREE_BYTES);
    let bytes_max = wanted.limits.unpacked_bytes_max.min(ratio);
    let mut member = Member::new(source, place)?;
    let mut held = Vec::new();
    let measure = member.measure(bytes_max, &mut held, HELD_BYTES_MAX)?;
    let inner = if held.len() as u64 == measure.bytes {
        Source::Held(Cursor::new(held))
    } else {
        Source::Member(Box::new(member))
    };
    Ok((inner, measure))
}

/// Evidence of an archive around what was found in it.
fn around(
    container: Container,
    name: String,
    ignored: Vec<String>,
    inner: Option<MemberEvidence>,
) -> MemberEvidence {
    match inner {
        None => MemberEvidence {
            container,
            name,
            ignored,
        },
        Some(inner) => MemberEvidence {
            container,
            name: format!("{name}!{}", inner.name),
            ignored: ignored
                .into_iter()
                .chain(inner.ignored)
                .take(NAMES_TOLD_MAX)
                .collect(),
        },
    }
}
