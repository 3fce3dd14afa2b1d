//! Reads an engine error once and keeps nothing of it but the reason. The engine's sentences print cell values, paths,
//! plans and column lists, so none of them may pass.

use datafusion::arrow::error::ArrowError;
use datafusion::common::SchemaError;
use datafusion::error::DataFusionError;

use super::{Reason, Refusal};

/// An error met while planning.
pub(crate) fn planning(error: &DataFusionError) -> Refusal {
    classify(error, Reason::NotPlanned)
}

/// An error met while running. It may stem from released rows only; see `scan`.
pub(crate) fn execution(error: &DataFusionError) -> Refusal {
    classify(error, Reason::Internal)
}

fn classify(error: &DataFusionError, otherwise: Reason) -> Refusal {
    if let Some(refusal) = refusal_inside(error) {
        return refusal;
    }
    let refusal = match error.find_root() {
        DataFusionError::SchemaError(schema, _) => of_schema(schema),
        DataFusionError::ArrowError(arrow, _) => Refusal::new(of_arrow(arrow)),
        DataFusionError::ResourcesExhausted(_) => Refusal::new(Reason::Memory),
        DataFusionError::SQL(..) => Refusal::new(Reason::Syntax),
        DataFusionError::NotImplemented(_) => Refusal::new(Reason::NotSupported),
        DataFusionError::Plan(text) => of_plan(text, otherwise),
        DataFusionError::Execution(text) => Refusal::new(of_execution(text, otherwise)),
        DataFusionError::Collection(errors) => match errors.first() {
            Some(first) => return classify(first, otherwise),
            None => Refusal::new(otherwise),
        },
        DataFusionError::External(inner) => match inner.downcast_ref::<ArrowError>() {
            Some(arrow) => Refusal::new(of_arrow(arrow)),
            None => Refusal::new(Reason::Internal),
        },
        _ => Refusal::new(Reason::Internal),
    };
    if refusal.reason() == Reason::Internal {
        // Nothing the caller wrote explains this: storage, a broken file or a bug. Detail for the operator only.
        tracing::error!(error = %error, "a query failed inside the engine");
    } else {
        // The sentence of such an error can quote a released cell; a log line must not.
        tracing::debug!(refusal.code = refusal.code(), "a query was refused by the engine");
    }
    refusal
}

/// Refusals of our own functions and streams travel through the engine as external errors.
fn refusal_inside(error: &DataFusionError) -> Option<Refusal> {
    let DataFusionError::External(inner) = error.find_root() else {
        return None;
    };
    let mut inner: &(dyn std::error::Error + 'static) = inner.as_ref();
    loop {
        if let Some(refusal) = inner.downcast_ref::<Refusal>() {
            return Some(refusal.clone());
        }
        inner = inner.source()?;
    }
}

fn of_schema(error: &SchemaError) -> Refusal {
    match error {
        // `valid_fields` stays behind: it lists what the caller need not know exists.
        SchemaError::FieldNotFound { field, .. } => {
            Refusal::new(Reason::UnknownColumn).with("column", field.flat_name())
        }
        SchemaError::AmbiguousReference { field } => {
            Refusal::new(Reason::AmbiguousColumn).with("column", field.flat_name())
        }
        SchemaError::DuplicateQualifiedField { name, .. }
        | SchemaError::DuplicateUnqualifiedField { name } => {
            Refusal::new(Reason::AmbiguousColumn).with("column", name)
        }
    }
}

fn of_arrow(error: &ArrowError) -> Reason {
    match error {
        ArrowError::DivideByZero => Reason::DivisionByZero,
        ArrowError::ArithmeticOverflow(_) => Reason::OutOfRange,
        ArrowError::CastError(_) | ArrowError::ParseError(_) => Reason::NotConvertible,
        ArrowError::InvalidArgumentError(text) if text.contains("precision") => Reason::OutOfRange,
        ArrowError::InvalidArgumentError(_) | ArrowError::ComputeError(_) => Reason::InvalidArgument,
        ArrowError::NotYetImplemented(_) => Reason::NotSupported,
        ArrowError::MemoryError(_) => Reason::Memory,
        _ => Reason::Internal,
    }
}

// The planner tells kinds of mistakes apart only by its sentences. A sentence that changes costs a finer code, no more.
fn of_plan(text: &str, otherwise: Reason) -> Refusal {
    if let Some(rest) = text.strip_prefix("Invalid function '") {
        let name = rest.split('\'').next().unwrap_or_default();
        return Refusal::new(Reason::UnknownFunction).with("function", name);
    }
    let reason = if text.contains("GROUP BY") {
        Reason::Grouping
    } else if [
        "coerc",
        "Cannot infer",
        "type_coercion",
        "No function matches",
        "not comparable",
    ]
    .iter()
    .any(|sign| text.contains(sign))
    {
        Reason::TypeMismatch
    } else {
        otherwise
    };
    Refusal::new(reason)
}

fn of_execution(text: &str, otherwise: Reason) -> Reason {
    if text.contains("Divide by zero") || text.contains("division by zero") {
        Reason::DivisionByZero
    } else if text.contains("overflow") || text.contains("out of range") {
        Reason::OutOfRange
    } else if otherwise == Reason::NotPlanned {
        otherwise
    } else {
        Reason::InvalidArgument
    }
}
