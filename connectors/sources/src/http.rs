//! A web service of another house, in one of two shapes: a file to fetch, or rows in pages of JSON. Numbers stay the text
//! they were sent as. Redirects are not followed and no proxy of the environment is used: the address in the settings is
//! where we go, and nowhere else.

mod asking;
mod page;
mod paging;
mod template;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use async_trait::async_trait;
use serde::Deserialize;
use url::Url;

use crate::body::Body;
use crate::parcel::{Answer, Parcel, Wanted};
use crate::secret::SecretFile;
use crate::settings::{Settings, SettingsError, refused};
use crate::source::{Seen, Source};
use crate::tls;
use crate::trouble::Trouble;
use asking::Asking;
use page::Shape;
use paging::Paging;
use template::Template;

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpSettings {
    /// `{period}`, `{first_day}`, `{last_day}`, `{unit}` stand for the slot's words; `{page}`, `{page_rows}`, `{offset}`
    /// and `{cursor}` for the place in a long list.
    pub url: String,
    #[serde(default)]
    pub method: Method,
    /// The JSON to send with `post`, with the same words.
    #[serde(default)]
    pub body: Option<String>,
    /// The header that carries the token, and what stands before the token in it.
    #[serde(default = "usual_header")]
    pub token_header: String,
    #[serde(default = "usual_prefix")]
    pub token_prefix: String,
    #[serde(default)]
    pub token_file: Option<SecretFile>,
    #[serde(default)]
    pub authority_file: Option<PathBuf>,
    /// Somebody else protects the line, so the address may begin with `http:`.
    #[serde(default)]
    pub plain_network: bool,
    /// Seconds without a byte after which the other side is called slow.
    #[serde(default = "usual_patience")]
    pub answer_seconds: u64,
    #[serde(default)]
    pub zero_when_empty: bool,
    /// Rows in pages of JSON. Without this table the answer is the file itself.
    #[serde(default)]
    pub rows: Option<RowsSettings>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    #[default]
    Get,
    Post,
}

/// Where rows and counts stand in a page. A place is names joined by dots; empty is the page itself.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RowsSettings {
    #[serde(default)]
    pub at: String,
    /// Where the page says how many rows there are in all. Compared with what came.
    #[serde(default)]
    pub total: Option<String>,
    /// Where the page says how to ask for the next one (`{cursor}`).
    #[serde(default)]
    pub next: Option<String>,
    /// Where the page says whether all is well, and the texts that mean it.
    #[serde(default)]
    pub status: Option<String>,
    #[serde(default)]
    pub status_good: Vec<String>,
    #[serde(default = "usual_first")]
    pub page_first: u32,
    #[serde(default = "usual_rows")]
    pub page_rows: u32,
    #[serde(default = "usual_pages")]
    pub pages_max: u32,
    /// Their names and ours. Empty: all fields of the first page under their own names; otherwise only these.
    #[serde(default)]
    pub fields: BTreeMap<String, String>,
}

fn usual_header() -> String {
    "authorization".to_owned()
}

fn usual_prefix() -> String {
    "Bearer ".to_owned()
}

fn usual_patience() -> u64 {
    60
}

fn usual_first() -> u32 {
    1
}

fn usual_rows() -> u32 {
    500
}

fn usual_pages() -> u32 {
    10_000
}

pub struct Http {
    asking: Asking,
    shape: Option<Shape>,
    zero_when_empty: bool,
    bytes_max: u64,
}

