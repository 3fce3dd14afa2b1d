//! An entry under the names of the provincial catalogue of government information resources (政务信息资源目录), so that it
//! can be registered there: this hub is no catalogue of its own beside it.

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use super::{Entry, ShareType};
use crate::contract::{Bilingual, Contract};

/// The file of what all entries have in common.
pub(super) const FILE: &str = "resource.toml";

/// The core metadata of one resource, as existing catalogue products name them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Resource {
    /// Given by the catalogue when it registers the entry: its class code, `/`, a number.
    pub resource_code: Option<String>,
    pub name: String,
    #[serde(rename = "abstract")]
    pub summary: String,
    pub provider_name: String,
    pub provider_code: String,
    pub format_class: u8,
    pub share_type: ShareType,
    pub share_condition: String,
    pub share_method: u8,
    pub open_type: u8,
    pub refresh_cycle: u8,
    pub publish_date: Option<String>,
    pub state: u8,
    /// Titles of the columns.
    pub items: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Shared {
    format_class: u8,
    share_method: u8,
    open_type: u8,
    state: u8,
    basis: Vec<String>,
    conditions: Vec<Condition>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Condition {
    share_type: ShareType,
    text: Bilingual,
}

fn shared() -> Option<&'static Shared> {
    static SHARED: OnceLock<Option<Shared>> = OnceLock::new();
    let read = || toml::from_str(super::FILES.get_file(FILE)?.contents_utf8()?).ok();
    SHARED.get_or_init(read).as_ref()
}

impl Entry {
    /// Articles and documents that oblige the provider.
    pub fn basis(&self) -> Vec<String> {
        let common = shared().map(|shared| shared.basis.as_slice()).unwrap_or_default();
        common.iter().chain(&self.basis).cloned().collect()
    }

    /// On what condition others may have it.
    pub fn share_condition(&self) -> Option<&'static Bilingual> {
        let mut conditions = shared()?.conditions.iter();
        let condition = conditions.find(|condition| condition.share_type == self.share_type)?;
        Some(&condition.text)
    }

    /// The entry for the provincial catalogue, in Chinese. `contract` is the feed's, where it has one.
    pub fn resource(&self, contract: Option<&Contract>) -> Option<Resource> {
        let shared = shared()?;
        let items = match contract {
            Some(contract) => contract
                .fields()
                .iter()
                .map(|field| field.title.zh.clone())
                .collect(),
            None => self.items.iter().map(|item| item.zh.clone()).collect(),
        };
        let summary = match (contract, &self.grain) {
            (Some(contract), _) => contract.description().zh.clone(),
            (None, Some(grain)) => grain.zh.clone(),
            (None, None) => self.title.zh.clone(),
        };
        let note = self.share_note.as_ref().map(|note| note.zh.as_str());
        let condition = self.share_condition().map(|condition| condition.zh.as_str());
        Some(Resource {
            resource_code: None,
            name: self.title.zh.clone(),
            summary,
            provider_name: self.provider().map(|name| name.zh.clone()).unwrap_or_default(),
            provider_code: self.department()?.to_string(),
            format_class: shared.format_class,
            share_type: self.share_type,
            share_condition: condition.into_iter().chain(note).collect::<Vec<_>>().join("; "),
            share_method: shared.share_method,
            open_type: shared.open_type,
            refresh_cycle: self.refresh.number(),
            publish_date: None,
            state: shared.state,
            items,
        })
    }
}
