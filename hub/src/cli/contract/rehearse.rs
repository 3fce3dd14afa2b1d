//! A changed contract tried out at a running hub.

use std::path::PathBuf;
use std::process::ExitCode;

use reqwest::Method;
use serde_json::{Value, json};

use super::read;
use crate::cli::table;
use crate::cli::told::{Refused, Told, both};
use crate::client::Saved;

#[derive(clap::Args)]
pub struct Arguments {
    /// The file with the changed contract
    new: PathBuf,
    #[arg(long)]
    url: Option<String>,
}

pub async fn run(told: &Told, asked: &Arguments) -> Result<ExitCode, Refused> {
    let contract = read(&asked.new)?;
    let client = Saved::client(asked.url.clone(), None)?;
    let request = client
        .request(Method::POST, "/v1/contracts/rehearsal")
        .json(&json!({"contract": contract.yaml()}));
    let rehearsal = client.document(request).await?;
    if told.json {
        told.document(&rehearsal);
    } else {
        told.line(&words(&rehearsal));
    }
    Ok(ExitCode::SUCCESS)
}

fn count(value: &Value, key: &str) -> u64 {
    value.get(key).and_then(Value::as_u64).unwrap_or_default()
}

/// How many more rows would be refused, in hundredths of a percent of all.
fn share(more: u64, rows: u64) -> String {
    let hundredths = (u128::from(more) * 10_000)
        .checked_div(u128::from(rows))
        .unwrap_or(0);
    format!("{}.{:02}%", hundredths / 100, hundredths % 100)
}

fn words(rehearsal: &Value) -> String {
    let more = |of: &Value| count(of, "refused_now").saturating_sub(count(of, "refused_before"));
    let units = rehearsal
        .get("units")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    let struck: Vec<&Value> = units.iter().filter(|unit| more(unit) > 0).collect();
    let args = [
        ("submissions", count(rehearsal, "submissions").to_string()),
        ("rows", count(rehearsal, "rows").to_string()),
        ("more", more(rehearsal).to_string()),
        ("share", share(more(rehearsal), count(rehearsal, "rows"))),
        ("units", struck.len().to_string()),
        ("files", count(rehearsal, "files_refused").to_string()),
        ("unread", count(rehearsal, "unread").to_string()),
    ];
    let args: Vec<(&str, &str)> = args.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let mut lines = vec![both("drift.rehearsed", &args)];
    if count(rehearsal, "unread") > 0 {
        lines.push(both("drift.rehearsed_unread", &args));
    }
    if !struck.is_empty() {
        let header = ["unit", "submissions", "rows_tried", "refused_more"]
            .map(|name| both(&format!("cli.column_{name}"), &[]));
        let rows = struck.iter().map(|unit| {
            let named = unit.get("unit").and_then(Value::as_str).map(str::to_owned);
            let counted = [count(unit, "submissions"), count(unit, "rows"), more(unit)];
            std::iter::once(named)
                .chain(counted.map(|count| Some(count.to_string())))
                .collect()
        });
        lines.push(table::render(&header, &rows.collect::<Vec<_>>()));
    }
    let rules = rehearsal
        .get("rules")
        .and_then(Value::as_object)
        .cloned()
        .unwrap_or_default();
    if !rules.is_empty() {
        let header = ["rule", "before", "now"].map(|name| both(&format!("cli.column_{name}"), &[]));
        let rows = rules.iter().map(|(rule, effect)| {
            let counted = ["before", "now"].map(|key| Some(count(effect, key).to_string()));
            std::iter::once(Some(rule.clone())).chain(counted).collect()
        });
        lines.push(table::render(&header, &rows.collect::<Vec<_>>()));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_says_the_share_and_how_many_units() {
        let told = words(&json!({
            "submissions": 24, "rows": 100_000, "refused_before": 10, "refused_now": 710, "files_refused": 1, "unread": 0,
            "units": [
                {"unit": "433101", "submissions": 12, "rows": 50_000, "refused_before": 10, "refused_now": 510},
                {"unit": "433122", "submissions": 12, "rows": 50_000, "refused_before": 0, "refused_now": 200},
                {"unit": "433123", "submissions": 0, "rows": 0, "refused_before": 0, "refused_now": 0},
            ],
            "rules": {"R-kwh-range": {"before": 0, "now": 700}},
        }));
        let first = told.lines().next().unwrap();
        assert!(first.contains("0.70%") && first.contains("700"), "{first}");
        assert!(told.contains("433101") && !told.contains("433123") && told.contains("R-kwh-range"));
        assert_eq!(share(0, 0), "0.00%");
        assert_eq!(share(1, 3), "33.33%");
    }
}
