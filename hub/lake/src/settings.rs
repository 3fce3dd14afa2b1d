//! Where a lake is and how its store is reached, as plain data: it travels to query workers through their pipes.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use url::Url;

/// Where the lake is.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LakeSettings {
    /// `file:///…/lake`, an absolute folder, or `s3://bucket/prefix`; either belongs to this hub alone.
    pub url: Url,
    /// Options of the store, named in [`LakeSettings`]'s constants; `file:` has none.
    #[serde(default)]
    pub options: BTreeMap<String, String>,
}

impl LakeSettings {
    /// `https://host:port` of a store that is not the one the region implies.
    pub const ENDPOINT: &'static str = "endpoint";
    /// The store's region.
    pub const REGION: &'static str = "region";
    /// `true` lets an endpoint be `http:`; rows then cross the network in the clear, sealed objects do not.
    pub const ALLOW_HTTP: &'static str = "allow_http";
    /// `true` puts the bucket into the path, `false` into the host name.
    pub const PATH_STYLE: &'static str = "path_style";
    /// Who we are at the store.
    pub const ACCESS_KEY_ID: &'static str = "access_key_id";
    /// What proves it. Given here and never in the URL, which gets into messages.
    pub const SECRET_ACCESS_KEY: &'static str = "secret_access_key";
}

/// Names of options are shown, values are not; of the URL nothing that could hold a password.
impl fmt::Debug for LakeSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = self.url.host_str().unwrap_or_default();
        f.debug_struct("LakeSettings")
            .field(
                "url",
                &format_args!("{}://{host}{}", self.url.scheme(), self.url.path()),
            )
            .field("options", &self.options.keys().collect::<Vec<_>>())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_shown_without_their_secrets_and_travel_with_them() {
        let settings = LakeSettings {
            url: Url::parse("s3://who:hush@bucket/lake?secret=hush").unwrap(),
            options: BTreeMap::from([(LakeSettings::SECRET_ACCESS_KEY.to_owned(), "hush".to_owned())]),
        };
        let shown = format!("{settings:?}");
        assert!(!shown.contains("hush"), "{shown}");
        assert!(
            shown.contains("s3://bucket/lake") && shown.contains("secret_access_key"),
            "{shown}"
        );
        let travelled: LakeSettings =
            serde_json::from_str(&serde_json::to_string(&settings).unwrap()).unwrap();
        assert_eq!(travelled, settings);
    }
}
