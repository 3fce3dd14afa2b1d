//! The comment lines on top of a view: `-- key: value`, every one understood or refused.

use std::collections::{BTreeMap, BTreeSet};

use policy::ScopeKind;
use schemas::{Bilingual, DataClass, DepartmentCode, FeedId, Level, NameError, ViewName};

use super::{Lowered, Model, ViewColumn, ViewError};

pub(super) struct Header {
    pub name: ViewName,
    pub title: Bilingual,
    pub owner: DepartmentCode,
    pub grain: Bilingual,
    pub basis: Vec<String>,
    pub inputs: Vec<FeedId>,
    pub columns: Vec<ViewColumn>,
    pub lowered: Vec<Lowered>,
    pub unlisted: bool,
    pub model: Option<Model>,
    pub scopes: BTreeSet<ScopeKind>,
    pub sql: String,
}

const ONCE: [&str; 12] = [
    "name", "title_zh", "title_en", "owner", "grain_zh", "grain_en", "inputs", "unlisted", "model",
    "paradigm", "taxes", "scopes",
];

/// What a view over the hub's own bookkeeping says in place of feeds.
const NO_INPUTS: &str = "none";

/// Reads the header; what follows its last comment line is the SQL.
pub(super) fn read(text: &str) -> Result<Header, ViewError> {
    let mut once: BTreeMap<&str, &str> = BTreeMap::new();
    let mut basis = Vec::new();
    let mut columns: Vec<ViewColumn> = Vec::new();
    let mut lowerings = Vec::new();
    let mut rest = text;
    while let Some(comment) = rest.trim_start().strip_prefix("--") {
        let (line, after) = comment.split_once('\n').unwrap_or((comment, ""));
        rest = after;
        let not_understood = || ViewError::HeaderLine(line.trim().to_owned());
        let (key, value) = line.split_once(':').ok_or_else(not_understood)?;
        let (key, value) = (key.trim(), value.trim());
        match key {
            "basis" => basis.push(value.to_owned()),
            "column" => {
                let column = column(value).ok_or_else(not_understood)?;
                if columns.iter().any(|known| known.name == column.name) {
                    return Err(not_understood());
                }
                columns.push(column);
            }
            "lowered" => lowerings.push(lowered(value).ok_or_else(not_understood)?),
            key if ONCE.contains(&key) && !value.is_empty() => {
                if once.insert(key, value).is_some() {
                    return Err(not_understood());
                }
            }
            _ => return Err(not_understood()),
        }
    }
    let get = |key: &'static str| once.get(key).copied().ok_or(ViewError::HeaderMissing(key));
    let bilingual = |zh, en| {
        Ok(Bilingual {
            zh: get(zh)?.to_owned(),
            en: get(en)?.to_owned(),
        })
    };
    let inputs = match get("inputs")? {
        NO_INPUTS => Ok(Vec::new()),
        inputs => inputs.split(',').map(|feed| FeedId::parse(feed.trim())).collect(),
    };
    if basis.is_empty() {
        return Err(ViewError::HeaderMissing("basis"));
    }
    if columns.is_empty() {
        return Err(ViewError::HeaderMissing("column"));
    }
    let known = |name: &String| columns.iter().any(|column| column.name == *name);
    if !lowerings
        .iter()
        .flat_map(|lowered: &Lowered| &lowered.columns)
        .all(known)
    {
        return Err(ViewError::HeaderLine("lowered".to_owned()));
    }
    Ok(Header {
        name: ViewName::parse(get("name")?).map_err(|_| ViewError::HeaderLine("name".to_owned()))?,
        title: bilingual("title_zh", "title_en")?,
        owner: DepartmentCode::parse(get("owner")?).map_err(|_| ViewError::HeaderLine("owner".to_owned()))?,
        grain: bilingual("grain_zh", "grain_en")?,
        basis,
        inputs: inputs.map_err(|_: NameError| ViewError::HeaderLine("inputs".to_owned()))?,
        unlisted: match once.get("unlisted") {
            None => false,
            Some(&"true") => true,
            Some(_) => return Err(ViewError::HeaderLine("unlisted".to_owned())),
        },
        model: model(
            get("name")?,
            ["model", "paradigm", "taxes"].map(|key| once.get(key).copied()),
            &columns,
        )?,
        columns,
        lowered: lowerings,
        scopes: match once.get("scopes") {
            None => ScopeKind::EVERY.into(),
            Some(words) => words
                .split(',')
                .map(|word| ScopeKind::parse(word.trim()))
                .collect::<Option<_>>()
                .ok_or_else(|| ViewError::HeaderLine("scopes".to_owned()))?,
        },
        sql: rest.trim().to_owned(),
    })
}

