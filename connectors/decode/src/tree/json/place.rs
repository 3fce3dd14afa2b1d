//! Places in a JSON document where records might stand, and which of them is meant.

use super::super::NAMES_TOLD_MAX;
use super::super::names::Names;
use super::parse::{self, Value};
use super::text::unescape;
use crate::error::DecodeError;
use crate::open::Wanted;

/// How records follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// Elements of an array.
    Array,
    /// The same, but each is an array itself and the first one holds the names.
    Rows,
    /// One object per line.
    Lines,
    /// One object after another, over any number of lines.
    Stream,
}

impl Layout {
    /// What a record begins with.
    pub fn opening(self) -> u8 {
        match self {
            Self::Rows => b'[',
            Self::Array | Self::Lines | Self::Stream => b'{',
        }
    }
}

/// A place where records stand.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// Of the array in its document: `data/rows`; empty if it is the document.
    pub path: String,
    pub layout: Layout,
    /// Where the first record begins.
    pub from: u64,
    pub records: u64,
    pub names: Names,
    /// Of a table whose records are arrays.
    titles: Vec<String>,
    /// More names than a table may have columns.
    too_wide: bool,
}

impl Place {
    pub fn new(path: String, layout: Layout, from: u64) -> Self {
        Self {
            path,
            layout,
            from,
            records: 0,
            names: Names::default(),
            titles: Vec::new(),
            too_wide: false,
        }
    }

    /// Takes the names of a record.
    pub fn note(&mut self, record: &[u8], columns_max: usize) -> Result<(), parse::Broken> {
        if self.layout == Layout::Rows {
            let mut titles = Vec::new();
            parse::array(record, |_, value| titles.push(title(value)))?;
            if self.records == 0 {
                self.too_wide = titles.len() > columns_max;
                self.titles = titles;
            }
            return Ok(());
        }
        let mut fresh: Vec<Vec<u8>> = Vec::new();
        let names = &mut self.names;
        names.begin();
        parse::object(record, |name, _| {
            if names.find(name).is_none() && fresh.len() <= columns_max {
                fresh.push(name.to_vec());
            }
        })?;
        for name in fresh {
            if self.names.len() == columns_max {
                self.too_wide = true;
                break;
            }
            self.names.add(&name);
        }
        Ok(())
    }

    /// The names of the columns.
    pub fn titles(&self) -> Vec<String> {
        match self.layout {
            Layout::Rows => self.titles.clone(),
            _ => self.names.titles(),
        }
    }
}

fn title(value: Value<'_>) -> String {
    let mut text = Vec::new();
    match value {
        Value::Text(raw) => {
            unescape(raw, &mut text);
        }
        Value::Number(raw) | Value::Word(raw) | Value::List(raw) => text.extend_from_slice(raw),
        Value::Null => {}
    }
    String::from_utf8_lossy(&text).trim().to_owned()
}

/// The place that is meant, and whether it has the header.
///
/// # Errors
/// There is none, it is empty, or there are several.
pub(super) fn choose(places: Vec<Place>, wanted: &Wanted<'_>) -> Result<(Place, bool), DecodeError> {
    let is_header = |place: &Place| !place.too_wide && (wanted.is_header)(&place.titles());
    let declared = wanted.dialect.records.as_deref();
    if let Some(place) = places.iter().find(|place| Some(place.path.as_str()) == declared) {
        return fit(place.clone(), is_header(place), wanted);
    }
    let mut matching: Vec<&Place> = places.iter().filter(|place| is_header(place)).collect();
    match (matching.pop(), matching.is_empty()) {
        (Some(place), true) => fit(place.clone(), true, wanted),
        (Some(last), false) => {
            let paths = matching.into_iter().chain([last]);
            Err(DecodeError::SeveralTables(
                paths
                    .map(|place| place.path.clone())
                    .take(NAMES_TOLD_MAX)
                    .collect(),
            ))
        }
        // None is what was wanted; the largest is what people will be told about.
        (None, _) => match places.into_iter().max_by_key(|place| place.records) {
            None => Err(DecodeError::NoRecords),
            Some(place) => fit(place, false, wanted),
        },
    }
}

fn fit(place: Place, matched: bool, wanted: &Wanted<'_>) -> Result<(Place, bool), DecodeError> {
    match place.records {
        0 => Err(DecodeError::Empty),
        _ if place.too_wide => Err(DecodeError::TooManyColumns(wanted.limits.columns_max)),
        _ => Ok((place, matched)),
    }
}
