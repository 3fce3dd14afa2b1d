//! Documents (JSON, XML) as tables: records are the elements of one array or one repeated element, columns the names of
//! what is in them. Such a file is read twice: once for its shape, because a record may bring a name that no other has,
//! and once for its rows.
//!
//! A value inside a value is a column named by both, `上级/下级`, like a column under a header of two rows.

mod exact;
mod json;
mod names;
mod row;
mod xml;

pub(crate) use json::{Json, open as open_json};
pub(crate) use row::Row;
pub(crate) use xml::{Xml, open as open_xml};

/// Levels of a document above its records, and of values inside a record.
const DEPTH_MAX: usize = 32;

/// Places in a document where records might stand.
const PLACES_MAX: usize = 64;

/// Names told when there are several.
const NAMES_TOLD_MAX: usize = 20;