/// `name | class | level | Chinese comment | English comment`.
fn column(line: &str) -> Option<ViewColumn> {
    let parts: Vec<&str> = line.split('|').map(str::trim).collect();
    let [name, class, level, zh, en] = parts.as_slice() else {
        return None;
    };
    let named = name.starts_with(|c: char| c.is_ascii_lowercase())
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if !named || zh.is_empty() || en.is_empty() {
        return None;
    }
    let class = match *class {
        "organisation" => DataClass::Organisation,
        "general" => DataClass::General,
        "identifying" => DataClass::Identifying,
        "sensitive" => DataClass::Sensitive,
        _ => return None,
    };
    let level = match *level {
        "L1" => Level::L1,
        "L2" => Level::L2,
        "L3" => Level::L3,
        "L4" => Level::L4,
        _ => return None,
    };
    let comment = Bilingual {
        zh: (*zh).to_owned(),
        en: (*en).to_owned(),
    };
    Some(ViewColumn {
        name: (*name).to_owned(),
        comment,
        class,
        level,
    })
}

/// `column, column | Chinese reason | English reason`.
fn lowered(line: &str) -> Option<Lowered> {
    let parts: Vec<&str> = line.split('|').map(str::trim).collect();
    let [columns, zh, en] = parts.as_slice() else {
        return None;
    };
    if zh.is_empty() || en.is_empty() {
        return None;
    }
    let columns = columns
        .split(',')
        .map(|column| column.trim().to_owned())
        .collect();
    Some(Lowered {
        columns,
        reason: Bilingual {
            zh: (*zh).to_owned(),
            en: (*en).to_owned(),
        },
    })
}

/// Columns every model has, in this order: whoever works on leads reads all models alike.
const LEAD_COLUMNS: [&str; 19] = [
    "lead_key",
    "model",
    "rule",
    "kind",
    "entity_key",
    "taxpayer_id",
    "taxpayer_name",
    "county_code",
    "tax_code",
    "period_from",
    "period_to",
    "base_value",
    "source_value",
    "declared_value",
    "diff_value",
    "diff_ratio",
    "est_tax",
    "evidence",
    "match_tier",
];
/// Ways of noticing.
const PARADIGMS: [&str; 6] = ["threshold", "cross", "trend", "benchmark", "list", "logic"];

/// A model says its number, its paradigm and its taxes, is named `v_lead_…` and has the columns of a lead; a view says
/// none of it.
fn model(name: &str, said: [Option<&str>; 3], columns: &[ViewColumn]) -> Result<Option<Model>, ViewError> {
    let [id, paradigm, taxes] = match said {
        [None, None, None] if !name.starts_with("v_lead_") => return Ok(None),
        [Some(id), Some(paradigm), Some(taxes)] if name.starts_with("v_lead_") => [id, paradigm, taxes],
        _ => return Err(ViewError::HeaderMissing("model, paradigm, taxes")),
    };
    let wrong = |what: &str| ViewError::HeaderLine(what.to_owned());
    let numbered = id
        .strip_prefix('M')
        .is_some_and(|number| number.len() == 2 && number.bytes().all(|b| b.is_ascii_digit()));
    if !numbered {
        return Err(wrong("model"));
    }
    if !PARADIGMS.contains(&paradigm) {
        return Err(wrong("paradigm"));
    }
    let known =
        |tax: &String| schemas::codelists::shared("taxes").is_some_and(|list| list.entry(tax).is_some());
    let taxes: Vec<String> = taxes.split(',').map(|tax| tax.trim().to_owned()).collect();
    if !taxes.iter().all(known) {
        return Err(wrong("taxes"));
    }
    if !columns.iter().map(|column| column.name.as_str()).eq(LEAD_COLUMNS) {
        return Err(ViewError::ColumnsDiffer);
    }
    Ok(Some(Model {
        id: id.to_owned(),
        paradigm: paradigm.to_owned(),
        taxes,
    }))
}
