//! The types clients meet here, under PostgreSQL's names and numbers.

use datafusion::arrow::datatypes::DataType;

/// One type.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Known {
    pub oid: i64,
    /// As `pg_type` has it.
    pub name: &'static str,
    /// As SQL writes it.
    pub sql: &'static str,
    pub length: i16,
    pub category: &'static str,
    pub array: i64,
    pub align: &'static str,
    pub storage: &'static str,
}

const fn known(
    oid: i64,
    name: &'static str,
    sql: &'static str,
    length: i16,
    category: &'static str,
    array: i64,
) -> Known {
    let (align, storage) = match length {
        -1 => ("i", "x"),
        1 => ("c", "p"),
        2 => ("s", "p"),
        8 => ("d", "p"),
        _ => ("i", "p"),
    };
    Known {
        oid,
        name,
        sql,
        length,
        category,
        array,
        align,
        storage,
    }
}

pub(super) const TYPES: [Known; 22] = [
    known(16, "bool", "boolean", 1, "B", 1000),
    known(17, "bytea", "bytea", -1, "U", 1001),
    known(18, "char", "\"char\"", 1, "Z", 1002),
    known(19, "name", "name", 64, "S", 1003),
    known(20, "int8", "bigint", 8, "N", 1016),
    known(21, "int2", "smallint", 2, "N", 1005),
    known(23, "int4", "integer", 4, "N", 1007),
    known(25, "text", "text", -1, "S", 1009),
    known(26, "oid", "oid", 4, "N", 1028),
    known(114, "json", "json", -1, "U", 199),
    known(700, "float4", "real", 4, "N", 1021),
    known(701, "float8", "double precision", 8, "N", 1022),
    known(1042, "bpchar", "character", -1, "S", 1014),
    known(1043, "varchar", "character varying", -1, "S", 1015),
    known(1082, "date", "date", 4, "D", 1182),
    known(1083, "time", "time without time zone", 8, "D", 1183),
    known(1114, "timestamp", "timestamp without time zone", 8, "D", 1115),
    known(1184, "timestamptz", "timestamp with time zone", 8, "D", 1185),
    known(1186, "interval", "interval", 16, "T", 1187),
    known(1700, "numeric", "numeric", -1, "N", 1231),
    known(2205, "regclass", "regclass", 4, "N", 2210),
    known(2950, "uuid", "uuid", 16, "U", 2951),
];

/// Collation of texts, named like PostgreSQL's default.
pub(super) const COLLATION: i64 = 100;

impl Known {
    pub(super) fn collation(&self) -> i64 {
        if self.category == "S" { COLLATION } else { 0 }
    }
}

const TEXT: &Known = &known(25, "text", "text", -1, "S", 1009);

pub(super) fn by_oid(oid: i64) -> Option<&'static Known> {
    TYPES.iter().find(|known| known.oid == oid)
}

/// By either of its names, without a modifier.
pub(super) fn by_name(name: &str) -> Option<&'static Known> {
    let name = name.trim();
    let name = name.strip_prefix("pg_catalog.").unwrap_or(name).to_lowercase();
    TYPES.iter().find(|known| known.name == name || known.sql == name)
}

/// The type of a column, and its modifier: precision and scale of decimals, else -1.
pub(super) fn of(kind: &DataType) -> (&'static Known, i32) {
    let name = match kind {
        DataType::Boolean => "bool",
        DataType::Int16 => "int2",
        DataType::Int32 => "int4",
        DataType::Int64 => "int8",
        DataType::Float32 => "float4",
        DataType::Float64 => "float8",
        DataType::Date32 => "date",
        DataType::Timestamp(..) => "timestamp",
        DataType::Decimal128(..) => "numeric",
        _ => "text",
    };
    let modifier = match kind {
        DataType::Decimal128(precision, scale) => ((i32::from(*precision) << 16) | i32::from(*scale)) + 4,
        _ => -1,
    };
    (by_name(name).unwrap_or(TEXT), modifier)
}

/// What `format_type` writes.
pub(super) fn written(oid: i64, modifier: Option<i64>) -> String {
    let Some(known) = by_oid(oid) else {
        return if oid == 0 { "-" } else { "???" }.to_owned();
    };
    match modifier {
        Some(modifier) if known.name == "numeric" && modifier >= 4 => {
            let (precision, scale) = ((modifier - 4) >> 16, (modifier - 4) & 0xffff);
            format!("{}({precision},{scale})", known.sql)
        }
        _ => known.sql.to_owned(),
    }
}
