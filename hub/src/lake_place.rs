//! From the settings to a lake that can be opened: makes the folder, or reads the secret of the bucket.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use lake::LakeSettings;

use crate::center::OpenError;
use crate::config::LakePlace;
use crate::folder::Folder;

const SECRET_VARIABLE: &str = "AWS_SECRET_ACCESS_KEY";
const SECRET_BYTES_MAX: u64 = 4096;

/// # Errors
/// `hub.lake_secret_missing`, `hub.lake_secret_open` for a file that others may read, `hub.data_folder_unusable`.
pub fn lake_settings(place: &LakePlace, folder: &Folder) -> Result<LakeSettings, OpenError> {
    if place.is_folder() {
        let url = folder.lake_url();
        let url = url.map_err(|e| OpenError::new("hub.data_folder_unusable", e.kind()))?;
        return Ok(LakeSettings {
            url,
            options: BTreeMap::new(),
        });
    }
    let url = place
        .bucket()
        .ok_or_else(|| OpenError::new("lake.url", "not a url"))?;
    let truth = |value: bool| value.to_string();
    let options = [
        (LakeSettings::ENDPOINT, place.endpoint.clone()),
        (LakeSettings::REGION, place.region.clone()),
        (LakeSettings::ACCESS_KEY_ID, place.access_key_id.clone()),
        (LakeSettings::SECRET_ACCESS_KEY, secret(&place.secret_file)?),
        (LakeSettings::PATH_STYLE, truth(place.path_style)),
        (LakeSettings::ALLOW_HTTP, truth(place.allow_http)),
    ];
    let given = options.into_iter().filter(|(_, value)| !value.is_empty());
    Ok(LakeSettings {
        url,
        options: given.map(|(name, value)| (name.to_owned(), value)).collect(),
    })
}

fn secret(file: &Path) -> Result<String, OpenError> {
    let missing = |why: &dyn std::fmt::Display| OpenError::new("hub.lake_secret_missing", why);
    let text = match file.as_os_str().is_empty() {
        true => std::env::var(SECRET_VARIABLE).map_err(|_| missing(&SECRET_VARIABLE))?,
        false => {
            let about = fs::metadata(file).map_err(|e| missing(&e.kind()))?;
            if about.permissions().mode() & 0o077 != 0 {
                return Err(OpenError::new("hub.lake_secret_open", "chmod 600"));
            }
            if about.len() > SECRET_BYTES_MAX {
                return Err(missing(&"too long"));
            }
            fs::read_to_string(file).map_err(|e| missing(&e.kind()))?
        }
    };
    match text.trim() {
        "" => Err(missing(&"empty")),
        secret => Ok(secret.to_owned()),
    }
}
