//! Starting the worker processes, each kind within its own limits.

use std::sync::Arc;
use std::time::Duration;

use engine::{EngineSettings, StatementLimits};
use lake::LakeSettings;
use policy::BootKey;

use super::open::OpenError;
use crate::config::Config;
use crate::folder::Folder;
use crate::metrics::Metrics;
use crate::worker::{Hello, Kind, Pool, PoolSettings, ProcessLimits, QueryHello, Spawner};

/// The processes that read files, and those that answer queries.
pub(super) async fn start(
    config: &Config,
    folder: &Folder,
    lake: &LakeSettings,
    boot_key: &BootKey,
    metrics: &Arc<Metrics>,
) -> Result<(Pool, Pool), OpenError> {
    let unusable = |what: &'static str| move |_| OpenError::new("hub.workers_unusable", what);
    let spawner = Spawner::start(None).map_err(|_| OpenError::new("hub.workers_unusable", "spawner"))?;
    let settings = |kind, ready: u32, at_once: u32, queue_time| PoolSettings {
        kind,
        ready: ready as usize,
        at_once: at_once as usize,
        tasks_max: config.workers.tasks_max,
        queue_time,
    };
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    let limits = |memory: u64, cpu_seconds: u64, file_bytes: u64| ProcessLimits {
        address_space_bytes: config.workers.address_space_bytes.saturating_add(memory),
        cpu_seconds,
        file_bytes,
        files_open: 1024,
    };
    let cores = threads as u64;
    let tasks = u64::from(config.workers.tasks_max);
    let mut hello = Hello {
        limits: limits(
            0,
            config.limits.check_seconds * tasks,
            config.workers.scratch_bytes,
        ),
        log: config.log.clone(),
        threads,
        query: None,
    };
    // Submissions wait for their turn in intake; a seat is there by then.
    let parse = settings(
        Kind::Parse,
        config.workers.parse_ready,
        config.workers.parse_at_once,
        Duration::from_secs(600),
    );
    let parse = Pool::start(parse, spawner.clone(), &hello, Arc::clone(metrics))
        .await
        .map_err(unusable("parse"))?;
    hello.limits = limits(
        config.limits.memory_bytes,
        config.limits.query_seconds * tasks * cores,
        0,
    );
    let sql_bytes_max = usize::try_from(config.limits.sql_bytes).unwrap_or(usize::MAX);
    let statements = StatementLimits {
        sql_bytes_max,
        ..StatementLimits::default()
    };
    hello.query = Some(QueryHello {
        boot_key: boot_key.export().to_string(),
        lake: lake.clone(),
        engine: EngineSettings {
            partitions: threads,
            statements,
            ..EngineSettings::default()
        },
    });
    let wait = Duration::from_secs(config.limits.queue_seconds);
    let query = settings(
        Kind::Query,
        config.workers.query_ready,
        config.limits.queries,
        wait,
    );
    let query = Pool::start(query, spawner, &hello, Arc::clone(metrics))
        .await
        .map_err(unusable("query"))?;
    tracing::debug!(folder = %folder.root().display(), "workers are ready");
    Ok((parse, query))
}
