//! The catalogue of tax-related information (涉税信息目录): every feed that departments owe or may come to owe, with a
//! contract or without. What a feed with a contract holds is the contract's matter; here is what a reader of the
//! catalogue asks first: who provides it, how often, about whom, and who may have it.

mod entry;
mod resource;

use std::sync::OnceLock;

use include_dir::{Dir, include_dir};
use serde::Deserialize;

pub use entry::{Entry, Item, Refresh, Scope, ShareType};
pub use resource::Resource;

use crate::contract::Bilingual;
pub use crate::due::Due;
use crate::names::{DepartmentCode, FeedId};

static FILES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/catalogue");

/// A provider of feeds and its part of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provider {
    pub code: DepartmentCode,
    pub name: Bilingual,
    /// By number.
    pub entries: Vec<Entry>,
}

/// All providers, by the lowest number among their entries.
pub fn providers() -> &'static [Provider] {
    static PROVIDERS: OnceLock<Vec<Provider>> = OnceLock::new();
    // A file that does not load fails this crate's tests; it cannot change in the field.
    PROVIDERS.get_or_init(|| {
        let mut providers: Vec<Provider> = files().filter_map(|(_, text)| read(text).ok()).collect();
        providers.sort_by_key(|provider| provider.entries.first().map(|entry| entry.number));
        providers
    })
}

/// All entries, by provider.
pub fn entries() -> impl Iterator<Item = &'static Entry> {
    providers().iter().flat_map(|provider| &provider.entries)
}

/// The entry of a feed. A feed that has a contract need not have one: an operator may open feeds of its own.
pub fn entry(feed: &FeedId) -> Option<&'static Entry> {
    entries().find(|entry| entry.id == *feed)
}

/// The provider with this code.
pub fn provider(code: &DepartmentCode) -> Option<&'static Provider> {
    providers().iter().find(|provider| provider.code == *code)
}

/// The files of the providers.
fn files() -> impl Iterator<Item = (&'static str, &'static str)> {
    let files = FILES
        .files()
        .filter_map(|file| Some((file.path().to_str()?, file.contents_utf8()?)));
    files.filter(|(path, _)| path.ends_with(".toml") && *path != resource::FILE)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    code: DepartmentCode,
    name: Bilingual,
    feeds: Vec<Entry>,
}

fn read(text: &str) -> Result<Provider, String> {
    let File {
        code,
        name,
        mut feeds,
    } = toml::from_str(text).map_err(|error| error.to_string())?;
    feeds.sort_by_key(|entry| entry.number);
    Ok(Provider {
        code,
        name,
        entries: feeds,
    })
}

#[cfg(test)]
mod tests;
