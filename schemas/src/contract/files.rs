//! What a contract prescribes about its files, as it is written and as it is checked.

use serde::Deserialize;

use super::fixed::{self, FixedBlock};
use super::{ContractError, FileEncoding, IntakeRules};

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct FilesBlock {
    pub delimiter: Option<String>,
    pub quote: Option<char>,
    pub encoding: Option<FileEncoding>,
    pub header_rows_max: Option<usize>,
    pub bad_rows_ppm_max: Option<u32>,
    pub rows_max: Option<u64>,
    #[serde(default)]
    pub nulls: Vec<String>,
    #[serde(default)]
    pub refused_columns: Vec<String>,
    pub fixed: Option<FixedBlock>,
    pub records: Option<String>,
    pub member: Option<String>,
}

/// What may separate fields: short, ASCII, and nothing that a name or a number is made of.
fn is_delimiter(text: &str) -> bool {
    let refused = |byte: u8| byte.is_ascii_alphanumeric() || !byte.is_ascii() || b"\n\r\0\"".contains(&byte);
    (1..=8).contains(&text.len()) && !text.bytes().any(refused)
}

/// Checks what is written.
pub(super) fn rules(block: FilesBlock) -> Result<IntakeRules, ContractError> {
    let rules = IntakeRules {
        delimiter: block.delimiter,
        quote: block.quote,
        encoding: block.encoding,
        header_rows_max: block.header_rows_max.unwrap_or(10),
        bad_rows_ppm_max: block.bad_rows_ppm_max.unwrap_or(50_000),
        rows_max: block.rows_max,
        nulls: block.nulls,
        refused_columns: block.refused_columns,
        fixed: block.fixed.map(fixed::file).transpose()?,
        records: block.records,
        member: block.member,
    };
    let out_of_range = |key: &str, value: String| {
        Err(ContractError::new(
            "contract.value_range",
            format!("intake.files.{key}"),
            value,
        ))
    };
    match &rules {
        IntakeRules { header_rows_max, .. } if !(1..=100).contains(header_rows_max) => {
            out_of_range("header_rows_max", header_rows_max.to_string())
        }
        IntakeRules { bad_rows_ppm_max, .. } if *bad_rows_ppm_max > 1_000_000 => {
            out_of_range("bad_rows_ppm_max", bad_rows_ppm_max.to_string())
        }
        IntakeRules {
            delimiter: Some(text),
            ..
        } if !is_delimiter(text) => out_of_range("delimiter", text.clone()),
        // An empty word would be every empty cell, and those are empty already.
        IntakeRules { nulls, .. } if nulls.iter().any(|word| word.trim() != word || word.is_empty()) => {
            out_of_range("nulls", nulls.join(", "))
        }
        IntakeRules {
            records: Some(path), ..
        } if path.split('/').any(|name| name.trim() != name || name.is_empty()) => {
            out_of_range("records", path.clone())
        }
        // Names of files are compared without their folders.
        IntakeRules {
            member: Some(pattern),
            ..
        } if pattern.trim() != pattern || pattern.is_empty() || pattern.contains(['/', '\\']) => {
            out_of_range("member", pattern.clone())
        }
        IntakeRules { quote: Some(c), .. } if !c.is_ascii() => out_of_range("quote", c.to_string()),
        _ => Ok(rules),
    }
}