impl Http {
    pub(crate) fn new(
        mut settings: HttpSettings,
        common: &Settings,
        folder: &Path,
    ) -> Result<Http, SettingsError> {
        if common.feeds.len() != 1 {
            return Err(refused("feeds", "source.settings_one_feed"));
        }
        if let Some(file) = &mut settings.token_file {
            file.within(folder);
        }
        tls::within(&mut settings.authority_file, folder);
        if !(1..=3_600).contains(&settings.answer_seconds) {
            return Err(refused("answer_seconds", "source.settings_range"));
        }
        let url = Template::parse(&settings.url).ok_or(refused("url", "source.settings_template"))?;
        if !is_safe(&url, settings.plain_network) {
            return Err(refused("url", "source.settings_url"));
        }
        let body = match (&settings.body, settings.method) {
            (Some(body), Method::Post) => {
                Some(Template::parse(body).ok_or(refused("body", "source.settings_template"))?)
            }
            (None, _) => None,
            (Some(_), Method::Get) => return Err(refused("body", "source.settings_template")),
        };
        let paged =
            |template: &Template| template.says("page") || template.says("offset") || template.says("cursor");
        let is_paged = paged(&url) || body.as_ref().is_some_and(paged);
        let shape = match settings.rows {
            Some(rows) => Some(Shape::new(rows, is_paged)?),
            None if is_paged => return Err(refused("rows", "source.settings_paged_file")),
            None => None,
        };
        Ok(Http {
            asking: Asking {
                url,
                body,
                method: settings.method,
                token_header: settings.token_header,
                token_prefix: settings.token_prefix,
                token_file: settings.token_file,
                authority_file: settings.authority_file,
                patience: Duration::from_secs(settings.answer_seconds),
            },
            shape,
            zero_when_empty: settings.zero_when_empty,
            bytes_max: common.bytes_max,
        })
    }

    async fn offered(&self, wanted: &Wanted) -> Result<Parcel, Trouble> {
        let (version, zero) = match &self.shape {
            None => (self.asking.tag(wanted).await?, false),
            Some(shape) => {
                let mut paging = Paging::new(&self.asking, shape, wanted);
                let first = paging.next().await?;
                let rows = first.map_or(0, |page| page.rows.len());
                (paging.version(), rows == 0)
            }
        };
        if zero && !self.zero_when_empty {
            return Err(Trouble::NothingThere);
        }
        Ok(Parcel {
            name: name(wanted),
            version,
            slot: wanted.slot.clone(),
            zero,
            days: Some((wanted.first_day, wanted.last_day)),
        })
    }
}

#[async_trait]
impl Source for Http {
    fn pulls(&self) -> bool {
        true
    }

    async fn look(&self, wanted: &[Wanted]) -> Result<Seen, Trouble> {
        let mut seen = Seen::default();
        for one in wanted {
            match self.offered(one).await {
                Ok(parcel) => seen.parcels.push(parcel),
                Err(Trouble::NothingThere) => seen.troubled.push((name(one), Trouble::NothingThere)),
                Err(trouble) => return Err(trouble),
            }
        }
        Ok(seen)
    }

    async fn open(&self, parcel: &Parcel) -> Result<Body, Trouble> {
        let (first_day, last_day) = parcel.days.ok_or(Trouble::NotWanted)?;
        let wanted = Wanted {
            slot: parcel.slot.clone(),
            first_day,
            last_day,
        };
        let asking = self.asking.clone();
        Ok(match self.shape.clone() {
            None => Body::written(self.bytes_max, move |pen| async move {
                asking.file(&wanted, pen).await
            }),
            Some(shape) => Body::written(self.bytes_max, move |pen| async move {
                Paging::new(&asking, &shape, &wanted).write(pen).await
            }),
        })
    }

    async fn done(&self, _: &Parcel, _: &Answer) -> Result<(), Trouble> {
        Ok(())
    }
}

fn name(wanted: &Wanted) -> String {
    format!("{}/{}/{}", wanted.slot.feed, wanted.slot.period, wanted.slot.unit)
}

/// An address with a host that is written out: words of a slot may stand behind it, never in it.
fn is_safe(url: &Template, plain_network: bool) -> bool {
    let fixed = url.fixed_beginning();
    let Ok(parsed) = Url::parse(fixed) else {
        return false;
    };
    let Some(host) = parsed.host_str() else {
        return false;
    };
    let ends = fixed
        .split_once("://")
        .is_some_and(|(_, rest)| rest.contains('/') || rest.contains('?'));
    let quiet = parsed.username().is_empty() && parsed.password().is_none();
    let safe =
        parsed.scheme() == "https" || (parsed.scheme() == "http" && (plain_network || tls::is_here(host)));
    quiet && safe && (ends || url.is_fixed())
}

#[cfg(test)]
mod tests;
