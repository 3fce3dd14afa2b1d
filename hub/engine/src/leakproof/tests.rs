//! The leak-proof list against random predicates and rows: what it takes never fails and never signals.

use std::sync::Arc;

use datafusion::arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, Int64Array, RecordBatch, StringViewArray,
};
use datafusion::arrow::datatypes::{DataType, Field, Schema};
use datafusion::common::{DFSchema, ScalarValue};
use datafusion::logical_expr::{Expr, Operator, binary_expr, cast, col, lit, not, try_cast};
use datafusion::prelude::SessionContext;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::ClearColumns;

fn columns() -> Vec<(&'static str, DataType)> {
    vec![
        ("name", DataType::Utf8View),
        ("other", DataType::Utf8View),
        ("amount", DataType::Decimal128(18, 2)),
        ("number", DataType::Int64),
        ("day", DataType::Date32),
        ("flag", DataType::Boolean),
    ]
}

fn clear() -> ClearColumns {
    ClearColumns::new(columns().into_iter().map(|(name, kind)| (name.to_owned(), kind)))
}

/// Rows a department might hide: extremes, nulls, texts that are no numbers, zeros that divide badly.
fn rows() -> RecordBatch {
    let names = [
        "",
        "12",
        "张三",
        "9999999999999999999",
        "%",
        "\\",
        "secret\u{0}",
        "NaN",
    ];
    let arrays: Vec<ArrayRef> = vec![
        Arc::new(
            names
                .iter()
                .map(|name| Some(*name))
                .chain([None])
                .collect::<StringViewArray>(),
        ),
        Arc::new(
            names
                .iter()
                .rev()
                .map(|name| Some(*name))
                .chain([None])
                .collect::<StringViewArray>(),
        ),
        Arc::new(
            [0, 1, -1, 10_i128.pow(18) - 1, 1 - 10_i128.pow(18), 5, 55, 0]
                .into_iter()
                .map(Some)
                .chain([None])
                .collect::<Decimal128Array>()
                .with_precision_and_scale(18, 2)
                .unwrap(),
        ),
        Arc::new(
            [0, 1, -1, i64::MAX, i64::MIN, 5, 55, 0]
                .into_iter()
                .map(Some)
                .chain([None])
                .collect::<Int64Array>(),
        ),
        Arc::new(
            [0, 1, -1, i32::MAX, i32::MIN, 20_000, 5, 0]
                .into_iter()
                .map(Some)
                .chain([None])
                .collect::<Date32Array>(),
        ),
        Arc::new(
            (0..8)
                .map(|n| Some(n % 2 == 0))
                .chain([None])
                .collect::<BooleanArray>(),
        ),
    ];
    let fields: Vec<Field> = columns()
        .into_iter()
        .map(|(name, kind)| Field::new(name, kind, true))
        .collect();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).unwrap()
}

/// A text as the planner leaves it beside a column of texts.
fn text(text: &str) -> Expr {
    lit(ScalarValue::Utf8View(Some(text.to_owned())))
}

fn literal(random: &mut ChaCha8Rng) -> Expr {
    match random.random_range(0..8) {
        0 => lit(random.random_range(-3_i64..60)),
        1 => lit(ScalarValue::Decimal128(
            Some(random.random_range(-500..500)),
            18,
            2,
        )),
        2 => lit(ScalarValue::Decimal128(Some(10_i128.pow(30)), 38, 6)),
        3 => lit(random.random_bool(0.5)),
        4 => lit(ScalarValue::Date32(Some(random.random_range(-10..30_000)))),
        5 => lit(ScalarValue::Null),
        _ => text(
            ["", "12", "张三", "张%", "%a%b%c%", "_", "x\\y"]
                .choose(random)
                .unwrap(),
        ),
    }
}

