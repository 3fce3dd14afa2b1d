//! The few words in which the databases differ.

/// How one database writes what we need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    Postgres,
    MySql,
    Sqlite,
}

/// A column of a question. `key` says how its values are compared, if pages can be cut by it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) key: Option<KeyKind>,
}

/// A type whose order is the same for the values and for their texts read back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum KeyKind {
    Integer,
    Text,
    /// Another type, by the name the database gives it.
    Named(&'static str),
}

impl Dialect {
    /// A name that is a name and nothing else.
    pub(crate) fn name(self, name: &str) -> String {
        match self {
            Dialect::MySql => format!("`{}`", name.replace('`', "``")),
            Dialect::Postgres | Dialect::Sqlite => format!("\"{}\"", name.replace('"', "\"\"")),
        }
    }

    /// An expression as the server's own text.
    pub(crate) fn text(self, expression: &str) -> String {
        match self {
            Dialect::Postgres => format!("CAST({expression} AS text)"),
            Dialect::MySql => format!("CAST({expression} AS CHAR)"),
            Dialect::Sqlite => format!("CAST({expression} AS TEXT)"),
        }
    }

    /// A day as a constant. `day` is `2025-01-31`.
    pub(crate) fn day(self, day: &str) -> String {
        match self {
            Dialect::Postgres | Dialect::MySql => format!("DATE '{day}'"),
            Dialect::Sqlite => format!("'{day}'"),
        }
    }

    /// Parameter `number` (from 1), a text, as a value of the key's type.
    pub(crate) fn parameter(self, number: usize, kind: &KeyKind) -> String {
        let plain = match self {
            Dialect::Postgres => format!("CAST(${number} AS text)"),
            // Put in by the session, which asks in plain text. No name or word contains this.
            Dialect::MySql => format!("\u{1}{number}\u{1}"),
            Dialect::Sqlite => format!("?{number}"),
        };
        let target = match (self, kind) {
            (_, KeyKind::Text) => return plain,
            (Dialect::Postgres, KeyKind::Integer) => "bigint",
            (Dialect::MySql, KeyKind::Integer) => "SIGNED",
            (Dialect::Sqlite, KeyKind::Integer) => "INTEGER",
            (_, KeyKind::Named(name)) => name,
        };
        format!("CAST({plain} AS {target})")
    }
}
