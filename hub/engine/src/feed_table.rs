//! A feed table at one version as the engine's standard Parquet scan, built from a snapshot's file list: byte-range
//! splits, dynamic filters and page pruning come for free, and no Delta is needed to read.
//! Not here: who may read it. A feed table is only ever a leaf below a view; see `definer`.

mod bounds;
mod files;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use async_trait::async_trait;
use datafusion::arrow::array::{AsArray, RecordBatch};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::{DFSchema, ScalarValue, Statistics, internal_datafusion_err, plan_err};
use datafusion::datasource::TableType;
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::listing::helpers::expr_applicable_for_cols;
use datafusion::datasource::physical_plan::parquet::CachedParquetFileReaderFactory;
use datafusion::datasource::physical_plan::{FileGroup, FileScanConfigBuilder, ParquetSource};
use datafusion::datasource::source::DataSourceExec;
use datafusion::datasource::table_schema::TableSchema;
use datafusion::error::Result;
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::logical_expr::utils::conjunction;
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown as Pushdown};
use datafusion::physical_optimizer::pruning::PruningPredicateBuilder;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::empty::EmptyExec;
use lake::Snapshot;
use schemas::{FeedId, PARTITION_COLUMNS, StorageColumn, StorageType};

use crate::definer::ViewRights;
use crate::refusal::{Reason, Refusal};
use bounds::Bounds;

/// The lake's place among object stores. A scheme of our own: no text a caller writes can name it.
pub(crate) const LAKE_URL: &str = "taxhub-lake://lake";

/// Rows by the value of one column, for telling which files hold nothing but released rows.
#[derive(Debug, Clone)]
pub(crate) struct ScopeColumn {
    pub column: String,
    pub values: Vec<String>,
}

/// What the scope of a grant means for the files of one feed.
#[derive(Debug, Clone)]
pub(crate) enum FileScope {
    /// Every row is released.
    All,
    /// Rows with these values only, for each of the columns.
    Columns(Vec<ScopeColumn>),
    /// The released rows cannot be told by file.
    Unknown,
}

/// A snapshot as a table, opened for one view of one grant.
#[derive(Debug)]
pub(crate) struct FeedTable {
    feed: FeedId,
    /// The snapshot's column order.
    logical: SchemaRef,
    /// The engine's order: columns in the files, then partition columns.
    physical: TableSchema,
    files: Vec<PartitionedFile>,
    /// Does every file that is left hold released rows only? Only then may predicates of a caller skip files or
    /// parts of them: otherwise time would tell what hidden rows look like.
    released_only: bool,
    /// Rows of the files, if they are exactly the released ones and no hidden row can change that.
    released_rows: Option<u64>,
    open: bool,
}

impl FeedTable {
    /// The shape of a feed without a file. It plans but does not scan.
    pub(crate) fn closed(feed: FeedId, columns: &[StorageColumn]) -> FeedTable {
        let (logical, physical) = schemas_of(columns);
        FeedTable {
            feed,
            logical,
            physical,
            files: vec![],
            released_only: false,
            released_rows: None,
            open: false,
        }
    }

    /// Opens a snapshot under a view's rights.
    ///
    /// INVARIANT (one-door): a lake leaf needs `ViewRights`, which need a grant. The second guard is
    /// `run::leaves`, which looks at every leaf of the finished plan.
    pub(crate) fn open(
        rights: &ViewRights,
        snapshot: &Snapshot,
        scope: &FileScope,
    ) -> Result<FeedTable, Refusal> {
        if !rights.cover(&snapshot.feed) {
            return Err(Refusal::new(Reason::ViewUnusable).with("view", rights.view()));
        }
        let (logical, physical) = schemas_of(&snapshot.columns);
        let kept = files::within(snapshot, scope);
        let files = kept
            .entries
            .iter()
            .map(|entry| files::scan_file(snapshot, &physical, entry))
            .collect::<Result<_>>();
        Ok(FeedTable {
            feed: snapshot.feed.clone(),
            logical,
            physical,
            files: files.map_err(|error| {
                tracing::error!(%error, feed = %snapshot.feed, "a snapshot cannot be scanned");
                Refusal::new(Reason::ViewUnusable).with("view", rights.view())
            })?,
            released_only: kept.released_only,
            released_rows: kept.released_rows,
            open: true,
        })
    }

    pub(crate) fn feed(&self) -> &FeedId {
        &self.feed
    }

    pub(crate) fn released_only(&self) -> bool {
        self.released_only
    }

    pub(crate) fn released_rows(&self) -> Option<u64> {
        self.released_rows
    }

    fn partition_only(&self, filter: &Expr) -> bool {
        let names: Vec<_> = self
            .physical
            .table_partition_cols()
            .iter()
            .map(|field| field.name().as_str())
            .collect();
        expr_applicable_for_cols(&names, filter) // false for volatile functions
    }

