//! What a department may always read: the rows it sent itself, as they stand in the lake. One view per feed, made from its
//! contract. Not here: that nobody else may read it (`policy`).

use std::collections::BTreeMap;
use std::fmt::Write;

use engine::{View, ViewError};
use schemas::{Contract, DataClass, Field, ViewName, texts};

use crate::contracts::Contracts;

/// Columns that say where a row came from, beside the contract's own: name in the view, stored name, code of the comment.
const FROM: [(&str, &str, &str); 4] = [
    ("own_period", "period", "hub.own_period"),
    ("own_unit", "reporting_unit", "hub.own_unit"),
    ("own_submission", "_submission_id", "hub.own_submission"),
    ("own_row", "_row_no", "hub.own_row"),
];

/// By name, `v_own_<feed>`.
pub fn all(contracts: &Contracts) -> Result<BTreeMap<ViewName, View>, ViewError> {
    let views = contracts.values().map(|contract| View::parse(&text(contract)));
    views
        .map(|view| view.map(|view| (view.name().clone(), view)))
        .collect()
}

fn text(contract: &Contract) -> String {
    let line = |text: &str| text.replace(['\n', '\r', '|'], " ").trim().to_owned();
    let (id, title, grain) = (contract.id(), contract.title(), contract.grain());
    let mut text = format!("-- name: v_own_{id}\n");
    for (key, value) in [
        ("title_zh", title.zh.as_str()),
        ("title_en", &title.en),
        ("owner", contract.department().as_str()),
        ("grain_zh", &grain.zh),
        ("grain_en", &grain.en),
        ("inputs", id.as_str()),
        ("unlisted", "true"),
        ("scopes", "all"),
    ] {
        let _ = writeln!(text, "-- {key}: {}", line(value));
    }
    for basis in contract.basis() {
        let _ = writeln!(text, "-- basis: {}", line(basis));
    }
    for field in contract.fields() {
        let (class, level) = (class(field), field.level);
        let (zh, en) = (line(&field.title.zh), line(&field.title.en));
        let _ = writeln!(
            text,
            "-- column: {} | {class} | {level:?} | {zh} | {en}",
            field.name
        );
    }
    for (name, _, code) in FROM {
        let comment = texts::render(code, &[]);
        let (zh, en) = (comment.zh, comment.en);
        let _ = writeln!(text, "-- column: {name} | organisation | L1 | {zh} | {en}");
    }
    let fields = contract
        .fields()
        .iter()
        .map(|field| format!("    f.{}", field.name));
    let from = FROM.map(|(name, stored, _)| format!("    f.{stored} AS {name}"));
    let columns: Vec<String> = fields.chain(from).collect();
    let _ = writeln!(text, "SELECT\n{}\nFROM feeds.{id} AS f", columns.join(",\n"));
    text
}

fn class(field: &Field) -> &'static str {
    match field.class {
        DataClass::Organisation => "organisation",
        DataClass::General => "general",
        DataClass::Identifying => "identifying",
        DataClass::Sensitive => "sensitive",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contracts;
    use schemas::storage_columns;

    #[test]
    fn every_contract_makes_a_view_of_all_its_columns_that_its_owner_alone_provides() {
        let contracts = contracts::load(None).unwrap();
        let views = all(&contracts).unwrap();
        assert_eq!(views.len(), contracts.len());
        for (feed, contract) in &contracts {
            let view = &views[&ViewName::parse(&format!("v_own_{feed}")).unwrap()];
            assert_eq!(view.inputs(), [feed.clone()]);
            assert_eq!(view.owner(), contract.department());
            assert!(view.unlisted());
            assert_eq!(view.columns().len(), contract.fields().len() + FROM.len());
        }
        let columns = contracts
            .iter()
            .map(|(feed, contract)| (feed.clone(), storage_columns(contract)))
            .collect();
        engine::view_types(&views.values().collect::<Vec<_>>(), &columns).unwrap();
    }
}
