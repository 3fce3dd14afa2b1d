//! Edits of a contract's text, line by line, so that comments and order stay. Whoever proposes a change drafts it here and
//! a person reads it; the result is parsed again before it is handed out.

use super::{Step, next_version};
use crate::contract::{Contract, ContractError, FieldType};

/// One edit that a file's drift suggests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    /// The field answers to one more header.
    Alias { field: String, header: String },
    /// Texts may be longer.
    Longer { field: String, length_max: u32 },
    /// A column nobody promised becomes an optional field, seen by nobody until its provider says more.
    Field { title: String, kind: FieldType },
}

impl Edit {
    /// The version step that the edit needs.
    pub fn step(&self) -> Step {
        match self {
            Edit::Alias { .. } => Step::Words,
            Edit::Longer { .. } | Edit::Field { .. } => Step::Minor,
        }
    }
}

/// The contract with the edits and the next version that allows them. Edits that do not fit the text are a fault.
///
/// # Errors
/// The text that comes out is no contract.
pub fn drafted(contract: &Contract, edits: &[Edit]) -> Result<Contract, ContractError> {
    let mut lines: Vec<String> = contract.yaml().lines().map(str::to_owned).collect();
    for (number, edit) in edits.iter().enumerate() {
        match edit {
            Edit::Alias { field, header } => alias(&mut lines, field, header)?,
            Edit::Longer { field, length_max } => longer(&mut lines, field, *length_max)?,
            Edit::Field { title, kind } => {
                new_field(&mut lines, &format!("column_{}", number + 1), title, kind)
            }
        }
    }
    if let Some(step) = edits.iter().map(Edit::step).max()
        && let Some(version) = next_version(contract.version(), step)
        && let Some(line) = lines.iter_mut().find(|line| line.starts_with("version:"))
    {
        *line = format!("version: {version}");
    }
    Contract::from_yaml(&(lines.join("\n") + "\n"))
}

/// The lines of a field, from its name to the next one.
fn block(lines: &[String], field: &str) -> Result<std::ops::Range<usize>, ContractError> {
    let is_name = |line: &String| line.trim_start().starts_with("- name: ");
    let start = lines
        .iter()
        .position(|line| line.trim() == format!("- name: {field}"))
        .ok_or_else(|| ContractError::new("contract.unknown_field", "draft", field))?;
    let end = lines.iter().skip(start + 1).position(is_name);
    Ok(start..end.map_or(lines.len(), |end| start + 1 + end))
}

fn alias(lines: &mut Vec<String>, field: &str, header: &str) -> Result<(), ContractError> {
    let block = block(lines, field)?;
    let of = |start: &str| {
        let mut of_field = lines.iter().enumerate().take(block.end).skip(block.start);
        let found = of_field.find(|(_, line)| line.trim_start().starts_with(start));
        found.map(|(at, line)| (at, line.clone()))
    };
    let header = quoted(header);
    if let Some((at, line)) = of("aliases: [") {
        if let (Some(open), Some(place)) = (line.trim_end().strip_suffix(']'), lines.get_mut(at)) {
            *place = format!("{open}, {header}]");
        }
    } else if let Some((at, line)) = of("title_en:") {
        let indent: String = line.chars().take_while(|c| *c == ' ').collect();
        lines.insert(at + 1, format!("{indent}aliases: [{header}]"));
    }
    Ok(())
}

fn longer(lines: &mut [String], field: &str, length_max: u32) -> Result<(), ContractError> {
    let block = block(lines, field)?;
    let physical = lines.iter_mut().take(block.end).skip(block.start);
    for line in physical.filter(|line| line.contains("physicalType: varchar(")) {
        if let Some((before, _)) = line.split_once("varchar(") {
            *line = format!("{before}varchar({length_max})");
        }
    }
    Ok(())
}

/// At the end of the properties, which is the end of the document.
fn new_field(lines: &mut Vec<String>, name: &str, title: &str, kind: &FieldType) {
    let (logical, physical) = match kind {
        FieldType::Decimal { precision, scale } => ("number", format!("decimal({precision},{scale})")),
        FieldType::Integer => ("integer", "bigint".to_owned()),
        FieldType::Date => ("date", "date".to_owned()),
        FieldType::Text { length_max } => ("string", format!("varchar({length_max})")),
        FieldType::Code { .. } | FieldType::Boolean => ("string", "varchar(20)".to_owned()),
    };
    let title = quoted(title);
    let text = format!(
        "
      # Proposed from a file: the provider names the column, its class and its level before this is published.
      - name: {name}
        businessName: {title}
        logicalType: {logical}
        physicalType: {physical}
        classification: L3
        description: {title}
        customProperties:
          - property: intake
            value:
              title_en: {name}
              class: identifying
              treatment: \"null\""
    );
    lines.extend(text.lines().map(str::to_owned));
}

/// A word as YAML takes it, whatever is in it.
fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::evolution::{changes, is_version_allowed, needed};
    use crate::contract::tests::with;

    #[test]
    fn a_draft_keeps_the_text_and_changes_what_it_says() {
        let old = with("", "").unwrap();
        let edits = [
            Edit::Alias {
                field: "fee".to_owned(),
                header: "本月电费(元), '含税'".to_owned(),
            },
            Edit::Longer {
                field: "address".to_owned(),
                length_max: 500,
            },
            Edit::Field {
                title: "线路名称".to_owned(),
                kind: FieldType::Text { length_max: 50 },
            },
        ];
        let new = drafted(&old, &edits).unwrap();
        assert_eq!(new.version(), "1.1.0");
        assert!(
            new.match_header("本月电费(元), '含税'")
                .is_some_and(|found| found.field.name == "fee")
        );
        assert_eq!(
            new.field("address").unwrap().kind,
            FieldType::Text { length_max: 500 }
        );
        let added = new.fields().last().unwrap();
        assert_eq!((added.name.as_str(), added.required), ("column_3", false));
        assert_eq!(needed(&changes(&old, &new)), Some(Step::Minor));
        assert!(is_version_allowed(
            old.version(),
            new.version(),
            Some(Step::Minor)
        ));
        // Comments and everything else stand as they stood.
        let lost = old
            .yaml()
            .lines()
            .filter(|line| !new.yaml().contains(line))
            .count();
        assert_eq!(lost, 3, "version, aliases and length are rewritten");
        let only_words = drafted(&old, &edits[..1]).unwrap();
        assert_eq!(only_words.version(), "1.0.1");
        assert_eq!(needed(&changes(&old, &only_words)), Some(Step::Words));
    }

    #[test]
    fn a_draft_that_is_no_contract_is_not_handed_out() {
        let old = with("", "").unwrap();
        let twice = Edit::Alias {
            field: "fee".to_owned(),
            header: "电量".to_owned(),
        };
        assert_eq!(
            drafted(&old, &[twice]).unwrap_err().code(),
            "contract.alias_twice"
        );
        let nowhere = Edit::Longer {
            field: "nothing".to_owned(),
            length_max: 1,
        };
        assert_eq!(
            drafted(&old, &[nowhere]).unwrap_err().code(),
            "contract.unknown_field"
        );
    }
}
