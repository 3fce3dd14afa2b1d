//! The sample agreements, made the way every agreement is made: proposed by someone of the owner or the consumer, approved
//! by the head of every providing department, activated by the security office.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate, Utc};
use policy::{Aggregation, Draft, GrantLimits, Role, Scope, ViewFacts, today};
use schemas::{DataClass, DepartmentCode, Level, PurposeCode, Treatment, ViewName, texts};

use super::DemoError;
use super::people::{Cast, OWNER, director_of, reporter_of};
use crate::center::Center;

const RISK: &str = "tax_risk";
const BUDGET: &str = "budget_forecast";
/// The tax side's rows: customers of the power company, contracts over land, and the comparisons. A view that this hub does
/// not have is left out.
const ROWS: [&str; 5] = [
    "v_power_month",
    GRANTS,
    "v_lead_land_deed",
    "v_lead_deal_stamp",
    "v_lead_leaf_tax",
];
const GRANTS: &str = "v_land_grant";
const CELLS: &str = "v_power_county_month";

/// Who asks for what, without the columns, which the view decides.
struct Wish {
    consumer: &'static str,
    role: Role,
    view: &'static str,
    purpose: &'static str,
    scope: Scope,
    subjects_min: Option<u32>,
    /// Columns whose values are withheld.
    withheld: &'static [&'static str],
}

fn wishes() -> Vec<Wish> {
    let tax = |view, role, scope| Wish {
        consumer: "tax",
        role,
        view,
        purpose: RISK,
        scope,
        subjects_min: None,
        withheld: &[],
    };
    let own_county = || Scope::OwnCounty {
        column: "county_code".to_owned(),
    };
    let mut wishes = Vec::new();
    for view in ROWS {
        wishes.push(tax(view, Role::AnalystPrefecture, Scope::All));
        wishes.push(tax(view, Role::AnalystCounty, own_county()));
    }
    let finance = |view, subjects_min, withheld| Wish {
        consumer: "fin",
        role: Role::Consumer,
        view,
        purpose: BUDGET,
        scope: Scope::All,
        subjects_min,
        withheld,
    };
    wishes.push(finance(CELLS, Some(5), &[]));
    wishes.push(finance(GRANTS, None, &["price", "other_cost", "paid_amount"]));
    wishes
}

pub async fn agree(center: &Center, cast: &Cast) -> Result<(), DemoError> {
    for wish in wishes() {
        let view = ViewName::parse(wish.view).map_err(|_| DemoError::Story("a view of the story"))?;
        let Ok(view) = center.facts(&view) else {
            continue;
        };
        let draft = draft(wish, &view)?;
        // The power company's steward offers; what belongs to the tax side a clerk of it asks for.
        let steward = format!("{}.steward", view.owner);
        let author = match steward == OWNER {
            true => steward,
            false => reporter_of(&draft.consumer),
        };
        let others = view.providers.iter().filter(|one| **one != draft.consumer);
        let heads: Vec<String> = others.map(director_of).collect();
        let proposed = center.propose(&cast.member(&author)?.caller, draft).await?;
        for head in heads {
            center.approve(&cast.member(&head)?.caller, &proposed.id).await?;
        }
        center
            .activate(&cast.office(Role::SecurityAdmin)?.caller, &proposed.id)
            .await?;
    }
    Ok(())
}

fn draft(wish: Wish, view: &ViewFacts) -> Result<Draft, DemoError> {
    let name = |_| DemoError::Story("a name in a sample agreement");
    let from = today(Utc::now());
    Ok(Draft {
        consumer: DepartmentCode::parse(wish.consumer).map_err(name)?,
        role: wish.role,
        view: view.name.clone(),
        purpose: PurposeCode::parse(wish.purpose).map_err(name)?,
        scope: wish.scope,
        columns: columns(view, wish.withheld),
        aggregation: wish.subjects_min.map(|subjects_min| Aggregation {
            count_column: "subjects_n".to_owned(),
            subjects_min,
        }),
        limits: GrantLimits {
            rows_max: 100_000,
            bytes_max: 256 << 20,
        },
        valid_from: from,
        valid_to: a_year_later(from),
        basis: texts::render("demo.basis", &[]).zh,
    })
}

/// Organisations clear, identifiers as tokens, names and addresses of persons cut; the highest level not at all.
fn columns(view: &ViewFacts, withheld: &[&str]) -> BTreeMap<String, Treatment> {
    let shown = view.columns.iter().filter(|column| column.level < Level::L4);
    shown
        .map(|column| {
            let treatment = match (column.class, column.name.as_str()) {
                (_, name) if withheld.contains(&name) => Treatment::Null,
                (DataClass::Organisation, _) => Treatment::Clear,
                (_, "address") => Treatment::AddressToCounty,
                (DataClass::General, _) => Treatment::Name1,
                _ => Treatment::Token,
            };
            (column.name.clone(), treatment)
        })
        .collect()
}

fn a_year_later(day: NaiveDate) -> NaiveDate {
    NaiveDate::from_ymd_opt(day.year() + 1, day.month(), day.day().min(28)).unwrap_or(day)
}
