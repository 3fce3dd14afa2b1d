//! Whether, when and by which ways departments are reminded. Passwords and secrets are files of their own.

use std::path::PathBuf;

use chrono::NaiveTime;
use serde::{Deserialize, Serialize};
use url::Url;

use super::ConfigError;
use super::limits::in_range;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Reminders {
    /// Who is reminded. Empty: nobody is. Relative to the folder of the settings file.
    pub contacts_file: PathBuf,
    /// Minutes between two looks at the duties.
    pub every_minutes: u32,
    /// Reminders go out from this time of day, Asia/Shanghai, on working days only.
    pub from: String,
    /// And until this one.
    pub until: String,
    /// Working days after the due day from which the heads and the coordinating office hear of it.
    pub escalate_workdays: u32,
    /// Attempts before a reminder is given up.
    pub attempts_max: u32,
    /// Where people find the hub, for the link in a mail. Empty: no link.
    pub page_url: String,
    pub mail: Mail,
    pub webhook: Webhook,
}

impl Default for Reminders {
    fn default() -> Self {
        Reminders {
            contacts_file: PathBuf::new(),
            every_minutes: 10,
            from: "08:30".to_owned(),
            until: "17:30".to_owned(),
            escalate_workdays: 3,
            attempts_max: 8,
            page_url: String::new(),
            mail: Mail::default(),
            webhook: Webhook::default(),
        }
    }
}

/// The mail server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Mail {
    /// Empty: no mail is sent.
    pub host: String,
    pub port: u16,
    pub security: MailSecurity,
    /// Empty: the server asks for no name.
    pub user: String,
    /// A file that only its owner reads.
    pub password_file: PathBuf,
    /// The sender's address.
    pub from: String,
    /// Certificates (PEM) that are trusted besides those of the system.
    pub ca_file: PathBuf,
}

/// How what is said to the mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailSecurity {
    /// TLS after STARTTLS, usually port 587 or 25.
    Starttls,
    /// TLS from the first byte, usually port 465.
    Tls,
    /// In the clear, within a closed network.
    None,
}

impl Default for Mail {
    fn default() -> Self {
        Mail {
            host: String::new(),
            port: 587,
            security: MailSecurity::Starttls,
            user: String::new(),
            password_file: PathBuf::new(),
            from: String::new(),
            ca_file: PathBuf::new(),
        }
    }
}

/// A program that wants to hear of reminders.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Webhook {
    /// Empty: nobody does.
    pub url: String,
    /// The key of the signature: a file that only its owner reads.
    pub secret_file: PathBuf,
    /// The address may be `http:`.
    pub allow_http: bool,
}

impl Reminders {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        in_range("reminders.every_minutes", self.every_minutes.into(), 1, 1_440)?;
        in_range(
            "reminders.escalate_workdays",
            self.escalate_workdays.into(),
            1,
            60,
        )?;
        in_range("reminders.attempts_max", self.attempts_max.into(), 1, 100)?;
        let refused = |key| Err(ConfigError::refused(key, "hub.config_reminders"));
        if self.hours().is_none() {
            return refused("reminders.from");
        }
        if !self.page_url.is_empty() && !is_web(&self.page_url, true) {
            return refused("reminders.page_url");
        }
        if !self.mail.host.is_empty() {
            if !is_address(&self.mail.from) {
                return refused("reminders.mail.from");
            }
            let host = self.mail.host.as_str();
            if !host
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b".-:".contains(&b))
            {
                return refused("reminders.mail.host");
            }
            // A name and no password, or a password nobody asks for, is a slip.
            if self.mail.user.is_empty() != self.mail.password_file.as_os_str().is_empty() {
                return refused("reminders.mail.user");
            }
            // A password in the clear would be read by whoever is on the way.
            if self.mail.security == MailSecurity::None && !self.mail.user.is_empty() {
                return refused("reminders.mail.security");
            }
        }
        if !self.webhook.url.is_empty() {
            if !is_web(&self.webhook.url, self.webhook.allow_http) {
                return refused("reminders.webhook.url");
            }
            if self.webhook.secret_file.as_os_str().is_empty() {
                return refused("reminders.webhook.secret_file");
            }
        }
        Ok(())
    }

    /// First and last time of day at which reminders go out.
    pub fn hours(&self) -> Option<(NaiveTime, NaiveTime)> {
        let read = |text: &str| NaiveTime::parse_from_str(text, "%H:%M").ok();
        let (from, until) = (read(&self.from)?, read(&self.until)?);
        (from < until).then_some((from, until))
    }

    /// Is there anybody to remind, and a way?
    pub fn is_on(&self) -> bool {
        !self.contacts_file.as_os_str().is_empty()
            && !(self.mail.host.is_empty() && self.webhook.url.is_empty())
    }
}

fn is_web(text: &str, http: bool) -> bool {
    Url::parse(text).is_ok_and(|url| {
        let safe = url.scheme() == "https" || (http && url.scheme() == "http");
        safe && url.has_host() && url.username().is_empty() && url.password().is_none()
    })
}

/// A plain mail address: nothing in it can end a line or a command of the mail protocol.
pub fn is_address(text: &str) -> bool {
    let plain = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"._%+-".contains(&b))
    };
    text.len() <= 254
        && text.split_once('@').is_some_and(|(name, host)| {
            plain(name) && plain(host) && !host.starts_with('.') && !host.ends_with('.')
        })
}
