//! The list of functions: what is on it, what must not be, and that no call outgrows its cap.

use std::collections::BTreeSet;
use std::sync::Arc;

use datafusion::catalog::MemoryCatalogProviderList;
use datafusion::error::DataFusionError;
use datafusion::prelude::SessionContext;

use super::{AGGREGATE, CAPPED, SCALAR, WINDOW, aggregate, scalar, window};
use crate::pins;
use crate::refusal::{Reason, execution};

#[test]
fn every_listed_function_exists() {
    let registered: BTreeSet<String> = scalar()
        .iter()
        .map(|function| function.name().to_owned())
        .collect();
    let listed: BTreeSet<String> = SCALAR
        .iter()
        .copied()
        .chain(CAPPED.iter().map(|(name, _)| *name))
        .map(str::to_owned)
        .collect();
    assert_eq!(registered, listed);
    let names = |functions: Vec<String>| functions.into_iter().collect::<BTreeSet<String>>();
    let wanted = |list: &[&str]| {
        list.iter()
            .map(|name| (*name).to_owned())
            .collect::<BTreeSet<String>>()
    };
    assert_eq!(
        names(
            aggregate()
                .iter()
                .map(|function| function.name().to_owned())
                .collect()
        ),
        wanted(AGGREGATE)
    );
    assert_eq!(
        names(
            window()
                .iter()
                .map(|function| function.name().to_owned())
                .collect()
        ),
        wanted(WINDOW)
    );
}

#[test]
fn what_tells_about_files_or_settings_or_cannot_be_bounded_is_absent() {
    let mut names: BTreeSet<String> = BTreeSet::new();
    for function in scalar() {
        names.insert(function.name().to_owned());
        names.extend(function.aliases().iter().cloned());
    }
    for function in [
        "input_file_name",
        "file_row_index",
        "arrow_metadata",
        "with_metadata",
        "version",
        "arrow_typeof",
        "get_field",
        "struct",
        "named_struct",
        "make_array",
        "array_repeat",
        "array_resize",
        "generate_series",
        "range",
        "map",
        "uuid",
        "random",
        "union_tag",
        "cast_to_type",
        "arrow_cast",
    ] {
        assert!(!names.contains(function), "{function}");
    }
}

fn session() -> SessionContext {
    let store = Arc::new(object_store::memory::InMemory::new());
    let runtime = pins::runtime(store, pins::footers(), 64 << 20, None).unwrap();
    let state = pins::state(Arc::new(MemoryCatalogProviderList::new()), runtime, 2).unwrap();
    SessionContext::new_with_state(state)
}

async fn outcome(sql: &str) -> Result<usize, DataFusionError> {
    let batches = session().sql(sql).await?.collect().await?;
    Ok(batches.iter().map(|batch| batch.num_rows()).sum())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_that_would_fill_the_memory_is_stopped_before_it_allocates() {
    for call in [
        "repeat('x', 2000000000)",
        "repeat(repeat('x', 10000), 100000)",
        "lpad('x', 2000000000, 'y')",
        "rpad('x', 2000000000)",
        "replace(repeat('a', 1000000), 'a', repeat('b', 1000000))",
        "regexp_replace(repeat('a', 1000000), 'a', repeat('b', 1000000), 'g')",
        "regexp_replace(repeat('a', 1000000), '(.*)', repeat('\\1', 1000000))",
    ] {
        for sql in [
            format!("SELECT {call}"),
            format!("SELECT {call} FROM (VALUES (1), (2)) AS t (k) WHERE k > 1"),
        ] {
            let error = outcome(&sql).await.unwrap_err();
            assert_eq!(
                execution(&error).reason(),
                Reason::FunctionLimit,
                "{sql}: {error}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ordinary_calls_of_the_same_functions_work() {
    for call in [
        "repeat('ab', 3) = 'ababab'",
        "lpad('7', 3, '0') = '007'",
        "rpad('7', 3) = '7  '",
        "replace('a-b', '-', '+') = 'a+b'",
        "regexp_replace('a1b2', '[0-9]', '#', 'g') = 'a#b#'",
        "repeat('x', -5) = ''",
        "repeat(NULL, 5) IS NULL",
        "extract(year FROM DATE '2025-02-03') = 2025",
        "substring('abc' FROM 2 FOR 1) = 'b'",
        "position('b' IN 'abc') = 2",
        "overlay('abc' PLACING 'x' FROM 2 FOR 1) = 'axc'",
        "trim('  x ') = 'x'",
        "coalesce(NULL, 1) = 1",
        "1.10 + 2.20 = 3.30",
    ] {
        let rows = outcome(&format!("SELECT 1 WHERE {call}")).await;
        assert_eq!(rows.unwrap(), 1, "{call}");
    }
}
