//! Settings that catalogue queries may look at: what is the same for every session. What a session has set is answered
//! by the gateway (`SHOW`).

use super::rows::{Row, text, truth};

/// As clients compare it: they ask for nothing that came after this version.
pub(super) const VERSION: &str = "16.0";

const SETTINGS: [(&str, &str); 12] = [
    ("default_transaction_read_only", "on"),
    ("integer_datetimes", "on"),
    ("is_superuser", "off"),
    ("max_identifier_length", "63"),
    ("max_index_keys", "32"),
    ("search_path", "public"),
    ("server_encoding", "UTF8"),
    ("server_version", VERSION),
    ("server_version_num", "160000"),
    ("standard_conforming_strings", "on"),
    ("transaction_isolation", "repeatable read"),
    ("transaction_read_only", "on"),
];

pub(super) fn value(name: &str) -> Option<&'static str> {
    SETTINGS
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, value)| *value)
}

/// Rows of `pg_settings`.
pub(super) fn rows() -> Vec<Row> {
    let row = |(name, value): &(&'static str, &'static str)| {
        vec![
            ("name", text(*name)),
            ("setting", text(*value)),
            ("category", text("")),
            ("short_desc", text("")),
            ("context", text("internal")),
            ("vartype", text("string")),
            ("source", text("default")),
            ("boot_val", text(*value)),
            ("reset_val", text(*value)),
            ("pending_restart", truth(false)),
        ]
    };
    SETTINGS.iter().map(row).collect()
}
