//! Duties as people and views see them: told anew for each question. Whether somebody may see a department's is asked of
//! the policy.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use engine::{DutyRow, DutyRows};
use policy::{Action, Role};
use schemas::{DepartmentCode, texts};
use serde_json::{Value, json};

use super::Center;
use crate::duties::{Calendar, Duty, DutyState, duties};
use crate::front::{Caller, DutiesAsked, Problem};
use crate::reminders::ReminderStage;

impl Center {
    /// Every duty of this hub, as of an instant.
    pub(crate) async fn duties_at(&self, now: DateTime<Utc>) -> Result<Vec<Duty>, Problem> {
        // A submission of the year before may say what is usual.
        let first_year = self.duties_since.year().saturating_sub(1);
        let seen = self.registry.slot_facts(first_year).await;
        let settings = &self.config.duties;
        let calendar = Calendar {
            contracts: &self.contracts,
            workdays: &self.workdays,
            since: self.duties_since,
            soon_workdays: settings.soon_workdays,
            missing_after_days: settings.missing_after_days,
            today: policy::today(now),
        };
        Ok(duties(&calendar, &seen.map_err(Problem::internal)?))
    }

    /// The duties a caller may see, with how many there are of each state.
    pub(super) async fn duties_of(&self, caller: &Caller, asked: DutiesAsked) -> Result<Value, Problem> {
        let now = Utc::now();
        let today = policy::today(now);
        let all = self.duties_at(now).await?;
        let seen = self.departments_seen(caller, &all);
        let principal = caller.signed_in.principal();
        // A county analyst looks at the own county, and at what the prefecture reports for it.
        let near = |duty: &Duty| {
            let (region, unit) = (principal.region(), &duty.slot.unit);
            principal.role() != Role::AnalystCounty || region.covers(unit) || unit.covers(region)
        };
        let shown: Vec<&Duty> = all
            .iter()
            .filter(|duty| seen.contains(&duty.department) && near(duty) && asked.wants(duty))
            .collect();
        let mut states: BTreeMap<&str, u64> = BTreeMap::new();
        for duty in &shown {
            *states.entry(duty.state.as_str()).or_default() += 1;
        }
        let overdue = shown.iter().filter(|duty| duty.overdue).count();
        let reminded = self.reminded(&shown).await?;
        let after = usize::try_from(asked.page.after).unwrap_or(usize::MAX);
        let most = usize::try_from(asked.page.items_max).unwrap_or(usize::MAX);
        let items = shown
            .iter()
            .skip(after)
            .take(most)
            .map(|duty| self.shown(duty, &reminded));
        let items: Vec<Value> = items.collect();
        let end = after.saturating_add(items.len());
        Ok(json!({
            "today": today,
            "calendar": self.calendar(today),
            "total": shown.len(),
            "overdue": overdue,
            "states": states,
            "items": items,
            "next": (end < shown.len()).then_some(end),
        }))
    }

    /// Departments among these whose duties the caller may see.
    fn departments_seen(&self, caller: &Caller, all: &[Duty]) -> BTreeSet<DepartmentCode> {
        let mut departments: BTreeSet<DepartmentCode> =
            all.iter().map(|duty| duty.department.clone()).collect();
        departments.retain(|department| {
            let action = Action::ReadDuties {
                department: department.clone(),
            };
            self.policy
                .authorize(caller.signed_in.principal(), &action)
                .is_granted()
        });
        departments
    }

    /// What the notices on holidays cover.
    fn calendar(&self, today: NaiveDate) -> Value {
        let until = self.workdays.known_until();
        let said = until.map(|day| day.to_string()).unwrap_or_default();
        // A due day within the next two months may lie beyond the last notice.
        let ahead = today.checked_add_months(chrono::Months::new(2)).unwrap_or(today);
        let warning =
            (!self.workdays.knows(ahead)).then(|| texts::render("duty.calendar_ends", &[("day", &said)]));
        json!({
            "known_until": until,
            "warning": warning.as_ref().map(|message| &message.zh),
            "warning_en": warning.as_ref().map(|message| &message.en),
        })
    }

