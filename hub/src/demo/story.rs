//! One quarter in the life of the prefecture, told through the HTTP gateway.

use std::collections::BTreeSet;

use datasets::{Dirt, GeneratedFile, Population, Prefecture, Slot, power};
use policy::Role;
use schemas::{FeedId, Period, PeriodKind, ViewName};
use serde_json::Value;

use super::people::{BUDGET, COUNTY_ANALYST, Cast, PREFECTURE, PREFECTURE_ANALYST, REPORTER};
use super::sending::{counts, sent};
use super::{Checks, DemoError};
use crate::center::Center;
use crate::cli::{query, told};
use crate::client::{Client, ClientError};
use crate::server::Server;

const MONTHS: [&str; 3] = ["202601", "202602", "202603"];
const BY_COUNTY: &str = "SELECT county_code, COUNT(*) AS accounts, SUM(kwh) AS kwh FROM v_power_month \
                         WHERE month = '202603' GROUP BY county_code ORDER BY county_code";
const PEOPLE: &str = "SELECT account_no, customer_name, address, kwh FROM v_power_month \
                      WHERE month = '202603' ORDER BY kwh DESC, account_no LIMIT 3";
const TOTAL: &str = "SELECT SUM(kwh) AS kwh FROM v_power_month";
const CELLS: &str = "SELECT county_code, use_class, subjects_n, kwh FROM v_power_county_month \
                     WHERE month = '202603' ORDER BY county_code, use_class";
const TRUE_CELLS: &str = "SELECT county_code, use_class, COUNT(DISTINCT account_no) AS n FROM v_power_month \
                          WHERE month = '202603' GROUP BY county_code, use_class";

/// The feed with which the story begins.
pub(super) const POWER: &str = "pow_usage";

pub(super) struct Stage<'a> {
    address: String,
    cast: &'a Cast,
    pub(super) say: &'a dyn Fn(&str),
    pub(super) checks: Checks,
    /// What this hub takes, and what it shares.
    pub(super) feeds: BTreeSet<FeedId>,
    views: BTreeSet<ViewName>,
}

/// `prefecture` is the rest of the departments.
pub async fn tell(
    server: &Server,
    center: &Center,
    cast: &Cast,
    prefecture: &Prefecture,
    say: &dyn Fn(&str),
) -> Result<Checks, DemoError> {
    let mut stage = Stage {
        address: format!("http://{}", server.http),
        cast,
        say,
        checks: Checks::default(),
        feeds: center.feed_names().collect(),
        views: center.view_names().collect(),
    };
    let expected = stage.months_are_reported(prefecture.population()).await?;
    stage.departments_report(prefecture).await?;
    stage.one_is_ruined(prefecture).await?;
    stage.three_people_ask(&expected).await?;
    stage.three_ask_the_same().await?;
    stage.small_groups_stay_hidden().await?;
    stage.one_is_refused().await?;
    stage.leads_are_found(prefecture).await?;
    stage.the_log_is_verified().await?;
    Ok(stage.checks)
}

