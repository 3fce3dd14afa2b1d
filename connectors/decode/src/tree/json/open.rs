//! Opening a JSON document: told apart from lines, read once for its shape, and gone back to its first record.

use std::io::{Read, Seek};

use super::super::row::Row;
use super::Json;
use super::place::{self, Layout, Place};
use super::survey::Survey;
use super::values::Values;
use crate::cells::Cells;
use crate::charset::{self, Proved};
use crate::dialect::{Evidence, Format};
use crate::error::DecodeError;
use crate::open::Wanted;
use crate::sniff::SAMPLE_BYTES;
use crate::window::Window;

/// Lines of a sample that tell whether each of them is a record.
const LINES_SEEN_MAX: usize = 50;

/// Reads the document once for its shape, and goes to its first record.
///
/// # Errors
/// The charset cannot be told, it is no JSON, there are no records or several places with the header, or `reader`
/// fails.
pub(crate) fn open<R: Read + Seek>(
    mut reader: R,
    head: &[u8],
    bytes_total: u64,
    wanted: &Wanted<'_>,
) -> Result<Json<R>, DecodeError> {
    let proved = charset::prove(&mut reader, wanted.dialect.encoding, head)?;
    let cells = Cells::of(&proved);
    let bytes_max = wanted.limits.record_bytes_max;
    let begin = |reader: R, from: u64| -> Result<Values<R>, DecodeError> {
        let window = Window::starting(reader, proved, bytes_total, from)?;
        Ok(Values::new(window, proved.charset, bytes_max))
    };
    let mut survey = Survey {
        values: begin(reader, proved.bom_bytes)?,
        cells,
        wanted,
        places: Vec::new(),
        decoded: Vec::new(),
    };
    let first = survey.values.peek()?;
    let (place, matched) = if first == Some(b'{') && is_lines(&mut survey.values.window)? {
        place::choose(vec![survey.stream(Layout::Lines)?], wanted)?
    } else {
        survey.document()?;
        let places = std::mem::take(&mut survey.places);
        match survey.values.peek()? {
            None if first == Some(b'[') => place::choose(places, wanted)?,
            None => {
                let chosen = place::choose(places, wanted);
                if let Ok((place, true)) = chosen {
                    (place, true)
                } else {
                    survey.values = begin(survey.values.window.into_reader(), proved.bom_bytes)?;
                    object(survey.stream(Layout::Stream)?, chosen, wanted)?
                }
            }
            Some(b'{') if first == Some(b'{') => {
                survey.values = begin(survey.values.window.into_reader(), proved.bom_bytes)?;
                place::choose(vec![survey.stream(Layout::Stream)?], wanted)?
            }
            Some(_) => return Err(survey.values.broken()),
        }
    };
    // Lines are counted from the first one of the file, blank or not.
    let from = match place.layout {
        Layout::Lines => proved.bom_bytes,
        _ => place.from,
    };
    let values = begin(survey.values.window.into_reader(), from)?;
    Ok(Json {
        values,
        cells,
        layout: place.layout,
        limits: wanted.limits.clone(),
        evidence: evidence(proved, &place, matched, bytes_total),
        header: place.titles(),
        names: place.names,
        row: Row::default(),
        decoded: Vec::new(),
        row_no: 0,
        ended: false,
    })
}

/// A document that is one object holds records, or is one.
fn object(
    whole: Place,
    inside: Result<(Place, bool), DecodeError>,
    wanted: &Wanted<'_>,
) -> Result<(Place, bool), DecodeError> {
    match (place::choose(vec![whole], wanted), inside) {
        (Ok((whole, true)), _) => Ok((whole, true)),
        (whole, Err(DecodeError::NoRecords)) => whole,
        (_, inside) => inside,
    }
}

/// Is each line an object? A document has other lines between its first and its last.
fn is_lines<R: Read + Seek>(window: &mut Window<R>) -> Result<bool, DecodeError> {
    while window.text().len() < SAMPLE_BYTES && !window.ended() {
        window.more()?;
    }
    let text = window.text();
    let mut lines: Vec<&[u8]> = text
        .split(|byte| *byte == b'\n')
        .map(<[u8]>::trim_ascii)
        .collect();
    if !window.ended() {
        lines.pop();
    }
    let lines: Vec<&[u8]> = lines
        .into_iter()
        .filter(|line| !line.is_empty())
        .take(LINES_SEEN_MAX)
        .collect();
    let objects = lines
        .iter()
        .filter(|line| line.starts_with(b"{") && line.ends_with(b"}"));
    Ok(lines.len() > 1 && objects.count() * 2 >= lines.len())
}

fn evidence(proved: Proved, place: &Place, matched: bool, bytes_total: u64) -> Evidence {
    Evidence {
        charset: proved.charset,
        how: proved.how,
        bom: proved.bom_bytes > 0,
        header_row_no: u64::from(place.layout == Layout::Rows),
        header_matched: matched,
        bytes_total,
        ..Evidence::of(match place.layout {
            Layout::Array | Layout::Rows => Format::Json,
            Layout::Lines | Layout::Stream => Format::JsonLines,
        })
    }
}
