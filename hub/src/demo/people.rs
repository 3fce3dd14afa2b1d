//! The cast: sample people of three departments and the three offices. Their passwords and tokens are made up anew
//! for every folder and written to one file that only its owner can read.

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use chrono::TimeDelta;
use policy::{Role, TokenKind, Via};
use schemas::{DepartmentCode, Level, PurposeCode, RegionCode};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::DemoError;
use crate::center::{Center, NewPerson, Person};
use crate::front::{Caller, RequestId};

pub const PREFECTURE: &str = "433100";
pub const REPORTER: &str = "pow.reporter";
pub const OWNER: &str = "pow.steward";
pub const APPROVER: &str = "pow.director";
pub const SECURITY: &str = "hub.security.demo";
pub const PREFECTURE_ANALYST: &str = "tax.prefecture";
pub const COUNTY_ANALYST: &str = "tax.jishou";
pub const BUDGET: &str = "fin.budget";

/// Name, words, department, role, region, purpose.
const CAST: &[(&str, &str, &str, Role, &str, Option<&str>)] = &[
    (REPORTER, "供电公司 报送员", "pow", Role::Reporter, PREFECTURE, None),
    (OWNER, "供电公司 数据管理员", "pow", Role::Reporter, PREFECTURE, None),
    (APPROVER, "供电公司 负责人", "pow", Role::Reporter, PREFECTURE, None),
    (PREFECTURE_ANALYST, "州税务局 分析员", "tax", Role::AnalystPrefecture, PREFECTURE, Some("tax_risk")),
    (COUNTY_ANALYST, "吉首市税务局 分析员", "tax", Role::AnalystCounty, "433101", Some("tax_risk")),
    (BUDGET, "州财政局 预算科", "fin", Role::Consumer, PREFECTURE, Some("budget_forecast")),
    ("hub.system.demo", "系统管理员", "hub", Role::SystemAdmin, PREFECTURE, None),
    (SECURITY, "安全管理员", "hub", Role::SecurityAdmin, PREFECTURE, None),
    ("hub.audit.demo", "审计管理员", "hub", Role::AuditAdmin, PREFECTURE, None),
];

/// One member of the cast, signed in.
pub struct Member {
    pub person: Person,
    pub token: Zeroizing<String>,
    pub caller: Caller,
}

/// By name.
pub struct Cast(BTreeMap<String, Member>);

impl Cast {
    pub fn member(&self, name: &str) -> Result<&Member, DemoError> {
        self.0.get(name).ok_or(DemoError::Story("a member of the cast is missing"))
    }
}

/// Gives everybody an account and an access token.
pub async fn admit(center: &Center) -> Result<Cast, DemoError> {
    let founding = center.founding();
    let mut cast = BTreeMap::new();
    for (name, display_name, department, role, region, purpose) in CAST {
        let purpose = purpose.map(PurposeCode::parse).transpose().map_err(|_| DemoError::Story("purpose"))?;
        let new = NewPerson {
            name: (*name).to_owned(),
            display_name: (*display_name).to_owned(),
            department: DepartmentCode::parse(department).map_err(|_| DemoError::Story("department"))?,
            role: *role,
            region: RegionCode::parse(region).map_err(|_| DemoError::Story("region"))?,
            clearance: if role.is_admin() { Level::L1 } else { Level::L3 },
            purposes: purpose.clone().into_iter().collect(),
            default_purpose: purpose,
        };
        let person = founding.admit(new, false).await?;
        let life = TimeDelta::days(30);
        let issued = founding.identity.issue_token(&person.account, TokenKind::Access, life).await;
        let token = issued.map_err(|_| DemoError::Story("a token could not be issued"))?.secret;
        let signed_in = founding.identity.bearer(&token).await.map_err(|_| DemoError::Story("a token does not hold"))?;
        let caller = Caller {
            signed_in,
            purpose: None,
            via: Via::Cli,
            client: "demo".to_owned(),
            request_id: RequestId::new(),
        };
        cast.insert((*name).to_owned(), Member { person, token, caller });
    }
    Ok(Cast(cast))
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
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(serde_json::to_string_pretty(&list)?.as_bytes())
}
