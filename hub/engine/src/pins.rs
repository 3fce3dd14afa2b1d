//! Every engine setting that decides whether an answer is right, quiet or bounded, each with its reason and a test.
//! A new version of the engine may change a default; it may not change these.

mod pauses;
#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::sync::Arc;

use datafusion::catalog::CatalogProviderList;
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::cache::cache_manager::{CacheManagerConfig, FileMetadataCache};
use datafusion::execution::cache::default_cache::DefaultCache;
use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::memory_pool::{GreedyMemoryPool, TrackConsumersPool};
use datafusion::execution::object_store::ObjectStoreRegistry;
use datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};
use datafusion::execution::{SessionState, SessionStateBuilder};
use datafusion::prelude::SessionConfig;
use object_store::ObjectStore;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::feed_table::LAKE_URL;
use crate::functions;
use crate::refusal::{self, Refusal};

/// Name of the one catalogue a caller sees.
pub(crate) const CATALOG: &str = "taxhub";
/// Schema of the shared views, where unqualified names are looked up.
pub(crate) const SCHEMA: &str = "public";

/// (setting, value). The reason stands above each.
pub(crate) const PINS: &[(&str, &str)] = &[
    // Answered min and max wrongly in 43 of 300 runs over two small files; upstream #24816. Never pin the umbrella
    // setting `enable_dynamic_filter_pushdown` beside it: setting that one overwrites this one.
    (
        "datafusion.optimizer.enable_aggregate_dynamic_filter_pushdown",
        "false",
    ),
    // Wrong rows together with dynamic filters (upstream #24352, #24355, #24109), and a scope is always a filter.
    ("datafusion.execution.parquet.pushdown_filters", "false"),
    // Reorders conjuncts by cost while reading.
    ("datafusion.execution.parquet.reorder_filters", "false"),
    // A rule that fails must fail the query, not leave half of its work.
    ("datafusion.optimizer.skip_failed_rules", "false"),
    // `1.5` is a decimal: money is never compared as a float, and a predicate on money stays leak-proof.
    ("datafusion.sql_parser.parse_float_as_decimal", "true"),
    ("datafusion.sql_parser.dialect", "postgresql"),
    // Unquoted names fold to lower case, as in PostgreSQL.
    ("datafusion.sql_parser.enable_ident_normalization", "true"),
    ("datafusion.sql_parser.default_null_ordering", "nulls_max"),
    // Texts are views inside, which is faster, and become plain texts once, at the wire.
    ("datafusion.sql_parser.map_string_types_to_utf8view", "true"),
    ("datafusion.execution.parquet.schema_force_view_types", "true"),
    ("datafusion.optimizer.expand_views_at_output", "false"),
    // The engine's own information schema prints settings, function lists and view definitions.
    ("datafusion.catalog.information_schema", "false"),
    ("datafusion.catalog.create_default_catalog_and_schema", "false"),
    ("datafusion.catalog.default_catalog", CATALOG),
    ("datafusion.catalog.default_schema", SCHEMA),
    // `current_date` is the civil day where the departments are.
    ("datafusion.execution.time_zone", "+08:00"),
    // The size the deadline and the caps count in.
    ("datafusion.execution.batch_size", "8192"),
    // Other numbers of files must not show as other plans.
    ("datafusion.optimizer.repartition_file_scans", "true"),
    ("datafusion.explain.show_statistics", "false"),
    ("datafusion.explain.show_sizes", "false"),
];

/// The configuration of every session.
pub(crate) fn config(partitions: usize) -> Result<SessionConfig> {
    let mut config = SessionConfig::new().with_target_partitions(partitions.max(1));
    for (setting, value) in PINS {
        config.options_mut().set(setting, value)?;
    }
    // Planning many files at once buys nothing on the few threads a worker has.
    config
        .options_mut()
        .set("datafusion.execution.planning_concurrency", "1")?;
    Ok(config)
}

/// A session state with these catalogues and the functions of the allow-list, and nothing by default.
pub(crate) fn state(
    catalogs: Arc<dyn CatalogProviderList>,
    runtime: Arc<RuntimeEnv>,
    partitions: usize,
) -> Result<SessionState, Refusal> {
    let config = config(partitions).map_err(|error| refusal::execution(&error))?;
    let builder = SessionStateBuilder::new()
        .with_config(config)
        .with_runtime_env(runtime)
        .with_catalog_list(catalogs)
        .with_expr_planners(functions::planners())
        .with_scalar_functions(functions::scalar())
        .with_aggregate_functions(functions::aggregate())
        .with_window_functions(functions::window())
        .with_physical_optimizer_rule(Arc::new(pauses::PauseAtJoins))
        .with_table_function_list(vec![])
        .with_file_formats(vec![]);
    Ok(builder.build())
}

/// Where operators may put what does not fit into memory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spill {
    pub dir: PathBuf,
    /// Bytes one query may write there.
    pub bytes_max: u64,
}

/// Memory for footers of data files, over all queries of an engine.
const FOOTER_BYTES_MAX: usize = 32 << 20;

/// Footers of data files, kept between queries: a data file never changes, and its name is never used again. What can
/// be told from a kept footer is that somebody's query read the file before, which time tells of any cached disk.
pub(crate) fn footers() -> Arc<FileMetadataCache> {
    Arc::new(DefaultCache::new(FOOTER_BYTES_MAX))
}

/// Memory, disk and storage of one query.
pub(crate) fn runtime(
    store: Arc<dyn ObjectStore>,
    footers: Arc<FileMetadataCache>,
    memory_bytes: u64,
    spill: Option<&Spill>,
) -> Result<Arc<RuntimeEnv>, Refusal> {
    let disk = match spill {
        None => DiskManagerBuilder::default().with_mode(DiskManagerMode::Disabled),
        Some(spill) => DiskManagerBuilder::default()
            .with_mode(DiskManagerMode::Directories(vec![spill.dir.clone()]))
            .with_max_temp_directory_size(spill.bytes_max),
    };
    let pool = GreedyMemoryPool::new(usize::try_from(memory_bytes).unwrap_or(usize::MAX));
    let consumers = std::num::NonZeroUsize::MIN;
    RuntimeEnvBuilder::new()
        .with_memory_pool(Arc::new(TrackConsumersPool::new(pool, consumers)))
        .with_disk_manager_builder(disk)
        .with_cache_manager(
            CacheManagerConfig::default()
                .with_file_metadata_cache(Some(footers))
                .with_metadata_cache_limit(FOOTER_BYTES_MAX)
                .with_list_files_cache_limit(0)
                .with_file_statistics_cache_limit(0),
        )
        .with_object_store_registry(Arc::new(LakeOnly { store }))
        .build_arc()
        .map_err(|error| refusal::execution(&error))
}

/// The one store there is. The engine's own registry would offer the local file system.
#[derive(Debug)]
struct LakeOnly {
    store: Arc<dyn ObjectStore>,
}

impl ObjectStoreRegistry for LakeOnly {
    fn register_store(&self, _: &Url, _: Arc<dyn ObjectStore>) -> Option<Arc<dyn ObjectStore>> {
        None
    }

    fn get_store(&self, url: &Url) -> Result<Arc<dyn ObjectStore>> {
        if url.as_str().trim_end_matches('/') == LAKE_URL {
            return Ok(self.store.clone());
        }
        Err(DataFusionError::Plan("no such object store".to_owned()))
    }
}
