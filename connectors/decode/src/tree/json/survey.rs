//! The first reading of a JSON document: where its records are and what names they use.

use std::io::{Read, Seek};

use super::super::{DEPTH_MAX, PLACES_MAX};
use super::parse;
use super::place::{Layout, Place};
use super::text::unescape;
use super::values::{Extent, Values};
use crate::cells::Cells;
use crate::error::DecodeError;
use crate::open::Wanted;
use crate::tree::row::utf8;

/// A survey under way.
pub(super) struct Survey<'a, R> {
    pub values: Values<R>,
    pub cells: Cells,
    pub wanted: &'a Wanted<'a>,
    pub places: Vec<Place>,
    pub decoded: Vec<u8>,
}

impl<R: Read + Seek> Survey<'_, R> {
    /// Walks over a document that is an array or an object. What may follow it is not looked at.
    pub fn document(&mut self) -> Result<(), DecodeError> {
        match self.values.peek()? {
            Some(b'[') => self.array(String::new()),
            Some(b'{') => self.object(String::new(), 0),
            _ => Err(self.values.broken()),
        }
    }

    fn object(&mut self, path: String, depth: usize) -> Result<(), DecodeError> {
        self.values.takes(b'{')?;
        loop {
            if self.values.takes(b'}')? {
                return Ok(());
            }
            let name = self.name()?;
            if !self.values.takes(b':')? {
                return self.fault();
            }
            let inner = match path.as_str() {
                "" => name,
                path => format!("{path}/{name}"),
            };
            match self.values.peek()? {
                None => return Err(DecodeError::Truncated),
                Some(b'{') if depth < DEPTH_MAX => self.object(inner, depth + 1)?,
                Some(b'[') => self.array(inner)?,
                Some(_) => self.plain()?,
            }
            if !self.values.takes(b',')? && self.values.peek()? != Some(b'}') {
                return self.fault();
            }
        }
    }

    fn name(&mut self) -> Result<String, DecodeError> {
        if self.values.peek()? != Some(b'"') {
            return self.fault();
        }
        match self.values.extent()? {
            Extent::TooLong => Err(self.values.broken()),
            Extent::Whole(length) => {
                let raw = self.values.window.text().get(1..length.saturating_sub(1));
                let raw = utf8(self.cells, raw.unwrap_or_default(), &mut self.decoded).text;
                let mut name = Vec::new();
                unescape(raw, &mut name);
                self.values.window.pass(length);
                Ok(String::from_utf8_lossy(&name).into_owned())
            }
        }
    }

    /// A value that holds no records.
    fn plain(&mut self) -> Result<(), DecodeError> {
        let before = self.values.offset();
        self.values.skip()?;
        // Where a value should be there is a comma or a bracket.
        if self.values.offset() == before {
            return self.fault();
        }
        Ok(())
    }

    fn array(&mut self, path: String) -> Result<(), DecodeError> {
        self.values.takes(b'[')?;
        let layout = match self.values.peek()? {
            Some(b'[') => Layout::Rows,
            _ => Layout::Array,
        };
        let mut place = Place::new(path, layout, self.values.offset());
        let mut objects = 0u64;
        loop {
            if self.values.takes(b']')? {
                break;
            }
            match self.values.peek()? {
                None => return Err(DecodeError::Truncated),
                Some(next) if next == layout.opening() => {
                    objects += 1;
                    self.record(&mut place)?;
                }
                Some(_) => self.plain()?,
            }
            place.records += 1;
            if place.records > self.wanted.limits.rows_max {
                return Err(DecodeError::TooManyRows(self.wanted.limits.rows_max));
            }
            if !self.values.takes(b',')? && self.values.peek()? != Some(b']') {
                return self.fault();
            }
        }
        // A list of words or numbers is no table; an empty one may be one without rows.
        if (objects > 0 || place.records == 0) && self.places.len() < PLACES_MAX {
            self.places.push(place);
        }
        Ok(())
    }

    /// Notes the names of a record and passes over it.
    fn record(&mut self, place: &mut Place) -> Result<(), DecodeError> {
        let Extent::Whole(length) = self.values.extent()? else {
            return self.values.skip();
        };
        let record = self.values.window.text().get(..length).unwrap_or_default();
        let record = utf8(self.cells, record, &mut self.decoded);
        if let Err(parse::Broken(at)) = place.note(record.text, self.wanted.limits.columns_max) {
            let at = if record.is_decoded { 0 } else { at };
            return Err(DecodeError::Broken(self.values.window.offset(at)));
        }
        self.values.window.pass(length);
        Ok(())
    }

    fn fault<T>(&mut self) -> Result<T, DecodeError> {
        Err(match self.values.peek()? {
            None => DecodeError::Truncated,
            Some(_) => self.values.broken(),
        })
    }

    /// Walks over one object after another to the end of the file. In lines a broken one is passed over.
    pub fn stream(&mut self, layout: Layout) -> Result<Place, DecodeError> {
        let mut place = Place::new(String::new(), layout, self.values.offset());
        while self.values.peek()?.is_some() {
            if place.records == self.wanted.limits.rows_max {
                return Err(DecodeError::TooManyRows(self.wanted.limits.rows_max));
            }
            match layout {
                Layout::Lines => self.line(&mut place)?,
                _ if self.values.peek()? == Some(b'{') => self.record(&mut place)?,
                _ => return Err(self.values.broken()),
            }
            place.records += 1;
        }
        Ok(place)
    }

    fn line(&mut self, place: &mut Place) -> Result<(), DecodeError> {
        let Extent::Whole(length) = self.values.line()? else {
            return self.values.skip_line();
        };
        let line = self.values.window.text().get(..length).unwrap_or_default();
        let line = utf8(self.cells, line, &mut self.decoded);
        // What is broken is told when the rows are read, and brings no names.
        let _ = place.note(line.text, self.wanted.limits.columns_max);
        self.values.window.pass(length);
        Ok(())
    }
}
