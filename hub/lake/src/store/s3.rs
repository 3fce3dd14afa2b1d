//! A lake in a bucket of an S3-compatible store.
//!
//! What the lake needs of it: an object is there when its PUT is acknowledged (S3's own promise), and a PUT with
//! `If-None-Match: *` creates or fails, which is how two commits cannot both become one version. The probe tries the
//! latter at every start.
//!
//! A conditional PUT that was answered with an error may have been carried out; the client sends it again after a 5xx
//! and may then hear that its own object exists. So `AlreadyExists` does not say whose object it is. Nobody here decides
//! by it: the commit reads the log (`feed::commit`), the making of a table too (`feed::columns`), the probe its object.

use std::sync::Arc;
use std::time::Duration;

use object_store::aws::{AmazonS3, AmazonS3Builder, S3ConditionalPut};
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use object_store::{BackoffConfig, ClientOptions, ObjectStore, RetryConfig};
use url::Url;

use crate::error::LakeError;
use crate::settings::LakeSettings;

const REGION_DEFAULT: &str = "us-east-1";
const CONNECT_TIME_MAX: Duration = Duration::from_secs(5);
/// One request, its body included; parts of a data file have 10 MiB.
const REQUEST_TIME_MAX: Duration = Duration::from_secs(60);
/// The client's own retries after a 5xx. Few: whoever called may look first and then try again, which is better.
const RETRIES_MAX: usize = 4;
const RETRY_TIME_MAX: Duration = Duration::from_secs(20);

/// The bucket, seen from the lake's prefix. Nothing is asked of the network yet.
pub(super) fn open(settings: &LakeSettings) -> Result<Arc<dyn ObjectStore>, LakeError> {
    let (bucket, prefix) = place(&settings.url)?;
    let store = Arc::new(client(settings, bucket)?);
    Ok(match prefix.parts().next() {
        Some(_) => Arc::new(PrefixStore::new(store, prefix)),
        None => store,
    })
}

/// A URL with a user, a password, a port, a query or a fragment is refused: all of them would end up in messages.
fn place(url: &Url) -> Result<(&str, Path), LakeError> {
    let plain = url.username().is_empty()
        && url.password().is_none()
        && url.port().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    let bucket = url
        .host_str()
        .filter(|bucket| plain && !bucket.is_empty())
        .ok_or(LakeError::Url)?;
    Ok((
        bucket,
        Path::from_url_path(url.path()).map_err(|_| LakeError::Url)?,
    ))
}

fn client(settings: &LakeSettings, bucket: &str) -> Result<AmazonS3, LakeError> {
    let mut client = ClientOptions::new()
        .with_connect_timeout(CONNECT_TIME_MAX)
        .with_timeout(REQUEST_TIME_MAX);
    let retry = RetryConfig {
        backoff: BackoffConfig {
            init_backoff: Duration::from_millis(100),
            max_backoff: Duration::from_secs(2),
            base: 2.,
        },
        max_retries: RETRIES_MAX,
        retry_timeout: RETRY_TIME_MAX,
    };
    let mut builder = AmazonS3Builder::new()
        .with_bucket_name(bucket)
        .with_region(REGION_DEFAULT)
        .with_virtual_hosted_style_request(false)
        .with_conditional_put(S3ConditionalPut::ETagMatch)
        .with_retry(retry);
    // Without both, the client would ask an address of its cloud for credentials.
    let (mut key_id, mut secret) = (false, false);
    for (name, value) in &settings.options {
        builder = match name.as_str() {
            LakeSettings::ENDPOINT => builder.with_endpoint(value.trim_end_matches('/')),
            LakeSettings::REGION => builder.with_region(value),
            LakeSettings::ALLOW_HTTP => {
                client = client.with_allow_http(truth(value)?);
                builder
            }
            LakeSettings::PATH_STYLE => builder.with_virtual_hosted_style_request(!truth(value)?),
            LakeSettings::ACCESS_KEY_ID => {
                key_id = !value.is_empty();
                builder.with_access_key_id(value)
            }
            LakeSettings::SECRET_ACCESS_KEY => {
                secret = !value.is_empty();
                builder.with_secret_access_key(value)
            }
            _ => return Err(LakeError::Options),
        };
    }
    if !(key_id && secret) {
        return Err(LakeError::Options);
    }
    // The builder's errors name options, not their values.
    let built = builder.with_client_options(client).build();
    built.map_err(|e| LakeError::Options.because("reach the bucket", e))
}

fn truth(value: &str) -> Result<bool, LakeError> {
    value.parse().map_err(|_| LakeError::Options)
}
