//! MySQL and MariaDB. Of their protocol only what a reader needs is spoken here: the greeting, and questions whose answers
//! come as texts. So what the server calls a date that is none arrives as the text it is, and no driver is in between.

mod greeting;
mod wire;

use std::path::{Path, PathBuf};
use std::time::Duration;

use async_trait::async_trait;
use serde::Deserialize;
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::database::{Column, Database, Dialect, KeyKind, Rows, Session};
use crate::secret::SecretFile;
use crate::settings::{SettingsError, refused};
use crate::tls;
use crate::trouble::Trouble;
use greeting::Visit;
use wire::{Reader, Wire};

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MySqlSettings {
    pub host: String,
    #[serde(default = "usual_port")]
    pub port: u16,
    pub database: String,
    pub user: String,
    /// A file with the password. Without one the server must not ask.
    #[serde(default)]
    pub password_file: Option<SecretFile>,
    /// A file with the certificate of the authority that vouches for the server. Without it: those the machine trusts.
    #[serde(default)]
    pub authority_file: Option<PathBuf>,
    /// Somebody else protects the line, so it may be plain.
    #[serde(default)]
    pub plain_network: bool,
}

fn usual_port() -> u16 {
    3306
}

#[derive(Clone)]
pub(crate) struct MySql(MySqlSettings);

impl MySql {
    pub(crate) fn new(mut settings: MySqlSettings, folder: &Path) -> Result<MySql, SettingsError> {
        if settings.host.is_empty() || settings.host.starts_with('/') {
            return Err(refused("mysql.host", "source.settings_host"));
        }
        if let Some(file) = &mut settings.password_file {
            file.within(folder);
        }
        tls::within(&mut settings.authority_file, folder);
        Ok(MySql(settings))
    }
}

/// One connection; dropping it ends it.
pub(crate) struct MySqlSession {
    wire: Wire,
    patience: Duration,
}

const QUESTION: u8 = 3;
/// Reading only, and the time of China.
const SETTLE_DOWN: [&str; 2] = [
    "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",
    "SET SESSION time_zone = '+08:00'",
];
const COLUMNS_MAX: usize = 4_096;
const BINARY: u64 = 63;
const UNSIGNED: u64 = 32;

#[async_trait]
impl Database for MySql {
    type Session = MySqlSession;

    fn dialect() -> Dialect {
        Dialect::MySql
    }

    async fn connect(&self, patience: Duration) -> Result<MySqlSession, Trouble> {
        let settings = &self.0;
        let password = match &settings.password_file {
            Some(file) => file.read()?,
            None => zeroize::Zeroizing::default(),
        };
        let here = settings.plain_network || tls::is_here(&settings.host);
        let visit = Visit {
            user: &settings.user,
            password: &password,
            database: &settings.database,
            host: &settings.host,
            tls: match (&settings.authority_file, here) {
                (None, true) => None,
                (authority, _) => Some(tls::client(authority.as_deref())?),
            },
        };
        let stream = TcpStream::connect((settings.host.as_str(), settings.port)).await;
        let wire = Wire::new(Box::new(stream.map_err(|_| Trouble::Unreachable)?));
        let mut session = MySqlSession {
            wire: visit.begin(wire).await?,
            patience,
        };
        for sql in SETTLE_DOWN {
            session.done(sql).await?;
        }
        Ok(session)
    }
}

#[async_trait]
impl Session for MySqlSession {
    async fn columns(&mut self, sql: &str) -> Result<Vec<Column>, Trouble> {
        let columns = self
            .ask(&format!("SELECT * FROM (\n{sql}\n) AS pulled LIMIT 0"))
            .await?;
        match self.row().await? {
            None => Ok(columns),
            Some(_) => Err(Trouble::Unreadable),
        }
    }

    async fn freeze(&mut self) -> Result<(), Trouble> {
        self.done("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")
            .await
    }

    async fn read(&mut self, sql: &str, parameters: &[&str], rows: &mut Rows<'_>) -> Result<(), Trouble> {
        let columns = self.ask(&with_parameters(sql, parameters)).await?.len();
        while let Some(packet) = self.row().await? {
            let mut said = Reader(&packet);
            let mut fields = Vec::with_capacity(columns);
            for _ in 0..columns {
                fields.push(said.text()?);
            }
            if !said.0.is_empty() {
                return Err(Trouble::Unreadable);
            }
            rows.record(&fields).await?;
        }
        Ok(())
    }
}

impl MySqlSession {
    async fn receive(&mut self) -> Result<Vec<u8>, Trouble> {
        timeout(self.patience, self.wire.receive())
            .await
            .unwrap_or(Err(Trouble::Slow))
    }

    /// A statement without rows.
    async fn done(&mut self, sql: &str) -> Result<(), Trouble> {
        self.wire.command(QUESTION, sql).await?;
        let packet = self.receive().await?;
        match packet.first() {
            Some(0x00) => Ok(()),
            Some(0xff) => Err(trouble_of(&packet)),
            _ => Err(Trouble::Unreadable),
        }
    }

