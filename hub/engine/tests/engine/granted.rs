//! Grants as tests want them, sealed with the key of the test's boot.

use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, Mac};
use policy::{Condition, SealedGrant};
use schemas::Treatment;
use serde_json::json;
use sha2::Sha256;

use super::world::KEY;

/// What a test wants granted.
#[derive(Debug, Clone)]
pub(super) struct GrantSpec {
    pub view: String,
    pub columns: Vec<(String, Treatment)>,
    pub condition: Condition,
    /// Keys that were charged, for a keyed condition.
    pub admitted: Vec<String>,
    pub rows_max: u64,
    pub bytes_max: u64,
    pub expires_at: DateTime<Utc>,
    pub query_id: String,
    pub key: String,
}

impl GrantSpec {
    pub fn new(view: &str, columns: &[(&str, Treatment)], condition: Condition) -> GrantSpec {
        GrantSpec {
            view: view.to_owned(),
            columns: columns
                .iter()
                .map(|(name, treatment)| ((*name).to_owned(), *treatment))
                .collect(),
            condition,
            admitted: vec![],
            rows_max: u64::MAX,
            bytes_max: u64::MAX,
            expires_at: Utc::now() + TimeDelta::minutes(10),
            query_id: "q1".to_owned(),
            key: KEY.to_owned(),
        }
    }

    /// `v_power_month` with its usual treatments.
    pub fn month(condition: Condition) -> GrantSpec {
        use Treatment::*;
        let columns = [
            ("county_code", Clear),
            ("month", Clear),
            ("account_no", Token),
            ("customer_name", Name1),
            ("usc_code", Clear),
            ("id_no", Token),
            ("use_class", Clear),
            ("industry_code", Clear),
            ("address", AddressToCounty),
            ("capacity_kva", Clear),
            ("kwh", Clear),
            ("fee", Clear),
            ("read_date", Month),
        ];
        GrantSpec::new("v_power_month", &columns, condition)
    }

    /// `v_power_county_month` in the clear, groups of at least `min` accounts.
    pub fn county_month(min: i64) -> GrantSpec {
        let columns = ["county_code", "month", "use_class", "subjects_n", "kwh", "fee"]
            .map(|name| (name, Treatment::Clear));
        let condition = Condition::AtLeast {
            column: "subjects_n".to_owned(),
            min,
        };
        GrantSpec::new("v_power_county_month", &columns, condition)
    }

    /// The grant's body as `policy` writes it.
    pub fn body(&self) -> String {
        json!({
            "agreement": "agr_1", "revision": 1, "view": self.view, "columns": self.columns,
            "condition": self.condition, "limits": { "rows_max": self.rows_max, "bytes_max": self.bytes_max },
            "epoch": 1, "expires_at": self.expires_at, "admitted": self.admitted,
        })
        .to_string()
    }

    /// As `policy::seal` does it. Grants are born in decisions only, so a test of the engine seals its own, with the key.
    pub fn seal(&self, body: &str) -> SealedGrant {
        let mut mac = Hmac::<Sha256>::new_from_slice(&hex::decode(&self.key).unwrap()).unwrap();
        mac.update(b"taxhub grant v1\0");
        mac.update(&(self.query_id.len() as u64).to_le_bytes());
        mac.update(self.query_id.as_bytes());
        mac.update(body.as_bytes());
        let seal = hex::encode(mac.finalize().into_bytes());
        serde_json::from_value(json!({ "grant": body, "seal": seal })).unwrap()
    }

    pub fn sealed(&self) -> SealedGrant {
        self.seal(&self.body())
    }
}

/// `county_code IN (…)`.
pub(super) fn counties(codes: &[&str]) -> Condition {
    let values = codes.iter().map(|code| (*code).to_owned()).collect();
    Condition::In {
        column: "county_code".to_owned(),
        values,
    }
}
