//! A bucket of an object store: every object whose name says its slot is a parcel. An object is there whole or not at all,
//! so it needs no marker. Objects stay where they are; an answer can be put beside them.

use std::path::Path as FilePath;
use std::time::Duration;

use async_trait::async_trait;
use futures::TryStreamExt;
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::path::Path;
use object_store::{ClientOptions, Error, ObjectMeta, ObjectStore, ObjectStoreExt, RetryConfig};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use tokio::time::timeout;
use url::Url;

use crate::body::Body;
use crate::folder::usual_pattern;
use crate::parcel::{Answer, Parcel, Wanted};
use crate::pattern::Pattern;
use crate::secret::SecretFile;
use crate::settings::{Settings, SettingsError, refused};
use crate::source::{OFFERS_MAX, Seen, Source};
use crate::tls;
use crate::trouble::Trouble;

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObjectsSettings {
    /// `https://host:port` of the store.
    pub endpoint: String,
    pub bucket: String,
    /// Where in the bucket the files lie. Only objects directly there are looked at.
    #[serde(default)]
    pub prefix: String,
    #[serde(default = "usual_region")]
    pub region: String,
    pub access_key_id: String,
    pub secret_file: SecretFile,
    /// The bucket is in the path, not in the host name.
    #[serde(default = "yes")]
    pub path_style: bool,
    /// Somebody else protects the line, so the endpoint may begin with `http:`.
    #[serde(default)]
    pub plain_network: bool,
    /// What an object's name says, as in a drop folder.
    #[serde(default = "usual_pattern")]
    pub pattern: String,
    /// Where to put the answers. Nothing: nowhere.
    #[serde(default)]
    pub answers: Option<String>,
    /// Seconds without a byte after which the store is called slow.
    #[serde(default = "usual_patience")]
    pub answer_seconds: u64,
}

fn usual_region() -> String {
    "us-east-1".to_owned()
}

fn yes() -> bool {
    true
}

fn usual_patience() -> u64 {
    60
}

const TRIES_MAX: usize = 3;
/// Names programs of the bucket's owner use while they make something up of parts.
const UNFINISHED: [&str; 3] = [".part", ".tmp", "/"];

pub struct Objects {
    settings: ObjectsSettings,
    pattern: Pattern,
    bytes_max: u64,
}

impl Objects {
    pub(crate) fn new(
        mut settings: ObjectsSettings,
        common: &Settings,
        folder: &FilePath,
    ) -> Result<Objects, SettingsError> {
        settings.secret_file.within(folder);
        let safe = Url::parse(&settings.endpoint).is_ok_and(|url| {
            let host = url.host_str().unwrap_or_default();
            let plain = url.scheme() == "http" && (settings.plain_network || tls::is_here(host));
            url.has_host() && url.username().is_empty() && (plain || url.scheme() == "https")
        });
        if !safe {
            return Err(refused("objects.endpoint", "source.settings_url"));
        }
        if !(1..=3_600).contains(&settings.answer_seconds) {
            return Err(refused("objects.answer_seconds", "source.settings_range"));
        }
        // Answers among the files would be files themselves.
        if settings
            .answers
            .as_deref()
            .is_some_and(|answers| same_place(answers, &settings.prefix))
        {
            return Err(refused("objects.answers", "source.settings_answers"));
        }
        let pattern = Pattern::new(&settings.pattern, &common.feeds, &common.units)
            .ok_or(refused("objects.pattern", "source.settings_pattern"))?;
        Ok(Objects {
            settings,
            pattern,
            bytes_max: common.bytes_max,
        })
    }

    fn patience(&self) -> Duration {
        Duration::from_secs(self.settings.answer_seconds)
    }

    /// The secret is read anew for each look and each parcel.
    fn store(&self) -> Result<AmazonS3, Trouble> {
        let settings = &self.settings;
        let retry = RetryConfig {
            max_retries: TRIES_MAX,
            retry_timeout: self.patience(),
            ..RetryConfig::default()
        };
        let client = ClientOptions::new()
            .with_allow_http(settings.endpoint.starts_with("http:"))
            .with_connect_timeout(self.patience())
            .with_timeout_disabled();
        AmazonS3Builder::new()
            .with_endpoint(&settings.endpoint)
            .with_bucket_name(&settings.bucket)
            .with_region(&settings.region)
            .with_access_key_id(&settings.access_key_id)
            .with_secret_access_key(settings.secret_file.read()?.as_str())
            .with_virtual_hosted_style_request(!settings.path_style)
            .with_client_options(client)
            .with_retry(retry)
            .build()
            .map_err(|error| trouble(&error))
    }

