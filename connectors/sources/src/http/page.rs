//! One page of JSON: its rows as texts, and what it says about the whole. Numbers keep their digits: a page is never read
//! into floats.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::value::RawValue;

use super::RowsSettings;
use crate::settings::{SettingsError, refused};
use crate::trouble::Trouble;

const FIELDS_MAX: usize = 500;

/// Where things stand in the pages of one service.
#[derive(Debug, Clone)]
pub(super) struct Shape {
    pub(super) settings: RowsSettings,
    /// The address has a place for the page; otherwise there is one page only.
    pub(super) is_paged: bool,
}

impl Shape {
    pub(super) fn new(settings: RowsSettings, is_paged: bool) -> Result<Shape, SettingsError> {
        if !(1..=100_000).contains(&settings.page_rows) {
            return Err(refused("rows.page_rows", "source.settings_range"));
        }
        if !(1..=1_000_000).contains(&settings.pages_max) {
            return Err(refused("rows.pages_max", "source.settings_range"));
        }
        if settings.status.is_some() == settings.status_good.is_empty() {
            return Err(refused("rows.status_good", "source.settings_list"));
        }
        let ours: BTreeSet<&String> = settings.fields.values().collect();
        if ours.len() != settings.fields.len() || ours.len() > FIELDS_MAX {
            return Err(refused("rows.fields", "source.settings_list"));
        }
        Ok(Shape { settings, is_paged })
    }
}

/// A row: their names and texts.
pub(super) type Row = BTreeMap<String, Option<String>>;

#[derive(Debug)]
pub(super) struct Page {
    pub(super) rows: Vec<Row>,
    pub(super) total: Option<u64>,
    pub(super) next: Option<String>,
}

impl Page {
    pub(super) fn read(bytes: &[u8], shape: &Shape) -> Result<Page, Trouble> {
        let settings = &shape.settings;
        let document: &RawValue = serde_json::from_slice(bytes).map_err(|_| Trouble::Unreadable)?;
        let said = |place: &Option<String>| match place {
            Some(place) => at(document, place),
            None => Ok(None),
        };
        if settings.status.is_some() {
            let status = said(&settings.status)?.and_then(|value| text(&value).ok().flatten());
            // Many services answer 200 and say in the page that they did not.
            if !status.is_some_and(|status| settings.status_good.contains(&status)) {
                return Err(Trouble::QueryRefused);
            }
        }
        let total = match said(&settings.total)? {
            Some(value) => text(&value)?,
            None => None,
        };
        if settings.total.is_some() && total.is_none() {
            return Err(Trouble::Unreadable);
        }
        let next = match said(&settings.next)? {
            Some(value) => text(&value)?.filter(|next| !next.is_empty()),
            None => None,
        };
        Ok(Page {
            rows: rows(document, settings)?,
            total: total
                .map(|total| total.parse().map_err(|_| Trouble::Unreadable))
                .transpose()?,
            next,
        })
    }
}

fn rows(document: &RawValue, settings: &RowsSettings) -> Result<Vec<Row>, Trouble> {
    let Some(list) = at(document, &settings.at)? else {
        return Ok(Vec::new());
    };
    if list.get() == "null" {
        return Ok(Vec::new());
    }
    let list: Vec<BTreeMap<String, &RawValue>> =
        serde_json::from_str(list.get()).map_err(|_| Trouble::Unreadable)?;
    let wanted = |name: &String| settings.fields.is_empty() || settings.fields.contains_key(name);
    let row = |fields: BTreeMap<String, &RawValue>| {
        let fields = fields.into_iter().filter(|(name, _)| wanted(name));
        fields.map(|(name, value)| Ok((name, text(value)?))).collect()
    };
    list.into_iter().map(row).collect()
}

/// The value at a place, if there is one.
fn at(document: &RawValue, place: &str) -> Result<Option<Box<RawValue>>, Trouble> {
    let mut found = document.to_owned();
    for name in place.split('.').filter(|name| !name.is_empty()) {
        let mut fields: BTreeMap<String, Box<RawValue>> =
            serde_json::from_str(found.get()).map_err(|_| Trouble::Unreadable)?;
        match fields.remove(name) {
            Some(value) => found = value,
            None => return Ok(None),
        }
    }
    Ok(Some(found))
}

/// A value as the text a file would have. Lists and objects are no cells.
fn text(value: &RawValue) -> Result<Option<String>, Trouble> {
    let raw = value.get();
    match raw.as_bytes().first() {
        Some(b'"') => serde_json::from_str(raw)
            .map(Some)
            .map_err(|_| Trouble::Unreadable),
        Some(b'{' | b'[') | None => Err(Trouble::Unreadable),
        Some(b'n') => Ok(None),
        Some(_) => Ok(Some(raw.to_owned())),
    }
}