    /// Files whose partition values satisfy the filters: evaluated once per file, exactly.
    fn by_value(
        &self,
        session: &dyn Session,
        filters: Vec<Expr>,
        mut files: Vec<PartitionedFile>,
    ) -> Result<Vec<PartitionedFile>> {
        let Some(filter) = conjunction(filters).filter(|_| !files.is_empty()) else {
            return Ok(files);
        };
        let partition = Arc::new(Schema::new(self.physical.table_partition_cols().clone()));
        let filter = session.create_physical_expr(filter, &DFSchema::try_from(partition.clone())?)?;
        let column = |i: usize| {
            let value = |file: &PartitionedFile| file.partition_values.get(i).cloned();
            let values: Option<Vec<ScalarValue>> = files.iter().map(value).collect();
            ScalarValue::iter_to_array(
                values.ok_or_else(|| internal_datafusion_err!("a partition value is missing"))?,
            )
        };
        let columns = (0..partition.fields().len())
            .map(column)
            .collect::<Result<Vec<_>>>()?;
        let keep = filter
            .evaluate(&RecordBatch::try_new(partition, columns)?)?
            .into_array(files.len())?;
        let mut keep = keep.as_boolean().iter();
        files.retain(|_| keep.next().flatten() == Some(true));
        Ok(files)
    }
}

/// Texts are views inside the engine and `Utf8` at the wire. Everything is nullable: an older file may lack a column.
fn schemas_of(columns: &[StorageColumn]) -> (SchemaRef, TableSchema) {
    let field = |column: &StorageColumn| {
        let kind = match column.kind {
            StorageType::Utf8 => DataType::Utf8View,
            StorageType::Decimal(precision, scale) => DataType::Decimal128(precision, scale),
            StorageType::Int64 => DataType::Int64,
            StorageType::Date => DataType::Date32,
            StorageType::Boolean => DataType::Boolean,
        };
        Arc::new(Field::new(&column.name, kind, true))
    };
    let all: Vec<Arc<Field>> = columns.iter().map(field).collect();
    let is_partition = |field: &&Arc<Field>| PARTITION_COLUMNS.contains(&field.name().as_str());
    let in_files: Vec<Arc<Field>> = all.iter().filter(|field| !is_partition(field)).cloned().collect();
    let partition: Vec<Arc<Field>> = all.iter().filter(is_partition).cloned().collect();
    let physical = TableSchema::builder(Arc::new(Schema::new(in_files)))
        .with_table_partition_cols(partition)
        .build();
    (Arc::new(Schema::new(all)), physical)
}

#[async_trait]
impl TableProvider for FeedTable {
    fn schema(&self) -> SchemaRef {
        self.logical.clone()
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Result<Vec<Pushdown>> {
        let exact = |filter: &&Expr| self.released_only && self.partition_only(filter);
        Ok(filters
            .iter()
            .map(|filter| {
                if exact(filter) {
                    Pushdown::Exact
                } else {
                    Pushdown::Inexact
                }
            })
            .collect())
    }

    async fn scan(
        &self,
        session: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        if !self.open {
            return plan_err!("a closed feed table does not scan");
        }
        let schema = self.physical.table_schema();
        let mut files = self.files.clone();
        let mut source = ParquetSource::new(self.physical.clone());
        // Filters are never more than a way to read less; what they cannot prune, a FilterExec above drops.
        if self.released_only {
            let (values, ranges): (Vec<_>, Vec<_>) = filters
                .iter()
                .cloned()
                .partition(|filter| self.partition_only(filter));
            files = self.by_value(session, values, files)?;
            if let Some(filter) = conjunction(ranges) {
                let filter = session.create_physical_expr(filter, &DFSchema::try_from(schema.clone())?)?;
                let predicate = PruningPredicateBuilder::new()
                    .with_file_schema(schema.clone())
                    .try_build(filter.clone())?;
                let mut keep = predicate.prune(&Bounds::new(&files, schema))?.into_iter();
                files.retain(|_| keep.next() == Some(true));
                source = source.with_predicate(filter);
            }
        }
        let all: Vec<usize> = (0..self.logical.fields().len()).collect();
        let physical = |i: &usize| Ok(schema.index_of(self.logical.field(*i).name())?);
        let columns = projection
            .unwrap_or(&all)
            .iter()
            .map(physical)
            .collect::<Result<Vec<_>>>()?;
        if files.is_empty() {
            return Ok(Arc::new(EmptyExec::new(Arc::new(schema.project(&columns)?))));
        }
        let store_url = ObjectStoreUrl::parse(LAKE_URL)?;
        let runtime = session.runtime_env();
        let (store, footers) = (
            runtime.object_store(&store_url)?,
            runtime.cache_manager.get_file_metadata_cache(),
        );
        let source = source
            .with_table_parquet_options(session.default_table_options().parquet)
            .with_parquet_file_reader_factory(Arc::new(CachedParquetFileReaderFactory::new(store, footers)));
        let statistics =
            Statistics::try_merge_iter(files.iter().filter_map(|file| file.statistics.as_deref()), schema)?;
        let config = FileScanConfigBuilder::new(store_url, Arc::new(source))
            .with_file_groups(FileGroup::new(files).split_files(session.config().target_partitions()))
            .with_statistics(statistics)
            .with_limit(limit)
            .with_projection_indices(Some(columns))?;
        Ok(DataSourceExec::from_data_source(config.build()))
    }
}
