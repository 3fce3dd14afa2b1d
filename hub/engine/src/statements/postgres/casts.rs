//! Casts to types that only PostgreSQL has: to the text, number or function that means the same here.

use datafusion::sql::sqlparser::ast::{
    CastKind, DataType, ExactNumberInfo, Expr, Function, Ident, ObjectName, ObjectNamePart,
};

use super::{call, called, folded, null};
use crate::catalog::PG_CATALOG;

/// The cast in other words; `None` leaves it as it is.
pub(super) fn cast(expr: &mut Expr) -> Option<Expr> {
    let Expr::Cast {
        kind: CastKind::Cast | CastKind::DoubleColon,
        expr: inner,
        data_type,
        array: false,
        format: None,
    } = expr
    else {
        return None;
    };
    if let DataType::Regclass = data_type {
        return Some(call("regclass", vec![std::mem::replace(inner.as_mut(), null())]));
    }
    match data_type {
        // Lists are texts.
        DataType::Array(_) => *data_type = DataType::Text,
        DataType::Custom(name, modifiers) if modifiers.is_empty() => {
            let name = named(name)?;
            if let kind @ ("regclass" | "regnamespace" | "regproc" | "regrole" | "regtype") = name.as_str() {
                return Some(call(kind, vec![std::mem::replace(inner.as_mut(), null())]));
            }
            *data_type = plain(&name)?;
        }
        DataType::Text | DataType::Varchar(_) | DataType::CharacterVarying(_) => {}
        _ => return None,
    }
    // A kind of object id as text is its name.
    if matches!(
        data_type,
        DataType::Text | DataType::Varchar(_) | DataType::CharacterVarying(_)
    ) {
        by_name(inner);
    }
    None
}

/// `regclass(x)` becomes `regclass_name(x)`, and so on.
pub(super) fn by_name(expr: &mut Expr) {
    if let Expr::Function(function) = expr
        && let kind @ ("regclass" | "regnamespace" | "regproc" | "regrole" | "regtype") =
            called(function).as_str()
    {
        rename(function, &format!("{kind}_name"));
    }
}

fn rename(function: &mut Function, name: &str) {
    function.name = ObjectName::from(Ident::new(name));
}

/// A type's name without PostgreSQL's schema; `None` for one of another schema.
fn named(name: &ObjectName) -> Option<String> {
    match name.0.as_slice() {
        [ObjectNamePart::Identifier(name)] => Some(folded(name)),
        [
            ObjectNamePart::Identifier(schema),
            ObjectNamePart::Identifier(name),
        ] if folded(schema) == PG_CATALOG => Some(folded(name)),
        _ => None,
    }
}

fn plain(name: &str) -> Option<DataType> {
    Some(match name {
        "text" | "name" | "varchar" | "bpchar" | "char" | "cstring" | "int2vector" | "oidvector"
        | "pg_node_tree" | "aclitem" | "anyarray" => DataType::Text,
        "oid" | "xid" | "int8" => DataType::BigInt(None),
        "int4" => DataType::Integer(None),
        "int2" => DataType::SmallInt(None),
        "bool" => DataType::Boolean,
        "float4" => DataType::Real,
        "float8" => DataType::Double(ExactNumberInfo::None),
        "date" => DataType::Date,
        _ => return None,
    })
}
