//! The functions callers may use: an allow-list, so a function that a new engine version brings is absent until
//! somebody decides about it. Absent on purpose: whatever tells about files, settings or versions, whatever makes
//! lists, maps or structures, table functions, and randomness (an answer must be the same tomorrow).

mod capped;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use datafusion::execution::SessionStateDefaults;
use datafusion::logical_expr::planner::ExprPlanner;
use datafusion::logical_expr::{AggregateUDF, ScalarUDF, WindowUDF};

use capped::Growth;

const SCALAR: &[&str] = &[
    // Choice.
    "coalesce",
    "greatest",
    "least",
    "nullif",
    "nvl",
    "nvl2",
    // Texts.
    "ascii",
    "bit_length",
    "btrim",
    "character_length",
    "chr",
    "concat",
    "concat_ws",
    "contains",
    "ends_with",
    "initcap",
    "left",
    "levenshtein",
    "lower",
    "ltrim",
    "octet_length",
    "overlay",
    "reverse",
    "right",
    "rtrim",
    "split_part",
    "starts_with",
    "strpos",
    "substr",
    "to_hex",
    "translate",
    "upper",
    // Patterns.
    "regexp_count",
    "regexp_instr",
    "regexp_like",
    // Numbers.
    "abs",
    "acos",
    "asin",
    "atan",
    "atan2",
    "cbrt",
    "ceil",
    "cos",
    "degrees",
    "exp",
    "floor",
    "gcd",
    "isnan",
    "iszero",
    "lcm",
    "ln",
    "log",
    "log10",
    "log2",
    "nanvl",
    "pi",
    "power",
    "radians",
    "round",
    "signum",
    "sin",
    "sqrt",
    "tan",
    "trunc",
    // Dates and instants.
    "current_date",
    "current_time",
    "date_bin",
    "date_part",
    "date_trunc",
    "from_unixtime",
    "make_date",
    "now",
    "to_char",
    "to_date",
    "to_timestamp",
    "to_unixtime",
];

/// Functions whose result can be far longer than their arguments, with how long it can get.
const CAPPED: &[(&str, Growth)] = &[
    ("lpad", Growth::Padded),
    ("regexp_replace", Growth::ReplacedByPattern),
    ("repeat", Growth::Repeated),
    ("replace", Growth::Replaced),
    ("rpad", Growth::Padded),
];

const AGGREGATE: &[&str] = &[
    "any_value",
    "approx_distinct",
    "approx_median",
    "approx_percentile_cont",
    "avg",
    "bit_and",
    "bit_or",
    "bit_xor",
    "bool_and",
    "bool_or",
    "corr",
    "count",
    "covar_pop",
    "covar_samp",
    "first_value",
    "grouping",
    "last_value",
    "max",
    "median",
    "min",
    "nth_value",
    "percentile_cont",
    "regr_slope",
    "regr_intercept",
    "regr_count",
    "regr_r2",
    "regr_avgx",
    "regr_avgy",
    "stddev",
    "stddev_pop",
    "string_agg",
    "sum",
    "var",
    "var_pop",
];

const WINDOW: &[&str] = &[
    "cume_dist",
    "dense_rank",
    "first_value",
    "lag",
    "last_value",
    "lead",
    "nth_value",
    "ntile",
    "percent_rank",
    "rank",
    "row_number",
];

pub(crate) fn scalar() -> Vec<Arc<ScalarUDF>> {
    let growth = |name: &str| {
        CAPPED
            .iter()
            .find(|(capped, _)| *capped == name)
            .map(|(_, growth)| *growth)
    };
    SessionStateDefaults::default_scalar_functions()
        .into_iter()
        .filter_map(|function| match growth(function.name()) {
            Some(growth) => Some(capped::capped(function, growth)),
            None => SCALAR.contains(&function.name()).then_some(function),
        })
        .collect()
}

pub(crate) fn aggregate() -> Vec<Arc<AggregateUDF>> {
    let functions = SessionStateDefaults::default_aggregate_functions();
    functions
        .into_iter()
        .filter(|function| AGGREGATE.contains(&function.name()))
        .collect()
}

pub(crate) fn window() -> Vec<Arc<WindowUDF>> {
    let functions = SessionStateDefaults::default_window_functions();
    functions
        .into_iter()
        .filter(|function| WINDOW.contains(&function.name()))
        .collect()
}

/// Planners turn syntax such as `EXTRACT(…)` into functions without looking at what is registered, so only those
/// whose functions are all listed above may take part; those for lists, maps and structures do not.
pub(crate) fn planners() -> Vec<Arc<dyn ExprPlanner>> {
    vec![
        Arc::new(datafusion::functions::core::planner::CoreFunctionPlanner::default()),
        Arc::new(datafusion::functions::datetime::planner::DatetimeFunctionPlanner),
        Arc::new(datafusion::functions::unicode::planner::UnicodeFunctionPlanner),
        Arc::new(datafusion::functions_aggregate::planner::AggregateFunctionPlanner),
        Arc::new(datafusion::functions_window::planner::WindowFunctionPlanner),
    ]
}

/// Does the function gather rows into one?
pub(crate) fn gathers(name: &str) -> bool {
    AGGREGATE.contains(&name)
}

/// Is the function listed? The second guard, on the finished plan: a planner or a rewrite may have brought its own.
pub(crate) fn listed(name: &str) -> bool {
    SCALAR.contains(&name)
        || CAPPED.iter().any(|(capped, _)| *capped == name)
        || AGGREGATE.contains(&name)
        || WINDOW.contains(&name)
}
