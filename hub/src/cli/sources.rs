//! `taxhub sources [NAME] [--run]`: the sources of a running hub, what one of them brought, and a round on request.

use std::process::ExitCode;

use reqwest::Method;
use schemas::texts;
use serde_json::Value;

use super::table;
use super::told::{Refused, Told, both};
use crate::client::Saved;

#[derive(clap::Args)]
pub struct Arguments {
    /// One source with its last parcels
    name: Option<String>,
    /// Look at the source now, without waiting for its time
    #[arg(long, requires = "name")]
    run: bool,
    #[arg(long)]
    url: Option<String>,
    /// One JSON document on standard output
    #[arg(long)]
    json: bool,
}

pub async fn run(arguments: Arguments) -> ExitCode {
    let told = Told { json: arguments.json };
    match ask(&arguments).await {
        Ok(found) if arguments.json => {
            told.document(&found);
            ExitCode::SUCCESS
        }
        Ok(found) => {
            told.line(&words(&found));
            ExitCode::SUCCESS
        }
        Err(refused) => told.refused(&refused),
    }
}

async fn ask(arguments: &Arguments) -> Result<Value, Refused> {
    let client = Saved::client(arguments.url.clone(), None)?;
    let Some(name) = &arguments.name else {
        return Ok(client.get("/v1/sources").await?);
    };
    if arguments.run {
        let request = client.request(Method::POST, &format!("/v1/sources/{name}/run"));
        return Ok(client.document(request).await?);
    }
    Ok(client.get(&format!("/v1/sources/{name}")).await?)
}

/// Key in the document and code of the title.
type Column = (&'static str, &'static str);

const SOURCE: [Column; 6] = [
    ("name", "cli.column_source"),
    ("kind", "cli.column_kind"),
    ("looked_at", "cli.column_looked_at"),
    ("next_at", "cli.column_next_at"),
    ("failures", "cli.column_failures"),
    ("message", "cli.column_message"),
];
const PARCEL: [Column; 6] = [
    ("name", "cli.column_parcel"),
    ("state", "cli.column_state"),
    ("verdict", "cli.column_verdict"),
    ("tries", "cli.column_tries"),
    ("changed_at", "cli.column_changed_at"),
    ("message", "cli.column_message"),
];
const TROUBLED: [Column; 2] = [("name", "cli.column_parcel"), ("message", "cli.column_message")];

/// Sources as lines; of one source also its parcels and what it could not make parcels of.
fn words(found: &Value) -> String {
    let list = |key: &str| found.get(key).and_then(Value::as_array).cloned();
    if let Some(items) = list("items") {
        return match items.is_empty() {
            true => none(),
            false => rows(&SOURCE, &items),
        };
    }
    let mut out = vec![rows(&SOURCE, std::slice::from_ref(found))];
    let below = [(&PARCEL[..], "parcels"), (&TROUBLED[..], "troubled")];
    for (columns, key) in below {
        if let Some(items) = list(key).filter(|items| !items.is_empty()) {
            out.push(rows(columns, &items));
        }
    }
    out.join("\n")
}

fn none() -> String {
    let message = texts::render("cli.no_sources", &[]);
    let said = [
        Some(message.zh),
        Some(message.en),
        message.hint_zh,
        message.hint_en,
    ];
    said.into_iter().flatten().collect::<Vec<_>>().join("\n")
}

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
        Value::Object(message) => {
            let word = |lang: &str| {
                message
                    .get(lang)
                    .and_then(Value::as_str)
                    .unwrap_or_default()
                    .to_owned()
            };
            Some(format!("{} {}", word("zh"), word("en")))
        }
        other => Some(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::words;

    #[test]
    fn a_source_is_a_line_and_its_parcels_follow() {
        let source = json!({
            "name": "deals", "kind": "postgres", "failures": 0,
            "parcels": [{"name": "prt_deal/202501/433100", "state": "settled", "verdict": "accepted", "tries": 1}],
            "troubled": [{"name": "prt_deal/202502/433100", "code": "source.nothing_there",
                          "message": {"zh": "没有", "en": "nothing"}}],
        });
        let words = words(&source);
        for part in [
            "deals",
            "postgres",
            "prt_deal/202501/433100",
            "accepted",
            "nothing",
        ] {
            assert!(words.contains(part), "{part} in {words}");
        }
        assert!(super::words(&json!({"items": []})).contains("taxhub.toml"));
    }
}
