//! Where the lake is: the folder `lake` in the data folder, or a bucket. The secret of the bucket is not a setting; it is
//! a file of its own, or in the environment.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use url::Url;

use super::ConfigError;

// Put together, because a whole `lake.…` is a code of the text catalogue and these are names of settings.
const URL: &str = concat!("lake.", "url");
const ENDPOINT: &str = concat!("lake.", "endpoint");
const ACCESS_KEY_ID: &str = concat!("lake.", "access_key_id");

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LakePlace {
    /// `s3://bucket/prefix`. Empty: the folder `lake` in the data folder.
    pub url: String,
    /// `https://host:port` of a store that is not the one the region implies.
    pub endpoint: String,
    pub region: String,
    pub access_key_id: String,
    /// A file that only its owner reads. Empty: `AWS_SECRET_ACCESS_KEY`. Relative to the folder of the settings file.
    pub secret_file: PathBuf,
    /// The bucket is in the path, not in the host name.
    pub path_style: bool,
    /// The endpoint may be `http:`.
    pub allow_http: bool,
}

impl Default for LakePlace {
    fn default() -> Self {
        LakePlace {
            url: String::new(),
            endpoint: String::new(),
            region: "us-east-1".to_owned(),
            access_key_id: String::new(),
            secret_file: PathBuf::new(),
            path_style: true,
            allow_http: false,
        }
    }
}

impl LakePlace {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        if self.is_folder() {
            return Ok(());
        }
        let refused = |key| Err(ConfigError::refused(key, "hub.config_lake"));
        let bucket = self.bucket();
        if bucket.is_none_or(|url| !is_plain(&url) || url.scheme() != "s3" || url.port().is_some()) {
            return refused(URL);
        }
        if self.access_key_id.is_empty() {
            return refused(ACCESS_KEY_ID);
        }
        if self.endpoint.is_empty() {
            return Ok(());
        }
        let endpoint = Url::parse(&self.endpoint).ok();
        let safe = |url: &Url| url.scheme() == "https" || (self.allow_http && url.scheme() == "http");
        match endpoint.is_some_and(|url| is_plain(&url) && safe(&url)) {
            true => Ok(()),
            false => refused(ENDPOINT),
        }
    }

    pub fn is_folder(&self) -> bool {
        self.url.is_empty()
    }

    /// The address of the bucket, if one is named.
    pub fn bucket(&self) -> Option<Url> {
        Url::parse(&self.url).ok()
    }
}

/// A host and perhaps a path. A user, a password or a query would get into messages.
fn is_plain(url: &Url) -> bool {
    url.has_host()
        && url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none()
}
