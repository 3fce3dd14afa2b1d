//! `taxhub duties`: what is owed, by when, and how it stands.

use std::process::ExitCode;

use reqwest::Method;
use schemas::{DepartmentCode, FeedId, RegionCode};
use serde_json::Value;

use super::table;
use super::told::{Refused, Told, both, lines};
use crate::client::Saved;
use crate::duties::DutyState;

#[derive(clap::Args)]
pub struct Arguments {
    /// One feed only
    #[arg(long)]
    feed: Option<FeedId>,
    /// One period only, such as 202601
    #[arg(long)]
    period: Option<String>,
    /// One reporting unit only, six digits
    #[arg(long)]
    unit: Option<RegionCode>,
    /// One department only
    #[arg(long)]
    department: Option<DepartmentCode>,
    /// One state only: open, due_soon, late, rejected, withdrawn, received, received_late, zero
    #[arg(long, value_parser = state)]
    state: Option<DutyState>,
    /// Only what should have come and has not
    #[arg(long)]
    overdue: bool,
    #[arg(long, default_value_t = 200)]
    limit: u32,
    #[arg(long)]
    url: Option<String>,
    /// One JSON document on standard output
    #[arg(long)]
    json: bool,
}

fn state(text: &str) -> Result<DutyState, String> {
    DutyState::parse(text).ok_or_else(|| DutyState::ALL.map(DutyState::as_str).join(", "))
}

pub async fn run(arguments: Arguments) -> ExitCode {
    let told = Told { json: arguments.json };
    match ask(&arguments).await {
        Ok(duties) if arguments.json => {
            told.document(&duties);
            ExitCode::SUCCESS
        }
        Ok(duties) => {
            told.line(&words(&duties));
            ExitCode::SUCCESS
        }
        Err(refused) => told.refused(&refused),
    }
}

async fn ask(arguments: &Arguments) -> Result<Value, Refused> {
    let client = Saved::client(arguments.url.clone(), None)?;
    let mut query = vec![("limit", arguments.limit.to_string())];
    let given = [
        ("feed", arguments.feed.as_ref().map(ToString::to_string)),
        ("period", arguments.period.clone()),
        ("unit", arguments.unit.as_ref().map(ToString::to_string)),
        (
            "department",
            arguments.department.as_ref().map(ToString::to_string),
        ),
        ("state", arguments.state.map(|state| state.as_str().to_owned())),
        ("overdue", arguments.overdue.then(|| "true".to_owned())),
    ];
    query.extend(given.into_iter().filter_map(|(name, value)| Some((name, value?))));
    let request = client.request(Method::GET, "/v1/duties").query(&query);
    Ok(client.document(request).await?)
}

/// The duties as a table, then how many there are.
pub fn words(duties: &Value) -> String {
    let list = duties.get("items").and_then(Value::as_array);
    let items = list.map(Vec::as_slice).unwrap_or_default();
    let header = [
        "feed",
        "period",
        "unit",
        "department",
        "due",
        "state",
        "late",
        "received",
    ]
    .map(|name| both(&format!("cli.column_{name}"), &[]));
    let cell = |item: &Value, key: &str| match item.get(key) {
        Some(Value::String(text)) => Some(text.clone()),
        Some(Value::Number(number)) if number.as_u64() == Some(0) => None,
        Some(Value::Number(number)) => Some(number.to_string()),
        _ => None,
    };
    let row = |item: &Value| {
        let state = [cell(item, "state_text"), cell(item, "state_text_en")].map(Option::unwrap_or_default);
        vec![
            cell(item, "feed"),
            cell(item, "period"),
            cell(item, "unit"),
            cell(item, "department"),
            cell(item, "due"),
            Some(state.join(" ")),
            cell(item, "late_workdays"),
            cell(item, "received_on"),
        ]
    };
    let rows: Vec<Vec<Option<String>>> = items.iter().map(row).collect();
    let number = |key: &str| duties.get(key).map(Value::to_string).unwrap_or_default();
    let (shown, total, overdue) = (items.len().to_string(), number("total"), number("overdue"));
    let counts = [
        ("shown", shown.as_str()),
        ("total", &total),
        ("overdue", &overdue),
    ];
    let mut out = vec![table::render(&header, &rows), lines("cli.duties_shown", &counts)];
    let calendar = duties.get("calendar").unwrap_or(&Value::Null);
    let warnings = ["warning", "warning_en"]
        .into_iter()
        .filter_map(|key| cell(calendar, key));
    out.extend(warnings);
    out.join("\n")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn duties_are_lines_and_the_end_of_the_calendar_is_said() {
        let duties = json!({
            "items": [{
                "feed": "pow_usage", "period": "202609", "unit": "433100", "department": "pow", "due": "2026-10-10",
                "state_text": "逾期", "state_text_en": "late", "late_workdays": 3, "received_on": null,
            }],
            "total": 9, "overdue": 4,
            "calendar": {"known_until": "2026-12-31", "warning": "节假日安排只到 2026-12-31", "warning_en": null},
        });
        let words = words(&duties);
        for part in [
            "pow_usage",
            "2026-10-10",
            "逾期 late",
            "1 / 9",
            "节假日安排只到 2026-12-31",
        ] {
            assert!(words.contains(part), "{part} in {words}");
        }
    }
}
