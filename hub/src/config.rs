//! The settings of one hub: `taxhub.toml`, its defaults and what is refused about it. Every key has a text in the
//! catalogue under `config.<key>`, dots as underscores; `reference` prints them all. Not here: secrets, which are files in the data folder.

mod duties;
mod error;
mod feeds;
mod lake;
mod limits;
mod listen;
mod reference;
mod reminders;

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

pub use duties::Duties;
pub use error::ConfigError;
pub use feeds::Feeds;
pub use lake::LakePlace;
pub use limits::{Limits, SignIn, Workers};
pub use listen::Listen;
pub use reference::reference;
pub use reminders::{Mail, MailSecurity, Reminders, Webhook, is_address};

/// Everything an operator may set. Fields left out of the file keep the defaults below.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where the lake, the registry, the keys and the audit log live. Relative to the folder of the file.
    pub data_dir: PathBuf,
    /// Contracts beyond the built-in ones. Empty: the built-in ones only. Relative to the folder of the file.
    pub contracts_dir: PathBuf,
    /// Rates and tolerances that replace built-in ones, key by key. Empty: the built-in ones only. Relative to the folder
    /// of the file.
    pub rates_file: PathBuf,
    /// Where files come from by themselves: one settings file per source. Empty: nowhere. Relative to the folder of the
    /// file.
    pub sources_dir: PathBuf,
    pub feeds: Feeds,
    pub lake: LakePlace,
    pub listen: Listen,
    pub limits: Limits,
    pub duties: Duties,
    pub reminders: Reminders,
    pub workers: Workers,
    pub sign_in: SignIn,
    pub log: Log,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            data_dir: PathBuf::from("data"),
            contracts_dir: PathBuf::new(),
            rates_file: PathBuf::new(),
            sources_dir: PathBuf::new(),
            feeds: Feeds::default(),
            lake: LakePlace::default(),
            listen: Listen::default(),
            limits: Limits::default(),
            duties: Duties::default(),
            reminders: Reminders::default(),
            workers: Workers::default(),
            sign_in: SignIn::default(),
            log: Log::default(),
        }
    }
}

/// What is logged to standard error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    /// `error`, `warn`, `info`, `debug`, or a filter such as `info,hub::pg=debug`.
    pub level: String,
    pub format: LogFormat,
}

impl Default for Log {
    fn default() -> Self {
        Log {
            level: "info".to_owned(),
            format: LogFormat::Json,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    Json,
    Text,
}

impl Config {
    /// Reads and checks a file; paths in the answer no longer depend on the working folder of the process.
    pub fn load(path: &Path) -> Result<Config, ConfigError> {
        let text = fs::read_to_string(path).map_err(|source| ConfigError::unreadable(path, &source))?;
        let mut config = Config::parse(&text)?;
        // Workers run in another folder, so a path that hangs on ours would lead them astray.
        let path = std::path::absolute(path).map_err(|source| ConfigError::unreadable(path, &source))?;
        let folder = path.parent().unwrap_or(Path::new("/"));
        config.data_dir = folder.join(&config.data_dir);
        for file in [
            &mut config.contracts_dir,
            &mut config.rates_file,
            &mut config.sources_dir,
            &mut config.lake.secret_file,
            &mut config.duties.workdays_file,
            &mut config.reminders.contacts_file,
            &mut config.reminders.mail.password_file,
            &mut config.reminders.mail.ca_file,
            &mut config.reminders.webhook.secret_file,
        ] {
            // Left empty, a path means that there is no such file.
            if !file.as_os_str().is_empty() {
                *file = folder.join(&*file);
            }
        }
        Ok(config)
    }

    /// Reads and checks a text. Unknown keys are errors: a limit with a typing mistake is a limit that is not there.
    pub fn parse(text: &str) -> Result<Config, ConfigError> {
        let config: Config = toml::from_str(text).map_err(|error| ConfigError::from_toml(text, &error))?;
        config.feeds.check()?;
        config.lake.check()?;
        config.listen.check()?;
        config.limits.check()?;
        config.duties.check()?;
        config.reminders.check()?;
        config.workers.check()?;
        config.sign_in.check()?;
        crate::logs::filter(&config.log.level)
            .map_err(|_| ConfigError::refused("log.level", "hub.config_log_level"))?;
        Ok(config)
    }

    /// The settings as a file that `load` accepts.
    pub fn to_toml(&self) -> String {
        toml::to_string(self).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;