    async fn reminded(
        &self,
        duties: &[&Duty],
    ) -> Result<BTreeMap<registry::ReminderKey, registry::ReminderState>, Problem> {
        let Some(first) = duties.iter().map(|duty| duty.period.start().year()).min() else {
            return Ok(BTreeMap::new());
        };
        self.registry.reminders(first).await.map_err(Problem::internal)
    }

    fn shown(
        &self,
        duty: &Duty,
        reminded: &BTreeMap<registry::ReminderKey, registry::ReminderState>,
    ) -> Value {
        let title = self
            .contracts
            .get(&duty.slot.feed)
            .map(|contract| contract.title());
        let state = texts::render(&duty.state.text(), &[]);
        let sent = |stage: &ReminderStage| {
            reminded.iter().any(|(key, state)| {
                key.slot == duty.slot
                    && key.round == duty.revisions
                    && key.stage == stage.as_str()
                    && *state == registry::ReminderState::Sent
            })
        };
        let reminded: Vec<&str> = ReminderStage::ALL
            .iter()
            .filter(|stage| sent(stage))
            .map(|stage| stage.as_str())
            .collect();
        json!({
            "feed": duty.slot.feed,
            "title": title,
            "department": duty.department,
            "period": duty.slot.period,
            "period_start": duty.period.start(),
            "period_end": duty.period.end(),
            "unit": duty.slot.unit,
            "due": duty.due,
            "calendar_known": duty.calendar_known,
            "state": duty.state,
            "state_text": state.zh,
            "state_text_en": state.en,
            "owed": duty.owed,
            "overdue": duty.overdue,
            "missing": duty.missing,
            "late_workdays": duty.late_workdays,
            "received_on": duty.received_on,
            "revisions": duty.revisions,
            "refused": duty.refused,
            "submission": duty.held.as_ref().map(|held| &held.submission),
            "rows_read": duty.held.as_ref().map(|held| held.rows_read),
            "committed": duty.held.as_ref().map(|held| held.committed),
            "quarantined": duty.held.as_ref().map(|held| held.quarantined),
            "rows_usual": duty.rows_usual,
            "reminded": reminded,
        })
    }

    /// The duties as views read them.
    pub(super) async fn duty_rows(&self, now: DateTime<Utc>) -> Result<DutyRows, Problem> {
        let duties = self.duties_at(now).await?;
        Ok(DutyRows::new(duties.iter().map(row).collect()))
    }
}

fn row(duty: &Duty) -> DutyRow {
    let held = duty.held.as_ref();
    let cells = held.map(|held| held.rows_read.saturating_mul(duty.required_fields));
    DutyRow {
        feed: duty.slot.feed.clone(),
        department: duty.department.clone(),
        period: duty.slot.period.clone(),
        period_start: duty.period.start(),
        period_end: duty.period.end(),
        reporting_unit: duty.slot.unit.clone(),
        due_day: duty.due,
        state: duty.state.as_str().to_owned(),
        owed: duty.owed,
        met: duty.state.is_met(),
        counted: duty.owed && (duty.overdue || duty.state.is_met()),
        missing: duty.missing,
        received_day: duty.received_on.filter(|_| duty.state.is_met()),
        late_workdays: duty.late_workdays.into(),
        revisions: duty.revisions.into(),
        refused: duty.refused.into(),
        rows_read: held.map(|held| held.rows_read),
        committed: held.map(|held| held.committed),
        quarantined: held.map(|held| held.quarantined),
        required_cells: cells,
        required_missing: held.map(|held| held.required_missing),
        rows_usual: duty.rows_usual,
    }
}

impl DutiesAsked {
    fn wants(&self, duty: &Duty) -> bool {
        let is = |wanted: Option<bool>| wanted.unwrap_or(true);
        is(self.feed.as_ref().map(|feed| *feed == duty.slot.feed))
            && is(self.period.as_ref().map(|period| *period == duty.slot.period))
            && is(self.unit.as_ref().map(|unit| *unit == duty.slot.unit))
            && is(self
                .department
                .as_ref()
                .map(|department| *department == duty.department))
            && is(self.state.map(|state: DutyState| state == duty.state))
            && is(self.overdue.map(|overdue| overdue == duty.overdue))
    }
}