    fn path(&self, name: &str) -> Path {
        Path::from(self.settings.prefix.as_str()).join(name)
    }

    async fn listed(&self) -> Result<Vec<ObjectMeta>, Trouble> {
        let store = self.store()?;
        let prefix = Path::from(self.settings.prefix.as_str());
        let mut listed = store.list(Some(&prefix));
        let mut found = Vec::new();
        while let Some(object) = timeout(self.patience(), listed.try_next())
            .await
            .map_err(|_| Trouble::Slow)?
            .map_err(|error| trouble(&error))?
        {
            let directly = object
                .location
                .prefix_match(&prefix)
                .is_some_and(|rest| rest.count() == 1);
            if directly {
                found.push(object);
            }
            if found.len() > OFFERS_MAX {
                return Err(Trouble::TooLarge);
            }
        }
        found.sort_by(|one, other| {
            (one.last_modified, &one.location).cmp(&(other.last_modified, &other.location))
        });
        Ok(found)
    }
}

#[async_trait]
impl Source for Objects {
    fn pulls(&self) -> bool {
        false
    }

    async fn look(&self, _: &[Wanted]) -> Result<Seen, Trouble> {
        let mut seen = Seen::default();
        for object in self.listed().await? {
            let name = object.location.filename().unwrap_or_default().to_owned();
            if name.is_empty() || UNFINISHED.iter().any(|end| name.ends_with(end)) {
                continue;
            }
            let Some(slot) = self.pattern.slot(&name) else {
                seen.troubled.push((name, Trouble::NameUnknown));
                continue;
            };
            seen.parcels.push(Parcel {
                version: version(&object),
                slot,
                zero: name.ends_with(".zero") && object.size == 0,
                days: None,
                name,
            });
        }
        Ok(seen)
    }

    async fn open(&self, parcel: &Parcel) -> Result<Body, Trouble> {
        let (store, patience) = (self.store()?, self.patience());
        let asking = timeout(patience, store.get(&self.path(&parcel.name))).await;
        let object = asking.map_err(|_| Trouble::Slow)?.map_err(|error| match error {
            Error::NotFound { .. } => Trouble::Changed,
            other => trouble(&other),
        })?;
        if version(&object.meta) != parcel.version {
            return Err(Trouble::Changed);
        }
        if object.meta.size > self.bytes_max {
            return Err(Trouble::TooLarge);
        }
        Ok(Body::written(self.bytes_max, move |mut pen| async move {
            let (announced, mut came) = (object.meta.size, 0_u64);
            let mut pieces = object.into_stream();
            while let Some(piece) = timeout(patience, pieces.try_next())
                .await
                .map_err(|_| Trouble::Slow)?
                .map_err(|error| trouble(&error))?
            {
                came = came.saturating_add(piece.len() as u64);
                pen.write(&piece).await?;
            }
            match came == announced {
                true => Ok(pen),
                false => Err(Trouble::CutShort),
            }
        }))
    }

    async fn done(&self, parcel: &Parcel, answer: &Answer) -> Result<(), Trouble> {
        let Some(answers) = &self.settings.answers else {
            return Ok(());
        };
        let place = Path::from(answers.as_str()).join(format!("{}.json", parcel.name));
        let store = self.store()?;
        let putting = timeout(self.patience(), store.put(&place, answer.document.clone().into())).await;
        putting
            .map_err(|_| Trouble::Slow)?
            .map(drop)
            .map_err(|error| trouble(&error))
    }
}

/// By what one tells that an object is another one: its tag, or its size and time.
fn version(object: &ObjectMeta) -> String {
    let mut hash = Sha256::new();
    match &object.e_tag {
        Some(tag) => hash.update(tag.trim_matches('"').as_bytes()),
        None => hash.update(object.last_modified.to_rfc3339().as_bytes()),
    }
    let hash = hex::encode(hash.finalize());
    format!("{}-{}", object.size, hash.get(..24).unwrap_or_default())
}

fn same_place(one: &str, other: &str) -> bool {
    one.trim_matches('/') == other.trim_matches('/')
}

/// The store's message holds addresses and names; the kind of the error does not.
fn trouble(error: &Error) -> Trouble {
    let found = match error {
        Error::Unauthenticated { .. } | Error::PermissionDenied { .. } => Trouble::Credentials,
        Error::NotFound { .. } => Trouble::PlaceUnusable,
        Error::NotSupported { .. } | Error::NotImplemented { .. } | Error::InvalidPath { .. } => {
            Trouble::PlaceUnusable
        }
        _ => Trouble::Unreachable,
    };
    tracing::info!(code = found.code(), "an object store refused or went away");
    found
}
