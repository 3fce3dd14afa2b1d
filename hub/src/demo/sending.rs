//! How the demonstration sends a file and tells what came back, whoever sends it.

use datasets::{GeneratedFile, Slot, Truth};
use reqwest::Method;
use serde_json::Value;

use super::DemoError;
use super::story::Stage;
use crate::cli::{submit, told};
use crate::client::Client;

/// Sends a file for its slot; the receipt.
pub(super) async fn sent(
    client: &Client,
    slot: &Slot,
    file_name: &str,
    file: &GeneratedFile,
) -> Result<Value, DemoError> {
    let query = [
        ("feed", slot.feed.as_str()),
        ("period", &slot.period),
        ("unit", &slot.unit),
        ("file_name", file_name),
    ];
    let request = client
        .request(Method::POST, "/v1/submissions")
        .query(&query)
        .body(file.bytes.clone());
    Ok(client.document(request).await?)
}

/// The counts of a receipt as the generator knows them.
pub(super) fn counts(truth: &Truth) -> [(&'static str, u64); 3] {
    [
        ("committed", truth.committed),
        ("quarantined", truth.quarantined),
        ("duplicate", truth.duplicate),
    ]
}

impl Stage<'_> {
    /// Verdict, the first findings and the receipt, as `taxhub submit` prints them.
    pub(super) async fn told(&self, client: &Client, period: &str, receipt: &Value) -> Result<(), DemoError> {
        (self.say)(&format!("{period}  {}", told::verdict_words(receipt)));
        let findings = submit::findings(client, receipt).await?;
        if let Some(few) = findings
            .get(..findings.len().min(3))
            .filter(|few| !few.is_empty())
        {
            (self.say)(&told::findings_table(few));
        }
        (self.say)(&submit::receipt_words(receipt));
        Ok(())
    }
}
