//! Operators in PostgreSQL's longer spellings: `OPERATOR(…)`, `COLLATE`, `ESCAPE`.

use datafusion::sql::sqlparser::ast::{BinaryOperator, Expr, ObjectName, ObjectNamePart, Value};

use super::{call, null};
use crate::catalog::PG_CATALOG;

/// `OPERATOR(pg_catalog.~)` is `~`.
pub(super) fn plain(op: &mut BinaryOperator) {
    let BinaryOperator::PGCustomBinaryOperator(parts) = op else {
        return;
    };
    let sign = match parts.as_slice() {
        [sign] => sign,
        [schema, sign] if schema == PG_CATALOG => sign,
        _ => return,
    };
    *op = match sign.as_str() {
        "=" => BinaryOperator::Eq,
        "<>" | "!=" => BinaryOperator::NotEq,
        "<" => BinaryOperator::Lt,
        "<=" => BinaryOperator::LtEq,
        ">" => BinaryOperator::Gt,
        ">=" => BinaryOperator::GtEq,
        "||" => BinaryOperator::StringConcat,
        "~" => BinaryOperator::PGRegexMatch,
        "~*" => BinaryOperator::PGRegexIMatch,
        "!~" => BinaryOperator::PGRegexNotMatch,
        "!~*" => BinaryOperator::PGRegexNotIMatch,
        "~~" => BinaryOperator::PGLikeMatch,
        "~~*" => BinaryOperator::PGILikeMatch,
        "!~~" => BinaryOperator::PGNotLikeMatch,
        "!~~*" => BinaryOperator::PGNotILikeMatch,
        _ => return,
    };
}

pub(super) fn is_default(collation: &ObjectName) -> bool {
    match collation.0.last() {
        Some(ObjectNamePart::Identifier(name)) => {
            matches!(
                name.value.to_lowercase().as_str(),
                "default" | "c" | "posix" | "ucs_basic"
            )
        }
        _ => false,
    }
}

/// `LIKE p ESCAPE '/'`: the planner knows the backslash only, so a function puts it in its place.
pub(super) fn pattern(expr: &mut Expr) {
    let (Expr::Like {
        pattern, escape_char, ..
    }
    | Expr::ILike {
        pattern, escape_char, ..
    }) = expr
    else {
        return;
    };
    if let Some(Value::SingleQuotedString(sign)) = escape_char.as_ref().map(|sign| &sign.value)
        && sign != "\\"
    {
        let sign = Expr::value(Value::SingleQuotedString(sign.clone()));
        let written = std::mem::replace(pattern.as_mut(), null());
        **pattern = call("like_pattern", vec![written, sign]);
        *escape_char = None;
    }
}
