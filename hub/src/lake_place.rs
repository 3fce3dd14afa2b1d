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

#[cfg(test)]
mod tests {
    use super::*;

    fn place(secret_file: &Path) -> LakePlace {
        LakePlace {
            url: "s3://bucket/lake".to_owned(),
            access_key_id: "hub".to_owned(),
            secret_file: secret_file.to_owned(),
            ..LakePlace::default()
        }
    }

    #[test]
    fn a_secret_is_a_file_that_only_its_owner_reads() {
        let dir = tempfile::tempdir().unwrap();
        let (file, folder) = (dir.path().join("secret"), Folder::new(dir.path()));
        let code = |file: &Path| lake_settings(&place(file), &folder).unwrap_err().code;
        assert_eq!(code(&file), "hub.lake_secret_missing");
        fs::write(&file, "hush\n").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        assert_eq!(code(&file), "hub.lake_secret_open");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        let settings = lake_settings(&place(&file), &folder).unwrap();
        assert_eq!(
            settings.options.get("secret_access_key").map(String::as_str),
            Some("hush")
        );
        assert!(!format!("{settings:?}").contains("hush"));
        fs::write(&file, "\n").unwrap();
        assert_eq!(code(&file), "hub.lake_secret_missing");
    }

    #[test]
    fn without_a_url_the_lake_is_a_folder_in_the_data_folder() {
        let dir = tempfile::tempdir().unwrap();
        let settings = lake_settings(&LakePlace::default(), &Folder::new(dir.path())).unwrap();
        assert!(settings.url.path().ends_with("/lake/") && settings.url.scheme() == "file");
        assert!(dir.path().join("lake").is_dir());
    }
}
