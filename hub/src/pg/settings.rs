//! `SET` and `SHOW`: a short list of what a client may say, of which only the purpose and the notices mean anything to
//! us. None of it reaches the engine.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use schemas::PurposeCode;

use crate::front::{Problem, civil_day};

/// Who reports the version must begin with PostgreSQL's number: drivers parse it.
pub(super) const SERVER_VERSION: &str = "16.0 (Tax Hub)";

pub(super) const PURPOSE: &str = "taxhub.purpose";
pub(super) const AS_OF: &str = "taxhub.as_of";
pub(super) const NOTICES: &str = "taxhub.notices";

/// Settings that are what they are.
const FIXED: &[(&str, &str)] = &[
    ("default_transaction_read_only", "on"),
    ("in_hot_standby", "off"),
    ("integer_datetimes", "on"),
    ("is_superuser", "off"),
    ("max_identifier_length", "63"),
    ("server_encoding", "UTF8"),
    ("server_version", SERVER_VERSION),
    ("server_version_num", "160000"),
    ("standard_conforming_strings", "on"),
    ("transaction isolation level", "repeatable read"),
    ("transaction_isolation", "repeatable read"),
    ("transaction_read_only", "on"),
];

/// Settings a client may change, with what they are before. Answers do not depend on them.
const FREE: &[(&str, &str)] = &[
    ("application_name", ""),
    ("bytea_output", "hex"),
    ("client_encoding", "UTF8"),
    ("client_min_messages", "notice"),
    ("datestyle", "ISO, YMD"),
    ("default_transaction_isolation", "repeatable read"),
    ("extra_float_digits", "1"),
    ("idle_in_transaction_session_timeout", "0"),
    ("intervalstyle", "postgres"),
    ("lock_timeout", "0"),
    ("search_path", "public"),
    ("statement_timeout", "0"),
    ("timezone", "Etc/UTC"),
    (AS_OF, ""),
    (NOTICES, "off"),
    (PURPOSE, ""),
];

/// Bytes of one value.
const VALUE_BYTES_MAX: usize = 256;

#[derive(Clone, Default)]
pub(super) struct Settings {
    changed: BTreeMap<&'static str, String>,
    purpose: Option<PurposeCode>,
    as_of: Option<NaiveDate>,
}

impl Settings {
    /// What the data is wanted for. `None` lets the account's default apply.
    pub(super) fn purpose(&self) -> Option<&PurposeCode> {
        self.purpose.as_ref()
    }

    /// The civil day as of whose end the data is asked for.
    pub(super) fn as_of(&self) -> Option<NaiveDate> {
        self.as_of
    }

    pub(super) fn notices(&self) -> bool {
        self.show(NOTICES)
            .is_ok_and(|value| matches!(value.as_str(), "on" | "true" | "1" | "yes"))
    }

    /// `None` gives the setting its first value back.
    pub(super) fn set(&mut self, name: &str, value: Option<&str>) -> Result<(), Problem> {
        if name == "transaction" {
            return Ok(());
        }
        if FIXED.iter().any(|(fixed, _)| *fixed == name) {
            return Err(Problem::new(400, "55P02", "pg.setting_fixed").with("name", name));
        }
        let (known, _) = FREE
            .iter()
            .find(|(free, _)| *free == name)
            .ok_or_else(|| unknown(name))?;
        let Some(value) = value else {
            self.reset(Some(name));
            return Ok(());
        };
        let wrong = || Problem::new(400, "22023", "pg.setting_value").with("name", name);
        if value.len() > VALUE_BYTES_MAX || value.chars().any(char::is_control) {
            return Err(wrong());
        }
        match name {
            PURPOSE => {
                self.purpose = match value {
                    "" => None,
                    text => Some(
                        PurposeCode::parse(text)
                            .map_err(|_| Problem::new(400, "22023", "hub.purpose_malformed"))?,
                    ),
                };
            }
            AS_OF => {
                self.as_of = match value {
                    "" => None,
                    text => Some(civil_day(text)?),
                };
            }
            // We speak one encoding; a client that wants another would get garbage.
            "client_encoding" if !is_utf8(value) => return Err(wrong()),
            _ => {}
        }
        self.changed.insert(known, value.to_owned());
        Ok(())
    }

