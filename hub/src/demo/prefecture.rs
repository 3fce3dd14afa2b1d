//! Every department reports: a file per feed, period and unit, sent by the department's own reporter, a few at a time. Not
//! here: electricity, with which the story begins.

use datasets::{GeneratedFile, Prefecture, Slot};
use futures::StreamExt;
use indicatif::{ProgressBar, ProgressStyle};
use schemas::DepartmentCode;
use serde_json::Value;

use super::DemoError;
use super::people::reporter_of;
use super::sending::{counts, sent};
use super::story::{POWER, Stage};
use crate::cli::told;

/// Files on their way at the same time: as many as are checked at the same time by default.
const AT_ONCE: usize = 4;

impl Stage<'_> {
    /// Every file of the feeds this hub takes, its receipt in a line, and the counts against the generator's truth.
    pub(super) async fn departments_report(&mut self, prefecture: &Prefecture) -> Result<(), DemoError> {
        self.title("demo.departments", &[]);
        let mut going = Vec::new();
        for slot in self.slots(prefecture) {
            let client = self.client(&self.reporter(prefecture, &slot)?)?;
            going.push((slot, client));
        }
        let bar = bar(going.len());
        let sending = going.into_iter().map(|(slot, client)| async move {
            let file = prefecture.file(&slot);
            let receipt = sent(&client, &slot, &file_name(&slot), &file).await?;
            Ok::<_, DemoError>((slot, file, receipt))
        });
        let mut sending = futures::stream::iter(sending).buffered(AT_ONCE);
        let (mut files, mut rows, mut wrong) = (0_u64, 0_u64, Vec::new());
        while let Some(filed) = sending.next().await {
            let (slot, file, receipt) = filed?;
            bar.set_message(slot.feed.to_string());
            bar.inc(1);
            bar.suspend(|| (self.say)(&line(&slot, &receipt)));
            files += 1;
            rows += file.truth.rows;
            if !tells(&receipt, &file) {
                wrong.push(slot.path());
            }
        }
        bar.finish_and_clear();
        let (files, rows) = (files.to_string(), rows.to_string());
        (self.say)(&told::both(
            "demo.departments_done",
            &[("files", &files), ("rows", &rows)],
        ));
        self.checks.equal(
            "every receipt counts as the generator's truth does",
            wrong,
            Vec::new(),
        );
        Ok(())
    }

    /// A file that nobody may use anything of comes back whole, with its findings.
    pub(super) async fn one_is_ruined(&mut self, prefecture: &Prefecture) -> Result<(), DemoError> {
        let rejected = prefecture.rejected();
        // The power company has told its story already.
        let another = |slot: &Slot| self.feeds.contains(&slot.feed) && slot.feed.as_str() != POWER;
        let Some((slot, file)) = rejected.into_iter().find(|(slot, _)| another(slot)) else {
            return Ok(());
        };
        self.title("demo.ruined", &[("feed", slot.feed.as_str())]);
        let client = self.client(&self.reporter(prefecture, &slot)?)?;
        let receipt = sent(&client, &slot, &file_name(&slot), &file).await?;
        self.told(&client, &slot.period, &receipt).await?;
        let verdict = receipt.get("verdict").and_then(Value::as_str);
        self.checks
            .equal("a ruined file is rejected", verdict, Some("rejected"));
        Ok(())
    }

    fn slots(&self, prefecture: &Prefecture) -> impl Iterator<Item = Slot> {
        // Electricity has been reported already.
        let taken = |slot: &Slot| self.feeds.contains(&slot.feed) && slot.feed.as_str() != POWER;
        prefecture.slots().filter(taken)
    }

    fn reporter(&self, prefecture: &Prefecture, slot: &Slot) -> Result<String, DemoError> {
        department(prefecture, slot)
            .map(reporter_of)
            .ok_or(DemoError::Story("a feed of no department"))
    }
}

/// The department that owes a file.
pub fn department<'a>(prefecture: &'a Prefecture, slot: &Slot) -> Option<&'a DepartmentCode> {
    prefecture
        .contract(slot.feed.as_str())
        .map(|contract| contract.department())
}

fn file_name(slot: &Slot) -> String {
    slot.path().replace('/', "_")
}

/// Whether a receipt says of a file what the generator knows of it.
fn tells(receipt: &Value, file: &GeneratedFile) -> bool {
    let count = |key: &str| receipt.get(key).and_then(Value::as_u64);
    let rejected = receipt.get("verdict").and_then(Value::as_str) == Some("rejected");
    let truth = &file.truth;
    rejected == truth.rejected
        && (rejected
            || counts(truth)
                .iter()
                .all(|(key, expected)| count(key) == Some(*expected)))
}

fn line(slot: &Slot, receipt: &Value) -> String {
    let text = |key: &str| match receipt.get(key) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => "–".to_owned(),
    };
    let mark = if text("verdict") == "rejected" {
        "✘"
    } else {
        "✔"
    };
    let words = ["committed", "quarantined", "duplicate", "submission"].map(|key| (key, text(key)));
    let args: Vec<(&str, &str)> = words.iter().map(|(key, word)| (*key, word.as_str())).collect();
    format!(
        "{mark} {:<24} {:<6} {}  {}",
        slot.feed.as_str(),
        slot.period,
        slot.unit,
        told::both("demo.filed", &args)
    )
}

/// Drawn on a terminal only.
fn bar(files: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg} {eta}");
    ProgressBar::new(files as u64).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
