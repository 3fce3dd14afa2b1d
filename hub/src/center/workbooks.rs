//! Workbooks for reporters: the template of a feed, and the bad rows of a submission for its own department. Rows come out
//! of the quarantine, so reading them is on record before anything is handed out.

use audit::ActKind;
use check::Finding;
use intake::{Standing, SubmissionRecord, SubmissionStore};
use policy::Action;
use schemas::{FeedId, RegionCode, SubmissionId};
use serde_json::json;
use tokio::sync::Semaphore;
use workbook::{Answered, BadRows, WorkbookError};

use super::Center;
use super::submissions::{not_found, problem};
use crate::front::{Caller, Made, Problem};

/// INVARIANT (bounded): so many workbooks are made at once, each of `workbook::ROWS_MAX` rows at most; others wait.
static MAKING: Semaphore = Semaphore::const_new(2);
const FINDINGS_PAGE: u32 = 1_000;

impl Center {
    pub(super) async fn template_of(
        &self,
        caller: &Caller,
        feed: &FeedId,
        unit: Option<&RegionCode>,
    ) -> Result<Made, Problem> {
        let subject = json!({"act": "template", "feed": feed});
        self.permitted(caller, &Action::BrowseCatalogue, subject).await?;
        let contract = self
            .contracts
            .get(feed)
            .cloned()
            .ok_or_else(|| problem(&intake::IntakeError::without_contract(feed)))?;
        if let Some(unit) = unit.filter(|unit| !contract.units().contains(unit)) {
            return Err(Problem::new(422, "22023", "intake.unit_not_owed").with("unit", unit));
        }
        let unit = unit.cloned();
        let named = unit.as_ref().map(|unit| format!("-{unit}")).unwrap_or_default();
        let file_name = format!("{feed}-{}{named}.xlsx", contract.version());
        let bytes = made(move || workbook::template(&contract, unit.as_ref())).await?;
        Ok(Made { file_name, bytes })
    }

    pub(super) async fn workbook_of(&self, caller: &Caller, id: &SubmissionId) -> Result<Made, Problem> {
        let record = match self.own(caller, id).await? {
            Standing::Settled(record) => *record,
            Standing::Open(_) | Standing::Waiting(_) => {
                return Err(Problem::new(409, "55000", "intake.not_settled"));
            }
            Standing::Aborted { .. } => return Err(not_found()),
        };
        let feed = record.slot.feed.clone();
        let contract = self.contracts.get(&feed).cloned().ok_or_else(not_found)?;
        let subject = json!({"act": "read_quarantine", "submission": id, "feed": feed});
        self.noted(caller, ActKind::Submission, subject).await?;
        let rows = self.bad_rows(&feed, id).await?;
        if rows.is_empty() {
            return Err(Problem::new(409, "55000", "sheet.nothing_to_mend"));
        }
        let findings = self.all_findings(id).await?;
        let file_name = format!("{feed}-{}-{}-{id}.xlsx", record.slot.period, record.slot.unit);
        let SubmissionRecord { report, .. } = record;
        let id = id.clone();
        let bytes = made(move || {
            let answered = Answered {
                contract: &contract,
                submission: &id,
                report: &report,
                findings: &findings,
            };
            workbook::answer(&answered, &rows)
        })
        .await?;
        Ok(Made { file_name, bytes })
    }

    async fn bad_rows(&self, feed: &FeedId, id: &SubmissionId) -> Result<BadRows, Problem> {
        let mut rows = BadRows::default();
        let mut failed = None;
        let take = |batch: &arrow::array::RecordBatch| match rows.take(batch) {
            Ok(room) => room,
            Err(error) => {
                failed = Some(error);
                false
            }
        };
        self.intake
            .refused_rows(feed, id, take)
            .await
            .map_err(|error| problem(&error))?;
        match failed {
            Some(error) => Err(unmade(error)),
            None => Ok(rows),
        }
    }

    /// As many as were kept with the submission.
    async fn all_findings(&self, id: &SubmissionId) -> Result<Vec<Finding>, Problem> {
        let (mut findings, mut after) = (Vec::new(), 0);
        loop {
            let page = self.registry.findings(id, after, FINDINGS_PAGE).await;
            let page = page.map_err(Problem::internal)?;
            findings.extend(page.findings);
            match page.next {
                Some(next) => after = next,
                None => return Ok(findings),
            }
        }
    }
}

/// Makes a workbook away from the threads that serve.
async fn made(
    make: impl FnOnce() -> Result<Vec<u8>, WorkbookError> + Send + 'static,
) -> Result<Vec<u8>, Problem> {
    let _turn = MAKING.acquire().await.map_err(Problem::internal)?;
    let made = tokio::task::spawn_blocking(make).await;
    made.map_err(Problem::internal)?.map_err(unmade)
}

fn unmade(error: WorkbookError) -> Problem {
    tracing::error!(%error, "a workbook could not be made");
    Problem::new(500, "XX000", error.code())
}
