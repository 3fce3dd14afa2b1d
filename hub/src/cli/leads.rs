//! `taxhub leads`: what the comparison models found, one line per taxpayer, and the sums by county and model.

use std::process::ExitCode;

use clap::ValueEnum;
use reqwest::Method;
use schemas::{PurposeCode, RegionCode, texts};
use serde_json::{Value, json};

use super::table;
use super::told::{Refused, Told, both, lines};
use crate::client::{Client, ClientError, Saved};

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Table,
    Json,
}

#[derive(clap::Args)]
pub struct Arguments {
    /// One model only, such as M05
    #[arg(long)]
    model: Option<String>,
    /// Leads of one county only
    #[arg(long)]
    county: Option<RegionCode>,
    /// What others should know instead of what to look at
    #[arg(long)]
    information: bool,
    /// Leads to show, the largest first
    #[arg(long, default_value_t = 20)]
    limit: u32,
    /// What the data is wanted for; the account's default if it has one
    #[arg(long)]
    purpose: Option<PurposeCode>,
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
    #[arg(long)]
    url: Option<String>,
}

pub async fn run(arguments: Arguments) -> ExitCode {
    let told = Told {
        json: arguments.format == Format::Json,
    };
    match ask(&arguments).await {
        Ok(leads) if arguments.format == Format::Json => {
            told.document(&leads);
            ExitCode::SUCCESS
        }
        Ok(leads) => {
            told.line(&words(&leads));
            ExitCode::SUCCESS
        }
        Err(refused) => told.refused(&refused),
    }
}

async fn ask(arguments: &Arguments) -> Result<Value, Refused> {
    let client = Saved::client(arguments.url.clone(), None)?;
    let kind = if arguments.information {
        "information"
    } else {
        "lead"
    };
    let mut query = vec![("kind", kind.to_owned()), ("limit", arguments.limit.to_string())];
    query.extend(arguments.model.iter().map(|model| ("model", model.clone())));
    query.extend(
        arguments
            .county
            .iter()
            .map(|county| ("county", county.to_string())),
    );
    let purpose = arguments.purpose.as_ref().map(PurposeCode::as_str);
    Ok(leads(&client, &query, purpose).await?)
}

/// The leads as one document.
pub async fn leads(
    client: &Client,
    query: &[(&str, String)],
    purpose: Option<&str>,
) -> Result<Value, ClientError> {
    let request = client.request(Method::GET, "/v1/leads").query(query);
    let request = match purpose {
        Some(purpose) => request.header("x-taxhub-purpose", purpose),
        None => request,
    };
    client.document(request).await
}

/// The leads as a table, then how much there is by county and model.
pub fn words(leads: &Value) -> String {
    let list = |key: &str| {
        leads
            .get(key)
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default()
    };
    let items = list("items");
    let shown = items.len().to_string();
    let total = leads.get("total").map(Value::to_string).unwrap_or_default();
    let mut out = vec![
        rows(&LEAD, &items),
        lines("cli.leads_shown", &[("shown", &shown), ("total", &total)]),
        String::new(),
        rows(&SUM, &list("sums")),
    ];
    for model in list("models")
        .iter()
        .filter(|model| model.get("answered") == Some(&json!(false)))
    {
        let word = |key: &str| cell(model, key).unwrap_or_default();
        let (id, view) = (word("model"), word("view"));
        let why = texts::render(&word("code"), &[("view", &view)]).zh;
        out.push(lines("cli.leads_refused", &[("model", &id), ("why", &why)]));
    }
    if leads.get("complete") == Some(&json!(false)) {
        out.push(lines("cli.leads_cut", &[]));
    }
    out.join("\n")
}

/// Key in the document and code of the title.
type Column = (&'static str, &'static str);

const LEAD: [Column; 5] = [
    ("entity_key", "cli.lead_entity_key"),
    ("taxpayer_name", "cli.lead_taxpayer_name"),
    ("counties", "cli.lead_counties"),
    ("models", "cli.lead_models"),
    ("est_tax", "cli.lead_est_tax"),
];
const SUM: [Column; 4] = [
    ("county_code", "cli.lead_counties"),
    ("model", "cli.lead_models"),
    ("hits", "cli.lead_hits"),
    ("est_tax", "cli.lead_est_tax"),
];

fn rows(columns: &[Column], items: &[Value]) -> String {
    let header: Vec<String> = columns.iter().map(|(_, title)| both(title, &[])).collect();
    let row = |item: &Value| columns.iter().map(|(key, _)| cell(item, key)).collect();
    let rows: Vec<Vec<Option<String>>> = items.iter().map(row).collect();
    table::render(&header, &rows)
}

fn cell(item: &Value, key: &str) -> Option<String> {
    match item.get(key)? {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        Value::Array(list) => Some(
            list.iter()
                .filter_map(Value::as_str)
                .collect::<Vec<_>>()
                .join(", "),
        ),
        other => Some(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leads_are_lines_and_sums_follow() {
        let leads = json!({
            "items": [{
                "entity_key": "91433199MA7A00017H", "taxpayer_name": null, "counties": ["433101", "433122"],
                "models": ["M05"], "est_tax": "80000.00",
            }],
            "total": 3, "complete": false,
            "sums": [{"county_code": "433101", "model": "M05", "hits": 1, "est_tax": "80000.00"}],
            "models": [{"model": "M26", "answered": false, "view": "v_lead_deal_stamp", "code": "denial.no_agreement"}],
        });
        let words = words(&leads);
        for part in ["91433199MA7A00017H", "433101, 433122", "80000.00", "M26", "1 / 3"] {
            assert!(words.contains(part), "{part} in {words}");
        }
    }
}
