//! What a worker is given to answer one query: plain data, sealed grants, nothing to reach for.

use datafusion::arrow::datatypes::{DataType, SchemaRef, TimeUnit};
use lake::Snapshot;
use policy::SealedGrant;
use schemas::Rates;
use serde::{Deserialize, Serialize};

use crate::catalog::Shown;
use crate::duties::DutyRows;
use crate::views::View;

/// One query for a worker.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Task {
    /// The grants are sealed for this id.
    pub query_id: String,
    /// One statement, `SELECT …` or `EXPLAIN SELECT …`.
    pub sql: String,
    /// Values of `$1`, `$2`, …; when only describing, their types alone count.
    #[serde(default)]
    pub parameters: Vec<Parameter>,
    /// One per relation the query may read. Two for one view are refused.
    pub grants: Vec<SealedGrant>,
    /// The views the grants name, as their files.
    pub views: Vec<View>,
    /// The versions of the views' input feeds.
    pub snapshots: Vec<Snapshot>,
    /// The figures that models among the views compute with; `None` if none of them does.
    #[serde(default)]
    pub rates: Option<Rates>,
    /// How duties stand; `None` if no view tells of them.
    #[serde(default)]
    pub duties: Option<DutyRows>,
    pub limits: QueryLimits,
    /// What the asker may know of the shared views, for statements that ask what there is. Without it they see the
    /// granted ones.
    #[serde(default)]
    pub shown: Option<Shown>,
    /// Give the plan instead of the rows, as `EXPLAIN` does.
    #[serde(default)]
    pub explain: bool,
}

/// What one query may use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct QueryLimits {
    /// Memory the operators of the query may hold.
    pub memory_bytes: u64,
    /// Rows of the answer. A grant may set less.
    pub rows_max: u64,
    /// Bytes of the answer, as Arrow holds it. A grant may set less.
    pub bytes_max: u64,
    /// Time for planning and running together.
    pub seconds_max: u64,
}

impl Default for QueryLimits {
    fn default() -> QueryLimits {
        QueryLimits {
            memory_bytes: 512 << 20,
            rows_max: 1_000_000,
            bytes_max: 256 << 20,
            seconds_max: 60,
        }
    }
}

/// One value for `$n`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parameter {
    /// PostgreSQL's text form of the value; `None` is NULL.
    pub text: Option<String>,
    /// The type the client declared; `None` leaves it to the planner.
    pub kind: Option<ParameterType>,
}

/// The types a parameter may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ParameterType {
    Boolean,
    Int16,
    Int32,
    Int64,
    Float64,
    /// Precision and scale.
    Decimal(u8, i8),
    Text,
    Date,
    Timestamp,
}

impl ParameterType {
    /// The nearest parameter type, if values of the type can be given as text at all.
    pub fn from_arrow(kind: &DataType) -> Option<ParameterType> {
        Some(match kind {
            DataType::Boolean => ParameterType::Boolean,
            DataType::Int8 | DataType::Int16 | DataType::UInt8 => ParameterType::Int16,
            DataType::Int32 | DataType::UInt16 => ParameterType::Int32,
            DataType::Int64 | DataType::UInt32 | DataType::UInt64 => ParameterType::Int64,
            DataType::Float16 | DataType::Float32 | DataType::Float64 => ParameterType::Float64,
            DataType::Decimal128(precision, scale) => ParameterType::Decimal(*precision, *scale),
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => ParameterType::Text,
            DataType::Date32 | DataType::Date64 => ParameterType::Date,
            DataType::Timestamp(..) => ParameterType::Timestamp,
            _ => return None,
        })
    }

    pub fn to_arrow(self) -> DataType {
        match self {
            ParameterType::Boolean => DataType::Boolean,
            ParameterType::Int16 => DataType::Int16,
            ParameterType::Int32 => DataType::Int32,
            ParameterType::Int64 => DataType::Int64,
            ParameterType::Float64 => DataType::Float64,
            ParameterType::Decimal(precision, scale) => DataType::Decimal128(precision, scale),
            ParameterType::Text => DataType::Utf8,
            ParameterType::Date => DataType::Date32,
            ParameterType::Timestamp => DataType::Timestamp(TimeUnit::Microsecond, None),
        }
    }
}

/// What a query would answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Described {
    /// Columns as they will be streamed: texts are `Utf8`, everything is nullable, no metadata.
    pub columns: SchemaRef,
    /// Types of `$1`, `$2`, … as planned.
    pub parameters: Vec<DataType>,
}
