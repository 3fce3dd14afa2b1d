//! The functions PostgreSQL's clients call in their catalogue queries. They answer from the [`Facts`] of the session and
//! from nothing else; what would tell about definitions, sizes or other people is NULL or false.
//!
//! Lists are texts in PostgreSQL's form (`{a,b}`), because the planner's own lists are not offered to callers.

mod bodies;
pub(crate) mod lists;
pub(crate) mod names;
mod privileges;

use std::hash::{Hash, Hasher};
use std::ops::RangeInclusive;
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, BooleanArray, Int32Array, Int64Array, StringArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Int64Type};
use datafusion::common::ScalarValue;
use datafusion::error::{DataFusionError, Result};
use datafusion::logical_expr::{
    ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, TypeSignature, Volatility,
};

use super::facts::Facts;
use super::rows::Cell;
use crate::refusal::{Reason, Refusal};

/// What a function gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gives {
    Truth,
    /// A small number.
    Count,
    /// An object id.
    Oid,
    Text,
}

type Body = fn(&Facts, &[Cell]) -> std::result::Result<Cell, Refusal>;

/// One function: its name, how many arguments, what it gives, and how.
struct Word {
    name: &'static str,
    arguments: RangeInclusive<usize>,
    gives: Gives,
    body: Body,
}

const fn word(name: &'static str, arguments: RangeInclusive<usize>, gives: Gives, body: Body) -> Word {
    Word {
        name,
        arguments,
        gives,
        body,
    }
}

fn all() -> impl Iterator<Item = &'static Word> {
    let tables: [&[Word]; 4] = [bodies::WORDS, lists::WORDS, names::WORDS, privileges::WORDS];
    tables.into_iter().flatten()
}

/// Is it one of these functions?
pub(crate) fn listed(name: &str) -> bool {
    all().any(|word| word.name == name)
}

/// The functions, answering from these facts.
pub(crate) fn functions(facts: &Arc<Facts>) -> Vec<Arc<ScalarUDF>> {
    let function = |word: &'static Word| {
        let facts = facts.clone();
        let arguments = TypeSignature::OneOf(vec![TypeSignature::Nullary, TypeSignature::VariadicAny]);
        let signature = Signature::new(arguments, Volatility::Stable);
        Arc::new(ScalarUDF::new_from_impl(Function {
            word,
            facts,
            signature,
        }))
    };
    all().map(function).collect()
}

struct Function {
    word: &'static Word,
    facts: Arc<Facts>,
    signature: Signature,
}

impl std::fmt::Debug for Function {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.word.name)
    }
}

// Within one query there is one set of facts, so the name says it all.
impl PartialEq for Function {
    fn eq(&self, other: &Function) -> bool {
        self.word.name == other.word.name
    }
}

impl Eq for Function {}

impl Hash for Function {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.word.name.hash(state);
    }
}

impl ScalarUDFImpl for Function {
    fn name(&self) -> &str {
        self.word.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, kinds: &[DataType]) -> Result<DataType> {
        if !self.word.arguments.contains(&kinds.len()) {
            let refusal = Refusal::new(Reason::UnknownFunction).with("function", self.word.name);
            return Err(DataFusionError::External(Box::new(refusal)));
        }
        Ok(match self.word.gives {
            Gives::Truth => DataType::Boolean,
            Gives::Count => DataType::Int32,
            Gives::Oid => DataType::Int64,
            Gives::Text => DataType::Utf8,
        })
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let constant = args
            .args
            .iter()
            .all(|arg| matches!(arg, ColumnarValue::Scalar(_)));
        let rows = if constant { 1 } else { args.number_rows };
        let columns = args
            .args
            .iter()
            .map(|arg| column(arg, rows))
            .collect::<Result<Vec<_>>>()?;
        let mut cells = Vec::with_capacity(rows);
        let mut bytes = 0;
        for row in 0..rows {
            let arguments: Vec<Cell> = columns.iter().map(|column| cell(column, row)).collect();
            let given = (self.word.body)(&self.facts, &arguments);
            let given = given.map_err(|refusal| DataFusionError::External(Box::new(refusal)))?;
            // Built outside of the engine's memory pool, so it has a cap of its own.
            bytes += text_in(&given).map_or(0, str::len);
            if bytes > RESULT_BYTES_MAX {
                let refusal = Refusal::new(Reason::FunctionLimit).with("function", self.word.name);
                let refusal = refusal.with("max", RESULT_BYTES_MAX);
                return Err(DataFusionError::External(Box::new(refusal)));
            }
            cells.push(given);
        }
        let array = array(self.word.gives, &cells);
        if constant {
            return Ok(ColumnarValue::Scalar(ScalarValue::try_from_array(&array, 0)?));
        }
        Ok(ColumnarValue::Array(array))
    }
}

/// Bytes that one call over one batch may build.
const RESULT_BYTES_MAX: usize = 16 << 20;

/// An argument as one of the few types that bodies read.
fn column(argument: &ColumnarValue, rows: usize) -> Result<ArrayRef> {
    let array = argument.to_array(rows)?;
    let plain = match array.data_type() {
        DataType::Boolean => return Ok(array),
        kind if kind.is_integer() => DataType::Int64,
        _ => DataType::Utf8,
    };
    Ok(cast(&array, &plain)?)
}

fn cell(column: &ArrayRef, row: usize) -> Cell {
    if column.is_null(row) {
        return Cell::Null;
    }
    match column.data_type() {
        DataType::Boolean => Cell::Truth(column.as_boolean().value(row)),
        DataType::Int64 => Cell::Number(column.as_primitive::<Int64Type>().value(row)),
        DataType::Utf8 => Cell::Text(column.as_string::<i32>().value(row).to_owned()),
        _ => Cell::Null,
    }
}

fn array(gives: Gives, cells: &[Cell]) -> ArrayRef {
    let numbers = cells.iter().map(|cell| match cell {
        Cell::Number(number) => Some(*number),
        _ => None,
    });
    match gives {
        Gives::Truth => {
            let truths = cells.iter().map(|cell| match cell {
                Cell::Truth(truth) => Some(*truth),
                _ => None,
            });
            Arc::new(truths.collect::<BooleanArray>())
        }
        Gives::Count => Arc::new(
            numbers
                .map(|n| n.and_then(|n| i32::try_from(n).ok()))
                .collect::<Int32Array>(),
        ),
        Gives::Oid => Arc::new(numbers.collect::<Int64Array>()),
        Gives::Text => {
            let texts = cells.iter().map(|cell| match cell {
                Cell::Text(text) => Some(text.as_str()),
                _ => None,
            });
            Arc::new(texts.collect::<StringArray>())
        }
    }
}

/// A number, also if it was written as a text: `'16384'::oid`.
fn number_in(cell: &Cell) -> Option<i64> {
    match cell {
        Cell::Number(number) => Some(*number),
        Cell::Text(text) => text.trim().parse().ok(),
        _ => None,
    }
}

fn text_in(cell: &Cell) -> Option<&str> {
    match cell {
        Cell::Text(text) => Some(text),
        _ => None,
    }
}

/// Bodies read their arguments by place; one that was left out is NULL.
fn at(arguments: &[Cell], place: usize) -> &Cell {
    arguments.get(place).unwrap_or(&Cell::Null)
}
