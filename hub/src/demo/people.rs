//! The cast: sample people of the departments and the three offices. Their passwords and tokens are made up anew
//! for every folder and written to one file that only its owner can read.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use chrono::TimeDelta;
use policy::{Role, TokenKind, Via};
use schemas::{DepartmentCode, Level, PurposeCode, RegionCode, texts};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::DemoError;
use crate::center::{Center, Founding, Person};
use crate::front::{Caller, NewPerson, RequestId, Sitting};

pub const PREFECTURE: &str = "433100";
pub const REPORTER: &str = "pow.reporter";
pub const OWNER: &str = "pow.steward";
pub const APPROVER: &str = "pow.director";
pub const PREFECTURE_ANALYST: &str = "tax.prefecture";
pub const COUNTY_ANALYST: &str = "tax.jishou";
pub const BUDGET: &str = "fin.budget";

/// A part in the story.
struct Part {
    name: String,
    /// Code of the title, and the department's name for titles that every department has.
    title: (&'static str, String),
    department: DepartmentCode,
    role: Role,
    region: &'static str,
    purpose: Option<&'static str>,
}

/// Name, code of the title, department, role, region, purpose.
type Leading = (
    &'static str,
    &'static str,
    &'static str,
    Role,
    &'static str,
    Option<&'static str>,
);

/// Those the story is told about.
#[rustfmt::skip]
const LEADING: &[Leading] = &[
    (REPORTER, "demo.person_reporter", "pow", Role::Reporter, PREFECTURE, None),
    (OWNER, "demo.person_steward", "pow", Role::Reporter, PREFECTURE, None),
    (APPROVER, "demo.person_approver", "pow", Role::Reporter, PREFECTURE, None),
    (PREFECTURE_ANALYST, "demo.person_prefecture", "tax", Role::AnalystPrefecture, PREFECTURE, Some("tax_risk")),
    (COUNTY_ANALYST, "demo.person_county", "tax", Role::AnalystCounty, "433101", Some("tax_risk")),
    (BUDGET, "demo.person_budget", "fin", Role::Consumer, PREFECTURE, Some("budget_forecast")),
];

/// The reporter and the head of every department that reports, beside those with a part of their own.
fn parts(departments: &BTreeSet<DepartmentCode>) -> Result<Vec<Part>, DemoError> {
    let leading = LEADING
        .iter()
        .map(|(name, title, department, role, region, purpose)| {
            let department = DepartmentCode::parse(department)
                .map_err(|_| DemoError::Story("a department of the cast"))?;
            Ok(Part {
                name: (*name).to_owned(),
                title: (title, String::new()),
                department,
                role: *role,
                region,
                purpose: *purpose,
            })
        });
    let mut parts: Vec<Part> = leading.collect::<Result<_, DemoError>>()?;
    for department in departments {
        let titles = [
            (reporter_of(department), "demo.person_reporter_of"),
            (director_of(department), "demo.person_approver_of"),
        ];
        for (name, title) in titles {
            if parts.iter().all(|part| part.name != name) {
                parts.push(Part {
                    name,
                    title: (title, department.to_string()),
                    department: department.clone(),
                    role: Role::Reporter,
                    region: PREFECTURE,
                    purpose: None,
                });
            }
        }
    }
    Ok(parts)
}

pub fn reporter_of(department: &DepartmentCode) -> String {
    format!("{department}.reporter")
}

pub fn director_of(department: &DepartmentCode) -> String {
    format!("{department}.director")
}

/// One member of the cast, signed in.
pub struct Member {
    pub person: Person,
    pub token: Zeroizing<String>,
    pub caller: Caller,
}

/// By name.
pub struct Cast(BTreeMap<String, Member>);

impl Cast {
    /// The member of the three offices with this role.
    pub fn office(&self, role: Role) -> Result<&Member, DemoError> {
        let office = |member: &&Member| member.person.account.role == role;
        self.0
            .values()
            .find(office)
            .ok_or(DemoError::Story("an office is missing"))
    }

    pub fn member(&self, name: &str) -> Result<&Member, DemoError> {
        self.0
            .get(name)
            .ok_or(DemoError::Story("a member of the cast is missing"))
    }
}

/// Gives everybody an account and an access token; the three offices, which exist, get passwords that last.
pub async fn admit(
    center: &Center,
    offices: Vec<Person>,
    departments: &BTreeSet<DepartmentCode>,
) -> Result<Cast, DemoError> {
    let founding = center.founding();
    let mut cast = BTreeMap::new();
    for office in offices {
        let person = founding.settle(office).await?;
        cast.insert(person.account.name.clone(), member(&founding, person).await?);
    }
    for part in parts(departments)? {
        let purpose = part
            .purpose
            .map(PurposeCode::parse)
            .transpose()
            .map_err(|_| DemoError::Story("purpose"))?;
        let (title, of) = part.title;
        let new = NewPerson {
            name: part.name.clone(),
            display_name: texts::render(title, &[("department", &of)]).zh,
            department: part.department,
            role: part.role,
            region: RegionCode::parse(part.region).map_err(|_| DemoError::Story("region"))?,
            clearance: if part.role.is_admin() {
                Level::L1
            } else {
                Level::L3
            },
            purposes: purpose.clone().into_iter().collect(),
            default_purpose: purpose,
        };
        let person = founding.admit(new, false).await?;
        cast.insert(part.name, member(&founding, person).await?);
    }
    Ok(Cast(cast))
}

async fn member(founding: &Founding, person: Person) -> Result<Member, DemoError> {
    let issued = founding
        .identity
        .issue_token(&person.account, TokenKind::Access, TimeDelta::days(30))
        .await;
    let token = issued
        .map_err(|_| DemoError::Story("a token could not be issued"))?
        .secret;
    let signed_in = founding
        .identity
        .bearer(&token)
        .await
        .map_err(|_| DemoError::Story("a token does not hold"))?;
    let (client, request_id) = ("demo".to_owned(), RequestId::new());
    let caller = Caller {
        signed_in,
        purpose: None,
        as_of: None,
        via: Via::Cli,
        client,
        request_id,
        sitting: Sitting::default(),
    };
    Ok(Member {
        person,
        token,
        caller,
    })
}

/// Writes the sign-ins.
pub fn write(path: &Path, cast: &Cast) -> std::io::Result<()> {
    let line = |member: &Member| -> Value {
        let account = &member.person.account;
        json!({
            "name": account.name,
            "display_name": account.display_name,
            "password": member.person.password.as_str(),
            "token": member.token.as_str(),
            "department": account.department,
            "roles": [account.role],
            "region": account.region,
            "purposes": account.purposes,
        })
    };
    let list: Vec<Value> = cast.0.values().map(line).collect();
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(serde_json::to_string_pretty(&list)?.as_bytes())
}
