//! What the comparison models find, beside what the generator planted for them.

use std::collections::BTreeSet;

use datasets::{PlantedCase, Prefecture};
use schemas::{Period, PeriodKind};

use super::DemoError;
use super::people::{COUNTY_ANALYST, PREFECTURE_ANALYST};
use super::story::{Stage, rows};
use crate::cli::{query, told};

/// Model and its view.
const MODELS: [(&str, &str); 3] = [
    ("M05", "v_lead_land_deed"),
    ("M26", "v_lead_deal_stamp"),
    ("M35", "v_lead_leaf_tax"),
];

/// Both precision and recall must reach this, in hundredths.
const BAR_PERCENT: usize = 95;

/// What makes two leads one: taxpayer, county, tax, first day of the period.
type Key = (String, String, String, String);

impl Stage<'_> {
    /// Without the tax side's feeds there is nothing to compare with, and the models are not there.
    pub(super) async fn leads_are_found(&mut self, prefecture: &Prefecture) -> Result<(), DemoError> {
        let there = self.views(&MODELS.map(|(_, view)| view));
        if there.is_empty() {
            self.title("demo.no_leads", &[]);
            return Ok(());
        }
        let cases = prefecture.cases();
        let client = self.client(PREFECTURE_ANALYST)?;
        for (model, view) in MODELS.into_iter().filter(|(_, view)| there.contains(view)) {
            let by_county = format!(
                "SELECT model, county_code, tax_code, COUNT(*) AS leads, SUM(source_value) AS due, \
                 SUM(declared_value) AS paid, SUM(est_tax) AS est_tax FROM {view} WHERE kind = 'lead' \
                 GROUP BY model, county_code, tax_code ORDER BY county_code, tax_code"
            );
            self.title("demo.ask", &[("name", PREFECTURE_ANALYST), ("sql", &by_county)]);
            (self.say)(&query::words(&query::answer(&client, &by_county, None).await?));
            let found = self.found(&client, view).await?;
            self.compare(model, &found, &cases);
        }
        let county = format!(
            "SELECT DISTINCT county_code FROM {}",
            there.first().unwrap_or(&"")
        );
        let own = rows(&query::answer(&self.client(COUNTY_ANALYST)?, &county, None).await?);
        let strange = own.iter().flatten().any(|code| code != "433101");
        self.checks
            .expect("a county sees the leads of its own taxpayers only", !strange);
        Ok(())
    }

    async fn found(&self, client: &crate::client::Client, view: &str) -> Result<BTreeSet<Key>, DemoError> {
        let all = format!(
            "SELECT DISTINCT entity_key, county_code, tax_code, CAST(period_from AS VARCHAR) AS period_from \
             FROM {view} WHERE kind = 'lead'"
        );
        let answer = query::answer(client, &all, None).await?;
        let key = |row: Vec<String>| <[String; 4]>::try_from(row).ok().map(Into::into);
        Ok(rows(&answer).into_iter().filter_map(key).collect())
    }

    fn compare(&mut self, model: &str, found: &BTreeSet<Key>, cases: &[PlantedCase]) {
        let planted: BTreeSet<Key> = cases
            .iter()
            .filter(|case| case.model == model && !case.decoy)
            .filter_map(key_of)
            .collect();
        let hits = found.intersection(&planted).count();
        let numbers = [hits, found.len(), planted.len()].map(|number| number.to_string());
        let [hits_text, found_text, planted_text] = &numbers;
        let args = [
            ("model", model),
            ("hits", hits_text),
            ("found", found_text),
            ("planted", planted_text),
        ];
        (self.say)(&told::lines("demo.leads", &args));
        let reaches = |of: usize| of > 0 && hits * 100 >= of * BAR_PERCENT;
        self.checks.expect(
            &format!(
                "{model}: of what is found, 95 % was planted ({hits} of {})",
                found.len()
            ),
            reaches(found.len()),
        );
        self.checks.expect(
            &format!(
                "{model}: of what was planted, 95 % is found ({hits} of {})",
                planted.len()
            ),
            reaches(planted.len()),
        );
    }
}

fn key_of(case: &PlantedCase) -> Option<Key> {
    let period = [PeriodKind::Month, PeriodKind::Quarter]
        .iter()
        .find_map(|kind| Period::parse(*kind, &case.period).ok())?;
    Some((
        case.taxpayer.clone(),
        case.county.clone(),
        case.tax_code.to_owned(),
        period.start().to_string(),
    ))
}