    /// A statement with rows: its columns. The rows follow.
    async fn ask(&mut self, sql: &str) -> Result<Vec<Column>, Trouble> {
        self.wire.command(QUESTION, sql).await?;
        let packet = self.receive().await?;
        if packet.first() == Some(&0xff) {
            return Err(trouble_of(&packet));
        }
        // Zero is a statement without rows, and NULL stands for "send me your file".
        let count = Reader(&packet)
            .length()?
            .filter(|count| (1..=COLUMNS_MAX).contains(count));
        let mut columns = Vec::new();
        for _ in 0..count.ok_or(Trouble::Unreadable)? {
            columns.push(column(&self.receive().await?)?);
        }
        match is_end(&self.receive().await?) {
            true => Ok(columns),
            false => Err(Trouble::Unreadable),
        }
    }

    /// The next row, as it came.
    async fn row(&mut self) -> Result<Option<Vec<u8>>, Trouble> {
        let packet = self.receive().await?;
        match packet.first() {
            Some(0xff) => Err(trouble_of(&packet)),
            _ if is_end(&packet) => Ok(None),
            _ => Ok(Some(packet)),
        }
    }
}

/// The mark after columns and rows. A row can begin with the same byte, but is longer then.
fn is_end(packet: &[u8]) -> bool {
    packet.first() == Some(&0xfe) && packet.len() < 9
}

fn column(packet: &[u8]) -> Result<Column, Trouble> {
    let mut said = Reader(packet);
    for _ in 0..4 {
        said.text()?;
    }
    let name = said.text()?.unwrap_or_default().to_owned();
    said.text()?;
    said.length()?;
    let charset = said.number(2)?;
    said.bytes(4)?;
    let kind = said.u8()?;
    let flags = said.number(2)?;
    Ok(Column {
        name,
        key: key_kind(kind, charset, flags),
    })
}

fn key_kind(kind: u8, charset: u64, flags: u64) -> Option<KeyKind> {
    Some(match kind {
        1 | 2 | 3 | 8 | 9 if flags & UNSIGNED != 0 => KeyKind::Named("UNSIGNED"),
        1 | 2 | 3 | 8 | 9 => KeyKind::Integer,
        7 | 12 => KeyKind::Named("DATETIME(6)"),
        10 => KeyKind::Named("DATE"),
        246 => KeyKind::Named("DECIMAL(65,30)"),
        15 | 253 | 254 if charset != BINARY => KeyKind::Text,
        _ => return None,
    })
}

/// Parameters as constants. In hexadecimal a text cannot be anything but a text, and as a constant it is compared as the
/// column is.
fn with_parameters(sql: &str, parameters: &[&str]) -> String {
    let Some((asked, ours)) = sql.rsplit_once("\n) AS pulled") else {
        return sql.to_owned();
    };
    let mut ours = ours.to_owned();
    for (number, value) in parameters.iter().enumerate() {
        let place = Dialect::MySql.parameter(number + 1, &KeyKind::Text);
        ours = ours.replace(&place, &format!("_utf8mb4 x'{}'", hex::encode(value)));
    }
    format!("{asked}\n) AS pulled{ours}")
}

/// The server's message may hold rows; its number does not.
fn trouble_of(packet: &[u8]) -> Trouble {
    let mut said = Reader(packet);
    let number = said.u8().and_then(|_| said.number(2)).unwrap_or_default();
    let found = match number {
        1044 | 1045 | 1142 | 1143 | 1227 | 1698 => Trouble::Credentials,
        1049 => Trouble::PlaceUnusable,
        1205 | 1213 | 1969 | 3024 => Trouble::Slow,
        1040 | 1053 | 1129 | 1159 | 1161 | 1203 => Trouble::Unreachable,
        _ => Trouble::QueryRefused,
    };
    tracing::info!(code = found.code(), number, "a MySQL server refused");
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_is_a_constant_and_the_operators_words_stay_as_they_are() {
        let place = Dialect::MySql.parameter(1, &KeyKind::Text);
        let sql = format!("SELECT 1 FROM (\nSELECT '{place}'\n) AS pulled WHERE `k` <= {place}");
        let asked = with_parameters(&sql, &["it's"]);
        assert_eq!(
            asked,
            format!("SELECT 1 FROM (\nSELECT '{place}'\n) AS pulled WHERE `k` <= _utf8mb4 x'69742773'")
        );
    }

    #[test]
    fn an_error_of_the_server_is_its_number() {
        assert_eq!(trouble_of(&[0xff, 0x15, 0x04, b'#']), Trouble::Credentials);
        assert_eq!(trouble_of(&[0xff, 0x28, 0x04]), Trouble::QueryRefused);
        assert_eq!(trouble_of(&[0xff]), Trouble::QueryRefused);
    }

    #[test]
    fn an_end_is_not_taken_for_a_row_nor_a_row_for_an_end() {
        assert!(is_end(&[0xfe, 0, 0, 2, 0]));
        assert!(!is_end(&[0xfe, 1, 0, 0, 0, 0, 0, 0, 0, b'a']));
        assert!(!is_end(&[0]));
    }
}
