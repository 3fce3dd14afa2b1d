//! How much of anything one request may take. Each number is what an operator sees in the settings; what happens when
//! it is reached is in the text of the key.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::ConfigError;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Bytes of one submission.
    pub submission_bytes: u64,
    /// Submissions of one department on one civil day in Asia/Shanghai.
    pub submissions_per_day: u64,
    /// Bytes of one department's submissions on one such day.
    pub submission_bytes_per_day: u64,
    /// Hours in which a resumable upload must be finished.
    pub upload_hours: u32,
    /// Unfinished resumable uploads of one department.
    pub uploads_per_department: u32,
    /// Bytes of any other HTTP request body.
    pub body_bytes: u64,
    /// Bytes of one SQL text.
    pub sql_bytes: u64,
    /// Rows of one answer. An agreement may allow fewer.
    pub rows: u64,
    /// Bytes of one answer, as Arrow. An agreement may allow fewer.
    pub bytes: u64,
    /// Seconds from the arrival of a query to its last row.
    pub query_seconds: u64,
    /// Seconds for reading and checking one submission.
    pub check_seconds: u64,
    /// Seconds a client may leave a part of an answer unread.
    pub write_seconds: u64,
    /// Memory one query may use before it is refused.
    pub memory_bytes: u64,
    /// Queries of one department at the same time.
    pub queries_per_department: u32,
    /// Queries of everybody at the same time.
    pub queries: u32,
    /// Seconds a query waits for its turn.
    pub queue_seconds: u64,
    /// HTTP connections at the same time.
    pub http_connections: u32,
    /// PostgreSQL connections at the same time.
    pub pg_connections: u32,
    /// Seconds after which a silent PostgreSQL connection is closed.
    pub pg_idle_seconds: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            submission_bytes: 512 << 20,
            submissions_per_day: 10_000,
            submission_bytes_per_day: 200 << 30,
            upload_hours: 72,
            uploads_per_department: 64,
            body_bytes: 1 << 20,
            sql_bytes: 64 << 10,
            rows: 1_000_000,
            bytes: 1 << 30,
            query_seconds: 60,
            check_seconds: 600,
            write_seconds: 60,
            memory_bytes: 1 << 30,
            queries_per_department: 4,
            queries: 8,
            queue_seconds: 10,
            http_connections: 512,
            pg_connections: 128,
            pg_idle_seconds: 1_800,
        }
    }
}

impl Limits {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        in_range(
            "limits.submission_bytes",
            self.submission_bytes,
            1 << 10,
            16 << 30,
        )?;
        in_range(
            "limits.submissions_per_day",
            self.submissions_per_day,
            1,
            10_000_000,
        )?;
        in_range(
            "limits.submission_bytes_per_day",
            self.submission_bytes_per_day,
            1 << 10,
            1 << 50,
        )?;
        in_range("limits.upload_hours", self.upload_hours.into(), 1, 24 * 90)?;
        in_range(
            "limits.uploads_per_department",
            self.uploads_per_department.into(),
            1,
            10_000,
        )?;
        in_range("limits.body_bytes", self.body_bytes, 4 << 10, 64 << 20)?;
        in_range("limits.sql_bytes", self.sql_bytes, 256, 1 << 20)?;
        in_range("limits.rows", self.rows, 1, u64::from(u32::MAX))?;
        in_range("limits.bytes", self.bytes, 1 << 10, 1 << 40)?;
        in_range("limits.query_seconds", self.query_seconds, 1, 86_400)?;
        in_range("limits.check_seconds", self.check_seconds, 1, 86_400)?;
        in_range("limits.write_seconds", self.write_seconds, 1, 3_600)?;
        in_range("limits.memory_bytes", self.memory_bytes, 16 << 20, 1 << 42)?;
        in_range(
            "limits.queries_per_department",
            self.queries_per_department.into(),
            1,
            1_000,
        )?;
        in_range("limits.queries", self.queries.into(), 1, 1_000)?;
        in_range("limits.queue_seconds", self.queue_seconds, 0, 3_600)?;
        in_range(
            "limits.http_connections",
            self.http_connections.into(),
            1,
            100_000,
        )?;
        in_range("limits.pg_connections", self.pg_connections.into(), 1, 100_000)?;
        in_range("limits.pg_idle_seconds", self.pg_idle_seconds, 1, 86_400)
    }

    pub fn upload_life(&self) -> Duration {
        Duration::from_secs(u64::from(self.upload_hours) * 3600)
    }

    pub fn query_time(&self) -> Duration {
        Duration::from_secs(self.query_seconds)
    }

    pub fn check_time(&self) -> Duration {
        Duration::from_secs(self.check_seconds)
    }

    pub fn write_time(&self) -> Duration {
        Duration::from_secs(self.write_seconds)
    }
}

/// Processes that parse files and run queries for the hub.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Workers {
    /// Waiting query processes; more are started while queries run.
    pub query_ready: u32,
    /// Waiting parse processes; more are started while files are read.
    pub parse_ready: u32,
    /// Files read at the same time.
    pub parse_at_once: u32,
    /// Tasks after which a process is replaced by a fresh one.
    pub tasks_max: u32,
    /// Address space of one process, beyond the memory of its query.
    pub address_space_bytes: u64,
    /// Size of one of the nameless files in which a parse process puts keys aside: 16 bytes per row of a large file.
    pub scratch_bytes: u64,
}

impl Default for Workers {
    fn default() -> Self {
        Workers {
            query_ready: 2,
            parse_ready: 1,
            parse_at_once: 4,
            tasks_max: 64,
            address_space_bytes: 6 << 30,
            scratch_bytes: 8 << 30,
        }
    }
}

impl Workers {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        in_range("workers.query_ready", self.query_ready.into(), 0, 256)?;
        in_range("workers.parse_ready", self.parse_ready.into(), 0, 256)?;
        in_range("workers.parse_at_once", self.parse_at_once.into(), 1, 256)?;
        in_range("workers.tasks_max", self.tasks_max.into(), 1, 1_000_000)?;
        in_range(
            "workers.address_space_bytes",
            self.address_space_bytes,
            1 << 30,
            1 << 42,
        )?;
        in_range("workers.scratch_bytes", self.scratch_bytes, 64 << 20, 1 << 42)
    }
}

/// Sessions and access tokens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SignIn {
    /// Hours a session lives.
    pub session_hours: u32,
    /// Days an access token may live at most.
    pub token_days_max: u32,
    /// Sign-ins checked at the same time: each costs 64 MiB for its password hash.
    pub at_once: u32,
}

impl Default for SignIn {
    fn default() -> Self {
        SignIn {
            session_hours: 8,
            token_days_max: 30,
            at_once: 4,
        }
    }
}

impl SignIn {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        in_range("sign_in.session_hours", self.session_hours.into(), 1, 24)?;
        in_range("sign_in.token_days_max", self.token_days_max.into(), 1, 366)?;
        in_range("sign_in.at_once", self.at_once.into(), 1, 64)
    }
}

pub(super) fn in_range(key: &'static str, value: u64, least: u64, most: u64) -> Result<(), ConfigError> {
    if (least..=most).contains(&value) {
        Ok(())
    } else {
        Err(ConfigError::out_of_range(key, least, most))
    }
}
