//! Values of `$1`, `$2`, … from the wire into PostgreSQL's text form, which is what the engine takes.

use bytes::Bytes;
use chrono::{Days, NaiveDate, TimeDelta};
use engine::{Parameter, ParameterType};
use pgwire::api::Type;
use pgwire::messages::extendedquery::Bind;

use super::numeric;
use super::refused::protocol;
use crate::front::Problem;

/// Reads the values of a `Bind`. `types` are the types that apply, one per value; `None` is unknown, and then only
/// text can be read.
pub(super) fn read(bind: &Bind, types: &[Option<Type>]) -> Result<Vec<Parameter>, Problem> {
    let formats = &bind.parameter_format_codes;
    if formats.len() > 1 && formats.len() != bind.parameters.len() {
        return Err(protocol());
    }
    let values = bind.parameters.iter().enumerate();
    values
        .map(|(at, value)| {
            let binary = formats.get(at).or(formats.first().filter(|_| formats.len() == 1)) == Some(&1);
            let kind = types.get(at).and_then(Option::as_ref);
            let invalid = || Problem::new(400, "22P02", "query.parameter_invalid").with("number", at + 1);
            let text = match value {
                None => None,
                Some(bytes) if binary => {
                    let kind = kind.ok_or_else(|| not_offered(at))?;
                    Some(from_binary(kind, bytes).map_err(|wrong| match wrong {
                        Wrong::Value => invalid(),
                        Wrong::Type => not_offered(at),
                    })?)
                }
                Some(bytes) => Some(std::str::from_utf8(bytes).map_err(|_| invalid())?.to_owned()),
            };
            Ok(Parameter {
                text,
                kind: kind.and_then(declared),
            })
        })
        .collect()
}

/// Whether the values can be read without knowing the types.
pub(super) fn all_text(bind: &Bind) -> bool {
    bind.parameter_format_codes.iter().all(|code| *code == 0)
}

fn not_offered(at: usize) -> Problem {
    Problem::new(400, "0A000", "pg.parameter_type").with("number", at + 1)
}

/// What a declared type means to the planner. A `numeric` has no precision on the wire, so the planner finds one.
fn declared(kind: &Type) -> Option<ParameterType> {
    Some(match *kind {
        Type::BOOL => ParameterType::Boolean,
        Type::INT2 => ParameterType::Int16,
        Type::INT4 => ParameterType::Int32,
        Type::INT8 => ParameterType::Int64,
        Type::FLOAT4 | Type::FLOAT8 => ParameterType::Float64,
        Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME => ParameterType::Text,
        Type::DATE => ParameterType::Date,
        Type::TIMESTAMP | Type::TIMESTAMPTZ => ParameterType::Timestamp,
        _ => return None,
    })
}

enum Wrong {
    Value,
    Type,
}

fn from_binary(kind: &Type, bytes: &Bytes) -> Result<String, Wrong> {
    Ok(match *kind {
        Type::BOOL => match fixed::<1>(bytes)? {
            [0] => "false".to_owned(),
            _ => "true".to_owned(),
        },
        Type::INT2 => i16::from_be_bytes(fixed(bytes)?).to_string(),
        Type::INT4 => i32::from_be_bytes(fixed(bytes)?).to_string(),
        Type::INT8 => i64::from_be_bytes(fixed(bytes)?).to_string(),
        Type::FLOAT4 => f32::from_be_bytes(fixed(bytes)?).to_string(),
        Type::FLOAT8 => f64::from_be_bytes(fixed(bytes)?).to_string(),
        Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME | Type::UNKNOWN => {
            std::str::from_utf8(bytes).map_err(|_| Wrong::Value)?.to_owned()
        }
        Type::NUMERIC => numeric::decode(bytes).ok_or(Wrong::Value)?,
        Type::DATE => date(i32::from_be_bytes(fixed(bytes)?))
            .ok_or(Wrong::Value)?
            .to_string(),
        Type::TIMESTAMP | Type::TIMESTAMPTZ => {
            timestamp(i64::from_be_bytes(fixed(bytes)?)).ok_or(Wrong::Value)?
        }
        _ => return Err(Wrong::Type),
    })
}

fn fixed<const N: usize>(bytes: &Bytes) -> Result<[u8; N], Wrong> {
    bytes.as_ref().try_into().map_err(|_| Wrong::Value)
}

/// Dates and instants count from 2000-01-01.
fn epoch() -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(2000, 1, 1)
}

fn date(days: i32) -> Option<NaiveDate> {
    let distance = Days::new(u64::from(days.unsigned_abs()));
    if days < 0 {
        epoch()?.checked_sub_days(distance)
    } else {
        epoch()?.checked_add_days(distance)
    }
}

fn timestamp(microseconds: i64) -> Option<String> {
    let start = epoch()?.and_hms_opt(0, 0, 0)?;
    let moment = start.checked_add_signed(TimeDelta::microseconds(microseconds))?;
    Some(moment.format("%Y-%m-%d %H:%M:%S%.6f").to_string())
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use engine::ParameterType;
    use pgwire::api::Type;
    use pgwire::messages::extendedquery::Bind;

    use super::read;

    fn bind(formats: Vec<i16>, values: &[&'static [u8]]) -> Bind {
        let values = values
            .iter()
            .map(|value| Some(Bytes::from_static(value)))
            .collect();
        Bind::new(None, None, formats, values, Vec::new())
    }

    #[test]
    fn binary_values_become_text() {
        let values: [&'static [u8]; 4] = [&[0, 0, 1, 0], &[0xff, 0xff, 0xff, 0xff], &[0; 8], "电".as_bytes()];
        let types = [
            Some(Type::INT4),
            Some(Type::DATE),
            Some(Type::TIMESTAMP),
            Some(Type::TEXT),
        ];
        let read = read(&bind(vec![1], &values), &types).unwrap();
        let texts: Vec<&str> = read.iter().map(|value| value.text.as_deref().unwrap()).collect();
        assert_eq!(texts, ["256", "1999-12-31", "2000-01-01 00:00:00.000000", "电"]);
        assert_eq!(read[0].kind, Some(ParameterType::Int32));
    }

    #[test]
    fn lengths_types_and_counts_are_not_believed() {
        assert_eq!(
            read(&bind(vec![1], &[&[0, 1]]), &[Some(Type::INT4)])
                .unwrap_err()
                .sqlstate,
            "22P02"
        );
        assert_eq!(
            read(&bind(vec![1], &[&[0, 1]]), &[None]).unwrap_err().sqlstate,
            "0A000"
        );
        assert_eq!(
            read(&bind(vec![1], &[b"{}"]), &[Some(Type::JSONB)])
                .unwrap_err()
                .sqlstate,
            "0A000"
        );
        assert_eq!(
            read(&bind(vec![0, 0], &[b"1"]), &[None]).unwrap_err().sqlstate,
            "08P01"
        );
        assert_eq!(
            read(&bind(vec![], &[&[0xff]]), &[None]).unwrap_err().sqlstate,
            "22P02"
        );
    }
}
