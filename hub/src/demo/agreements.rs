//! The three sample agreements, made the way every agreement is made: proposed by the owner's steward, approved by the
//! provider's head, activated by the security office.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate, Utc};
use policy::{Aggregation, Draft, GrantLimits, Role, Scope, today};
use schemas::{DepartmentCode, PurposeCode, Treatment, ViewName, texts};

use super::DemoError;
use super::people::{APPROVER, Cast, OWNER};
use crate::center::Center;

pub async fn agree(center: &Center, cast: &Cast) -> Result<(), DemoError> {
    let rows = |role, scope| {
        draft(
            "tax",
            role,
            "v_power_month",
            "tax_risk",
            scope,
            row_columns(),
            None,
        )
    };
    let small_groups = Aggregation {
        count_column: "subjects_n".to_owned(),
        subjects_min: 5,
    };
    let drafts = [
        rows(Role::AnalystPrefecture, Scope::All)?,
        rows(
            Role::AnalystCounty,
            Scope::OwnCounty {
                column: "county_code".to_owned(),
            },
        )?,
        draft(
            "fin",
            Role::Consumer,
            "v_power_county_month",
            "budget_forecast",
            Scope::All,
            clear(&["county_code", "month", "use_class", "subjects_n", "kwh", "fee"]),
            Some(small_groups),
        )?,
    ];
    for draft in drafts {
        let proposed = center.propose(&cast.member(OWNER)?.caller, draft).await?;
        center
            .approve(&cast.member(APPROVER)?.caller, &proposed.id)
            .await?;
        center
            .activate(&cast.office(Role::SecurityAdmin)?.caller, &proposed.id)
            .await?;
    }
    Ok(())
}

fn draft(
    consumer: &str,
    role: Role,
    view: &str,
    purpose: &str,
    scope: Scope,
    columns: BTreeMap<String, Treatment>,
    aggregation: Option<Aggregation>,
) -> Result<Draft, DemoError> {
    let name = |_| DemoError::Story("a name in a sample agreement");
    let from = today(Utc::now());
    Ok(Draft {
        consumer: DepartmentCode::parse(consumer).map_err(name)?,
        role,
        view: ViewName::parse(view).map_err(name)?,
        purpose: PurposeCode::parse(purpose).map_err(name)?,
        scope,
        columns,
        aggregation,
        limits: GrantLimits {
            rows_max: 100_000,
            bytes_max: 256 << 20,
        },
        valid_from: from,
        valid_to: a_year_later(from),
        basis: texts::render("demo.basis", &[]).zh,
    })
}

fn a_year_later(day: NaiveDate) -> NaiveDate {
    NaiveDate::from_ymd_opt(day.year() + 1, day.month(), day.day().min(28)).unwrap_or(day)
}

fn clear(columns: &[&str]) -> BTreeMap<String, Treatment> {
    columns
        .iter()
        .map(|column| ((*column).to_owned(), Treatment::Clear))
        .collect()
}

/// Amounts and organisations clear, the account as a token, names and addresses of persons cut.
fn row_columns() -> BTreeMap<String, Treatment> {
    let mut columns = clear(&[
        "county_code",
        "month",
        "usc_code",
        "entity_key",
        "match_tier",
        "use_class",
        "industry_code",
        "capacity_kva",
        "kwh",
        "fee",
        "read_date",
    ]);
    columns.insert("account_no".to_owned(), Treatment::Token);
    columns.insert("customer_name".to_owned(), Treatment::Name1);
    columns.insert("address".to_owned(), Treatment::AddressToCounty);
    columns
}