fn value(random: &mut ChaCha8Rng, depth: u32) -> Expr {
    let (name, _) = columns()[random.random_range(0..6)].clone();
    match random.random_range(0..if depth == 0 { 3 } else { 9 }) {
        0..=2 => col(name),
        3 => literal(random),
        4 => cast(
            col(name),
            [DataType::Int64, DataType::Date32, DataType::Decimal128(20, 3)][random.random_range(0..3)]
                .clone(),
        ),
        5 => try_cast(col(name), DataType::Int64),
        6 => binary_expr(lit(1_i64), Operator::Divide, value(random, depth - 1)),
        7 => binary_expr(value(random, depth - 1), Operator::Minus, lit(5_i64)),
        _ => cast(col(name), DataType::LargeUtf8),
    }
}

fn predicate(random: &mut ChaCha8Rng, depth: u32) -> Expr {
    use Operator::*;
    let compare = [Eq, NotEq, Lt, LtEq, Gt, GtEq, IsDistinctFrom, IsNotDistinctFrom];
    match random.random_range(0..if depth == 0 { 6 } else { 9 }) {
        0 | 1 => binary_expr(
            value(random, 1),
            compare[random.random_range(0..8)],
            literal(random),
        ),
        2 => binary_expr(
            value(random, 1),
            compare[random.random_range(0..8)],
            value(random, 1),
        ),
        3 => value(random, 1).in_list((0..3).map(|_| literal(random)).collect(), random.random_bool(0.3)),
        4 => value(random, 1).like(literal(random)),
        5 => value(random, 1).between(literal(random), literal(random)),
        6 => not(predicate(random, depth - 1)),
        7 => predicate(random, depth - 1).and(predicate(random, depth - 1)),
        _ => predicate(random, depth - 1).or(value(random, 1).is_null()),
    }
}

#[test]
fn whatever_the_list_takes_evaluates_on_every_row() {
    let mut random = ChaCha8Rng::seed_from_u64(7);
    let (session, rows, clear) = (SessionContext::new(), rows(), clear());
    let schema = DFSchema::try_from(rows.schema()).unwrap();
    let (mut taken, mut left) = (0, 0);
    for _ in 0..25_000 {
        let predicate = predicate(&mut random, 2);
        // The planner has coerced types by the time the list is asked.
        let Ok(coerced) = session.state().create_physical_expr(predicate.clone(), &schema) else {
            continue;
        };
        if !clear.leakproof(&predicate) {
            left += 1;
            continue;
        }
        taken += 1;
        let outcome = coerced.evaluate(&rows);
        assert!(outcome.is_ok(), "{predicate}: {outcome:?}");
    }
    assert!(taken > 500 && left > 500, "{taken} taken, {left} left");
}

#[test]
fn what_can_fail_or_is_not_clear_is_left_outside() {
    let clear = ClearColumns::new([
        ("name".to_owned(), DataType::Utf8View),
        ("number".to_owned(), DataType::Int64),
    ]);
    let long = "_".repeat(300);
    for (predicate, taken) in [
        (col("number").gt(lit(5_i64)), true),
        (col("name").like(text("张%")), true),
        (col("name").eq(text("x")).and(not(col("number").is_null())), true),
        (
            cast(col("number"), DataType::Decimal128(38, 2)).gt(lit(ScalarValue::Decimal128(Some(1), 38, 2))),
            true,
        ),
        (col("name").eq(lit("x")), false),
        (col("name").eq(lit(5_i64)), false),
        (col("masked").eq(text("x")), false),
        (col("masked").is_null(), false),
        (col("name").eq(text("x")).or(col("masked").eq(text("x"))), false),
        (cast(col("name"), DataType::Int64).gt(lit(5_i64)), false),
        (
            cast(col("number"), DataType::Decimal128(12, 2)).gt(lit(ScalarValue::Decimal128(Some(1), 12, 2))),
            false,
        ),
        (
            binary_expr(lit(1_i64), Operator::Divide, col("number")).gt(lit(0_i64)),
            false,
        ),
        (col("name").like(text(&long)), false),
        (col("name").like(text("a\\%")), false),
        (col("name").like(col("name")), false),
        (col("name").ilike(text("a%")), false),
        (col("number").in_list(vec![col("number")], false), false),
        (binary_expr(col("name"), Operator::RegexMatch, lit("(")), false),
        (col("name").eq(col("number")), false),
    ] {
        assert_eq!(clear.leakproof(&predicate), taken, "{predicate}");
    }
}
