//! Files that are refused as a whole, each for a reason of its own.

use schemas::{BuiltinRule, Period};

use super::{Prefecture, Slot};
use crate::dirt::Dirt;
use crate::file::{Charset, GeneratedFile};
use crate::power;
use crate::truth::Truth;

impl Prefecture {
    /// Three files that nobody may use anything of: a table of another office, a month under the name of the month
    /// after, and a county's file under the name of another county. Their slots are none of [`Prefecture::slots`].
    pub fn rejected(&self) -> Vec<(Slot, GeneratedFile)> {
        [self.wrong_table(), self.wrong_month(), self.wrong_county()]
            .into_iter()
            .flatten()
            .collect()
    }

    /// The month after the last one: nothing is reported for it yet.
    fn next(&self) -> Option<String> {
        self.months.last().map(|last| last.plus(1).label())
    }

    fn wrong_table(&self) -> Option<(Slot, GeneratedFile)> {
        let contract = self.contract("pow_usage")?;
        let period = Period::parse(contract.period_kind(), &self.next()?).ok()?;
        let file = power::month_file_in(&self.population, &period, Dirt::WrongColumns, Charset::Utf8);
        let slot = Slot {
            feed: contract.id().clone(),
            period: period.label().to_owned(),
            unit: "433100".to_owned(),
        };
        Some((slot, file))
    }

    fn wrong_month(&self) -> Option<(Slot, GeneratedFile)> {
        let contract = self.contract("fin_treasury_payment")?;
        let sent = Slot {
            feed: contract.id().clone(),
            period: self.months.last()?.label(),
            unit: "433100".to_owned(),
        };
        let slot = Slot {
            period: self.next()?,
            ..sent.clone()
        };
        let rule = BuiltinRule::Period.id(contract.period_field()?);
        Some((slot, self.refused(&sent, &rule, "F-period")))
    }

    fn wrong_county(&self) -> Option<(Slot, GeneratedFile)> {
        let contract = self.contract("fin_procurement")?;
        let sent = Slot {
            feed: contract.id().clone(),
            period: self.months.last()?.label(),
            unit: "433101".to_owned(),
        };
        let slot = Slot {
            unit: "433122".to_owned(),
            period: sent.period.clone(),
            ..sent.clone()
        };
        let rule = BuiltinRule::Region.id(contract.region().field.as_deref()?);
        Some((slot, self.refused(&sent, &rule, "F-county")))
    }

    /// A clean file of which every row breaks one rule, so that the file breaks another.
    fn refused(&self, sent: &Slot, rule: &str, of_file: &str) -> GeneratedFile {
        let mut file = self.clone().with_damage(0).file(sent);
        let rows = file.truth.rows;
        let mut truth = Truth {
            rows,
            quarantined: rows,
            rejected: true,
            ..Truth::default()
        };
        truth.findings.insert(rule.to_owned(), rows);
        truth.find(of_file);
        truth.find("F-bad_rows");
        file.truth = truth;
        file
    }
}