impl Stage<'_> {
    /// Those of these views that this hub has.
    pub(super) fn views<'v>(&self, names: &[&'v str]) -> Vec<&'v str> {
        let there = |name: &&&str| ViewName::parse(name).is_ok_and(|name| self.views.contains(&name));
        names.iter().filter(there).copied().collect()
    }

    pub(super) fn client(&self, name: &str) -> Result<Client, DemoError> {
        let token = self.cast.member(name)?.token.as_str().to_owned();
        Ok(Client::new(&self.address, Some(token)))
    }

    fn office(&self, role: Role) -> Result<Client, DemoError> {
        let token = self.cast.office(role)?.token.as_str().to_owned();
        Ok(Client::new(&self.address, Some(token)))
    }

    pub(super) fn title(&self, code: &str, args: &[(&str, &str)]) {
        (self.say)(&format!("\n── {}", told::lines(code, args)));
    }

    /// Three months as files with planted damage, one of them sent twice, and one table that is not this feed's.
    /// Returns hundredths of kWh that must be visible.
    async fn months_are_reported(&mut self, population: &Population) -> Result<String, DemoError> {
        let reporter = self.client(REPORTER)?;
        self.title("demo.report", &[]);
        let mut kwh = 0_i128;
        for month in MONTHS {
            let file = power::month_file(population, &period(month)?, Dirt::Planted { per_mille: 5 });
            let receipt = self.sent(&reporter, month, &file).await?;
            let count = |key: &str| receipt.get(key).and_then(Value::as_u64);
            let truth = &file.truth;
            for (key, expected) in counts(truth) {
                self.checks
                    .equal(&format!("{month}: {key}"), count(key), Some(expected));
            }
            kwh += truth.total("kwh");
        }
        self.title("demo.again", &[]);
        let file = power::month_file(population, &period("202603")?, Dirt::Planted { per_mille: 5 });
        let again = self.sent(&reporter, "202603", &file).await?;
        let repeated = again.get("table_version").and_then(Value::as_i64);
        self.checks
            .equal("the same file again changes nothing", repeated, Some(3));

        self.title("demo.wrong", &[]);
        let wrong = power::month_file(population, &period("202604")?, Dirt::WrongColumns);
        let refused = self.sent(&reporter, "202604", &wrong).await?;
        let verdict = refused.get("verdict").and_then(Value::as_str);
        self.checks
            .equal("a wrong table is rejected", verdict, Some("rejected"));
        Ok(format!("{}.{:02}", kwh / 100, kwh % 100))
    }

    async fn sent(&self, client: &Client, month: &str, file: &GeneratedFile) -> Result<Value, DemoError> {
        let slot = Slot {
            feed: FeedId::parse(POWER).map_err(|_| DemoError::Story("a feed"))?,
            period: month.to_owned(),
            unit: PREFECTURE.to_owned(),
        };
        let receipt = sent(client, &slot, "pow_usage.csv", file).await?;
        self.told(client, month, &receipt).await?;
        Ok(receipt)
    }

    async fn three_people_ask(&mut self, kwh: &str) -> Result<(), DemoError> {
        let mut by_county = Vec::new();
        for name in [PREFECTURE_ANALYST, COUNTY_ANALYST] {
            self.title("demo.ask", &[("name", name), ("sql", BY_COUNTY)]);
            let answer = query::answer(&self.client(name)?, BY_COUNTY, None).await?;
            (self.say)(&query::words(&answer));
            by_county.push(rows(&answer));
        }
        let [everywhere, jishou] = by_county.as_slice() else {
            return Err(DemoError::Story("two answers"));
        };
        let own = everywhere
            .iter()
            .find(|row| row.first().map(String::as_str) == Some("433101"));
        self.checks
            .equal("the prefecture sees eight counties", everywhere.len(), 8);
        self.checks
            .equal("the county sees itself, and nothing else", jishou.first(), own);
        self.checks.equal("the county sees one row", jishou.len(), 1);
        let total = query::answer(&self.client(PREFECTURE_ANALYST)?, TOTAL, None).await?;
        let total = rows(&total).first().and_then(|row| row.first().cloned());
        self.checks.equal(
            "committed kWh equal the generator's truth",
            total.as_deref(),
            Some(kwh),
        );

        self.title("demo.ask", &[("name", PREFECTURE_ANALYST), ("sql", PEOPLE)]);
        let answer = query::answer(&self.client(PREFECTURE_ANALYST)?, PEOPLE, None).await?;
        (self.say)(&query::words(&answer));
        let tokens = rows(&answer)
            .iter()
            .all(|row| row.first().is_some_and(|cell| cell.len() == 26));
        self.checks.expect("accounts are tokens", tokens);
        Ok(())
    }

    /// Finance sees cells of five accounts and more; that there are smaller ones only the prefecture can count.
    async fn small_groups_stay_hidden(&mut self) -> Result<(), DemoError> {
        self.title("demo.ask", &[("name", BUDGET), ("sql", CELLS)]);
        let answer = query::answer(&self.client(BUDGET)?, CELLS, None).await?;
        (self.say)(&query::words(&answer));
        let number = |row: &Vec<String>| {
            row.get(2)
                .and_then(|cell| cell.parse::<u64>().ok())
                .unwrap_or_default()
        };
        let seen = rows(&answer);
        self.checks.expect(
            "every cell has five accounts or more",
            seen.iter().all(|row| number(row) >= 5),
        );
        let all = rows(&query::answer(&self.client(PREFECTURE_ANALYST)?, TRUE_CELLS, None).await?);
        let large = all.iter().filter(|row| number(row) >= 5).count();
        self.checks.equal("no other cell is missing", seen.len(), large);
        self.checks
            .expect("there are smaller cells to hide", all.len() > large);
        Ok(())
    }

    async fn one_is_refused(&mut self) -> Result<(), DemoError> {
        self.title("demo.ask", &[("name", BUDGET), ("sql", BY_COUNTY)]);
        match query::answer(&self.client(BUDGET)?, BY_COUNTY, None).await {
            Err(refused @ ClientError::Refused { status: 403, .. }) => {
                (self.say)(&refused.to_string());
                self.checks
                    .expect("without an agreement there is a reason, and no rows", true);
            }
            Err(other) => return Err(other.into()),
            Ok(_) => self
                .checks
                .expect("without an agreement there is a reason, and no rows", false),
        }
        Ok(())
    }

    async fn the_log_is_verified(&mut self) -> Result<(), DemoError> {
        self.title("demo.audit", &[]);
        let found = self.office(Role::AuditAdmin)?.get("/v1/audit/verify").await?;
        (self.say)(&found.to_string());
        self.checks.equal(
            "the audit log is whole",
            found.get("verified"),
            Some(&Value::Bool(true)),
        );
        Ok(())
    }
}

fn period(month: &str) -> Result<Period, DemoError> {
    Period::parse(PeriodKind::Month, month).map_err(|_| DemoError::Story("a month"))
}

/// Rows as text in the order of the columns, whatever JSON type a cell has.
pub(super) fn rows(answer: &Value) -> Vec<Vec<String>> {
    query::rows(answer)
        .into_iter()
        .map(|row| row.into_iter().map(Option::unwrap_or_default).collect())
        .collect()
}
