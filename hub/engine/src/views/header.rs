//! The comment lines on top of a view: `-- key: value`, every one understood or refused.

use std::collections::BTreeMap;

use schemas::{Bilingual, DataClass, DepartmentCode, FeedId, Level, ViewName};

use super::{Lowered, ViewColumn, ViewError};

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
    pub sql: String,
}

const ONCE: [&str; 8] = [
    "name", "title_zh", "title_en", "owner", "grain_zh", "grain_en", "inputs", "unlisted",
];

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
    let inputs = get("inputs")?
        .split(',')
        .map(|feed| FeedId::parse(feed.trim()))
        .collect::<Result<Vec<_>, _>>();
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
        inputs: inputs.map_err(|_| ViewError::HeaderLine("inputs".to_owned()))?,
        columns,
        lowered: lowerings,
        unlisted: match once.get("unlisted") {
            None => false,
            Some(&"true") => true,
            Some(_) => return Err(ViewError::HeaderLine("unlisted".to_owned())),
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
