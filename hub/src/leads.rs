//! Leads put together: what several models found about one taxpayer is one lead with several hits, so that nobody is
//! visited twice. Pure: rows come from governed answers, as the asker's agreements gave them.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use schemas::values::decimal::{self, Decimal};
use serde_json::{Map, Value, json};

/// A row of a model, column by column. Columns the agreement leaves out are not there.
pub type Hit = Map<String, Value>;

/// Amounts have fen and no more.
const SCALE: u8 = 2;

/// One lead per taxpayer, the largest estimate first. A row that does not say whose it is stays alone.
pub fn merged(hits: Vec<Hit>) -> Vec<Value> {
    let mut by_taxpayer: BTreeMap<String, Vec<Hit>> = BTreeMap::new();
    for (number, hit) in hits.into_iter().enumerate() {
        let whose = text(&hit, "entity_key").map_or_else(|| format!("#{number:09}"), str::to_owned);
        by_taxpayer.entry(whose).or_default().push(hit);
    }
    let mut leads: Vec<(i128, Value)> = by_taxpayer.into_values().map(lead).collect();
    // Stable: equal estimates stay in the order of their taxpayers.
    leads.sort_by_key(|(tax, _)| Reverse(*tax));
    leads.into_iter().map(|(_, lead)| lead).collect()
}

fn lead(hits: Vec<Hit>) -> (i128, Value) {
    let tax = sum(&hits);
    let first = |key: &str| hits.iter().find_map(|hit| text(hit, key));
    let all = |key: &str| {
        hits.iter()
            .filter_map(|hit| text(hit, key))
            .collect::<BTreeSet<_>>()
    };
    let document = json!({
        "entity_key": first("entity_key"),
        "taxpayer_id": first("taxpayer_id"),
        "taxpayer_name": first("taxpayer_name"),
        "counties": all("county_code"),
        "models": all("model"),
        "est_tax": yuan(tax),
        "hits": hits.iter().map(shown).collect::<Vec<_>>(),
    });
    (tax, document)
}

/// A row without what the lead says once, and with its evidence opened.
fn shown(hit: &Hit) -> Value {
    let mut shown = hit.clone();
    for key in ["entity_key", "taxpayer_id", "taxpayer_name"] {
        shown.remove(key);
    }
    let evidence = text(hit, "evidence").and_then(|text| serde_json::from_str::<Value>(text).ok());
    if let Some(evidence) = evidence {
        shown.insert("evidence".to_owned(), evidence);
    }
    Value::Object(shown)
}

/// How many rows and how much tax per county and model.
pub fn sums(hits: &[Hit]) -> Vec<Value> {
    let mut cells: BTreeMap<(String, String), Vec<&Hit>> = BTreeMap::new();
    for hit in hits {
        let word = |key: &str| text(hit, key).unwrap_or_default().to_owned();
        cells
            .entry((word("county_code"), word("model")))
            .or_default()
            .push(hit);
    }
    let cell = |((county, model), hits): ((String, String), Vec<&Hit>)| json!({ "county_code": county, "model": model, "hits": hits.len(), "est_tax": yuan(sum(hits)) });
    cells.into_iter().map(cell).collect()
}

fn text<'a>(hit: &'a Hit, key: &str) -> Option<&'a str> {
    hit.get(key).and_then(Value::as_str)
}

/// INVARIANT (exact-money): amounts arrive as the digits they have and are added as whole fen.
fn sum<'a>(hits: impl IntoIterator<Item = &'a Hit>) -> i128 {
    let fen = |hit: &Hit| Decimal::from_str(text(hit, "est_tax")?).ok()?.at_scale(SCALE);
    hits.into_iter().filter_map(fen).fold(0, i128::saturating_add)
}

fn yuan(fen: i128) -> String {
    decimal::format(fen, SCALE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hit(model: &str, key: Option<&str>, county: &str, tax: Option<&str>) -> Hit {
        let row = json!({
            "model": model, "entity_key": key, "taxpayer_name": "甲一", "county_code": county, "est_tax": tax,
            "lead_key": format!("lead_{model}"), "evidence": "[{\"row\":2}]",
        });
        row.as_object().unwrap().clone()
    }

    #[test]
    fn one_taxpayer_with_several_hits_is_one_lead_with_its_evidence() {
        let leads = merged(vec![
            hit("M05", Some("B"), "433101", Some("0.10")),
            hit("M26", Some("A"), "433122", Some("100.00")),
            hit("M26", Some("B"), "433122", Some("100.20")),
            hit("M26", None, "433122", Some("1.00")),
            hit("M26", None, "433122", None),
        ]);
        let taxes: Vec<_> = leads
            .iter()
            .map(|lead| lead["est_tax"].as_str().unwrap())
            .collect();
        assert_eq!(taxes, ["100.30", "100.00", "1.00", "0.00"]);
        let both = &leads[0];
        assert_eq!(both["entity_key"], "B");
        assert_eq!(both["counties"], json!(["433101", "433122"]));
        assert_eq!(both["models"], json!(["M05", "M26"]));
        assert_eq!(both["hits"][0]["evidence"], json!([{"row": 2}]));
        assert_eq!(both["hits"][1]["lead_key"], "lead_M26");
        assert!(both["hits"][0].get("entity_key").is_none());
    }

    #[test]
    fn sums_are_exact_and_by_county_and_model() {
        let hits = [
            hit("M05", Some("A"), "433101", Some("0.10")),
            hit("M05", Some("B"), "433101", Some("0.20")),
            hit("M26", Some("A"), "433101", None),
        ];
        assert_eq!(
            json!(sums(&hits)),
            json!([
                {"county_code": "433101", "model": "M05", "hits": 2, "est_tax": "0.30"},
                {"county_code": "433101", "model": "M26", "hits": 1, "est_tax": "0.00"},
            ])
        );
    }

    #[test]
    fn columns_an_agreement_leaves_out_are_not_missed() {
        let bare = json!({"model": "M05"}).as_object().unwrap().clone();
        assert_eq!(merged(vec![bare.clone()])[0]["est_tax"], "0.00");
        assert_eq!(sums(&[bare])[0]["county_code"], "");
        assert!(merged(vec![]).is_empty());
    }
}