    /// `None` resets all.
    pub(super) fn reset(&mut self, name: Option<&str>) {
        match name {
            None => *self = Settings::default(),
            Some(name) => {
                self.changed.remove(name);
                if name == PURPOSE {
                    self.purpose = None;
                }
                if name == AS_OF {
                    self.as_of = None;
                }
            }
        }
    }

    pub(super) fn show(&self, name: &str) -> Result<String, Problem> {
        if let Some(value) = self.changed.get(name) {
            return Ok(value.clone());
        }
        let mut known = FIXED.iter().chain(FREE);
        known
            .find(|(known, _)| *known == name)
            .map(|(_, value)| (*value).to_owned())
            .ok_or_else(|| unknown(name))
    }

    /// All settings by name.
    pub(super) fn all(&self) -> Vec<(&'static str, String)> {
        let mut all: Vec<(&'static str, String)> = FIXED
            .iter()
            .chain(FREE)
            .map(|(name, value)| {
                (
                    *name,
                    self.changed
                        .get(name)
                        .cloned()
                        .unwrap_or_else(|| (*value).to_owned()),
                )
            })
            .collect();
        all.sort();
        all
    }
}

fn unknown(name: &str) -> Problem {
    let shown: String = name.chars().filter(|c| !c.is_control()).take(64).collect();
    Problem::new(400, "42704", "pg.setting_unknown").with("name", shown)
}

fn is_utf8(value: &str) -> bool {
    matches!(
        value.to_ascii_lowercase().trim_matches('\''),
        "utf8" | "utf-8" | "unicode"
    )
}

#[cfg(test)]
mod tests {
    use super::{AS_OF, PURPOSE, Settings};

    #[test]
    fn the_purpose_is_kept_shown_and_reset() {
        let mut settings = Settings::default();
        settings.set(PURPOSE, Some("tax_risk")).unwrap();
        assert_eq!(settings.purpose().unwrap().as_str(), "tax_risk");
        assert_eq!(settings.show(PURPOSE).unwrap(), "tax_risk");
        assert_eq!(
            settings.set(PURPOSE, Some("Not A Code")).unwrap_err().sqlstate,
            "22023"
        );
        assert_eq!(settings.purpose().unwrap().as_str(), "tax_risk");
        settings.reset(Some(PURPOSE));
        assert!(settings.purpose().is_none());
    }

    #[test]
    fn a_past_day_is_kept_and_forgotten() {
        let mut settings = Settings::default();
        assert_eq!(settings.as_of(), None);
        settings.set(AS_OF, Some("2025-03-31")).unwrap();
        assert_eq!(settings.as_of().unwrap().to_string(), "2025-03-31");
        assert_eq!(
            settings.set(AS_OF, Some("March")).unwrap_err().code,
            "http.day_malformed"
        );
        settings.set(AS_OF, Some("")).unwrap();
        assert_eq!(settings.as_of(), None);
        settings.set(AS_OF, Some("2025-03-31")).unwrap();
        settings.reset(Some(AS_OF));
        assert_eq!(settings.as_of(), None);
    }

    #[test]
    fn settings_of_the_engine_do_not_exist_and_facts_cannot_be_changed() {
        let mut settings = Settings::default();
        for name in ["datafusion.runtime.memory_limit", "role", "session_authorization"] {
            assert_eq!(settings.set(name, Some("x")).unwrap_err().sqlstate, "42704");
            assert_eq!(settings.show(name).unwrap_err().sqlstate, "42704");
        }
        assert_eq!(
            settings.set("is_superuser", Some("on")).unwrap_err().sqlstate,
            "55P02"
        );
        assert_eq!(
            settings.set("client_encoding", Some("GBK")).unwrap_err().sqlstate,
            "22023"
        );
        settings.set("client_encoding", Some("utf-8")).unwrap();
        settings.set("application_name", None).unwrap();
    }
}
