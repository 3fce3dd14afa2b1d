//! The comparison models on rows made by hand: golden amounts, boundaries, and what is left out.
//! Here: the rows; the models are tried in `land`, `deals` and `leaf`.

mod deals;
mod land;
mod leaf;

use super::feeds::{Feeds, Row};

const BUYER: &str = "91433199MA7A00017H";
const OTHER: &str = "91433199MA7A0005XR";
const ORGAN: &str = "11433199MA7A00041A";

fn land<'a>(key: &'a str, price: &'a str, other: &'a str) -> Row<'a> {
    vec![
        ("contract_no", "c1"),
        ("parcel_no", "p1"),
        ("supply_mode", "2"),
        ("grantee_name", "甲一加工有限公司"),
        ("price", price),
        ("other_cost", other),
        ("sign_date", "2025-01-10"),
        ("county", "433101"),
        ("entity_key", key),
    ]
}

fn paid<'a>(key: &'a str, tax: &'a str, amount: &'a str, from: &'a str, to: &'a str) -> Row<'a> {
    vec![
        ("cert_no", "t1"),
        ("tax_code", tax),
        ("kind", "1"),
        ("amount", amount),
        ("period_from", from),
        ("period_to", to),
        ("county", "433101"),
        ("entity_key", key),
    ]
}

fn registered<'a>(key: &'a str, name: &'a str, vat_type: &'a str, county: &'a str) -> Row<'a> {
    vec![
        ("taxpayer_name", name),
        ("usc_code", key),
        ("reg_kind", "01"),
        ("vat_type", vat_type),
        ("county", county),
        ("entity_key", key),
    ]
}

fn deal<'a>(key: &'a str, kind: &'a str, price: &'a str) -> Row<'a> {
    vec![
        ("lot_no", "l1"),
        ("trade_type", kind),
        ("winner_name", "甲一建筑有限公司"),
        ("deal_price", price),
        ("deal_date", "2025-02-10"),
        ("county", "433122"),
        ("entity_key", key),
    ]
}

fn leaf<'a>(key: &'a str, price: &'a str, subsidy: &'a str) -> Row<'a> {
    vec![
        ("station_code", "z1"),
        ("grade", "C3F"),
        ("price_paid", price),
        ("subsidy", subsidy),
        ("month", "202509"),
        ("county", "433101"),
        ("entity_key", key),
    ]
}

fn with<'a>(mut row: Row<'a>, column: &'a str, value: &'a str) -> Row<'a> {
    row.retain(|(known, _)| *known != column);
    row.push((column, value));
    row
}

/// The months after the one compared, in which the tax side has reported something.
async fn tax_data_reach(feeds: &mut Feeds, month: &str) {
    let stranger = paid("91433199MA7A110235", "10101", "1", "2025-01-01", "2025-01-31");
    feeds.submit("tax_collection", month, &[stranger]).await;
}

const AMOUNTS: &str =
    "rule, tax_code, base_value, source_value, declared_value, diff_value, diff_ratio, est_tax";

async fn leads(feeds: &mut Feeds, view: &str) -> String {
    let sql = format!("SELECT {AMOUNTS} FROM {view} ORDER BY rule, base_value");
    feeds.ask(view, &sql).await.unwrap().text()
}
