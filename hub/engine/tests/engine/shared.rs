//! The shared views over one small prefecture: what each answers, one row per what, and that no row is told twice
//! because another department reported more than one.

mod prefecture;

use policy::Condition;

use super::feeds::Feeds;
use super::world::{counties, on_query_threads};
use crate::views::embedded;
use prefecture::prefecture;

/// View, the columns that tell its rows apart, the number of its rows.
const GRAINS: &[(&str, &str, u32)] = &[
    ("v_auction", "case_no, lot_no", 3),
    ("v_auction_registration", "case_no, lot_no", 2),
    (
        "v_construction_permit",
        "permit_no, participant_role, participant_usc",
        3,
    ),
    ("v_deal", "lot_no, winner_usc", 3),
    ("v_deal_supplier_tax", "lot_no, winner_usc", 3),
    ("v_deed_paid", "contract_no", 4),
    ("v_entity", "entity_key", 3),
    ("v_entity_change_equity", "usc_code, approve_date, seq", 3),
    ("v_entity_power", "entity_key, month", 3),
    ("v_entity_public", "list_year, usc_code", 1),
    ("v_entity_tax_status", "entity_key", 3),
    ("v_equity_land", "usc_code, approve_date, seq", 2),
    ("v_house_contract", "contract_no", 2),
    ("v_house_contract_registration", "contract_no", 2),
    ("v_insured_entity", "usc_code, month, insurance_type", 3),
    ("v_insured_month", "usc_code, month, insurance_type", 3),
    (
        "v_invoice_month",
        "taxpayer_seq, month, direction, invoice_kind",
        4,
    ),
    ("v_land_grant", "contract_no", 4),
    ("v_land_grant_deed", "entity_key, county_code", 2),
    ("v_leaf_purchase", "station_code, month, grade", 2),
    ("v_medical_invoice", "entity_key, county_code, month", 1),
    (
        "v_medical_settlement",
        "inst_code, settle_month, fund_type, biz_type",
        2,
    ),
    ("v_payee_invoice", "entity_key, month", 2),
    (
        "v_permit_contractor_payment",
        "permit_no, participant_role, participant_usc",
        3,
    ),
    ("v_power_county_month", "county_code, month, use_class", 6),
    ("v_power_month", "account_no, month", 6),
    ("v_procurement", "contract_no", 1),
    ("v_realestate_transfer", "biz_no, unit_no, holder_seq", 4),
    (
        "v_tax_county_industry_month",
        "county_code, industry_code, month",
        2,
    ),
    ("v_tax_county_month", "county_code, month, tax_code", 2),
    (
        "v_tax_declaration",
        "taxpayer_seq, tax_code, item_code, period_from, period_to, form_seq",
        2,
    ),
    (
        "v_tax_paid_month",
        "taxpayer_seq, month, tax_code, county_code",
        3,
    ),
    ("v_tax_registration", "taxpayer_id", 3),
    ("v_treasury_payment", "voucher_no, line_no", 5),
    ("v_vehicle", "vin", 2),
    ("v_vehicle_entity", "vin", 2),
    ("v_water_intake", "permit_no, quarter", 1),
    ("v_water_month", "account_no, month", 2),
    ("v_water_power", "entity_key, county_code, month", 5),
];

#[test]
fn a_view_has_one_row_per_what_it_says() {
    on_query_threads(async {
        let mut feeds = prefecture().await;
        for view in embedded().unwrap() {
            let name = view.name().as_str();
            // Models, flags and duties are tried by tests of their own.
            let by_themselves = ["v_tax_flag", "v_submission_status", "v_department_score"];
            let elsewhere = name.starts_with("v_lead_") || by_themselves.contains(&name);
            assert!(
                elsewhere || GRAINS.iter().any(|(known, ..)| *known == name),
                "{name}: say its grain"
            );
        }
        for (view, columns, rows) in GRAINS {
            let found = feeds
                .ask(view, &format!("SELECT COUNT(*) FROM {view}"))
                .await
                .unwrap();
            assert_eq!(found.cell(), rows.to_string(), "{view}");
            let groups = format!("SELECT COUNT(*) FROM (SELECT DISTINCT {columns} FROM {view}) AS told");
            assert_eq!(
                feeds.ask(view, &groups).await.unwrap().cell(),
                rows.to_string(),
                "{view}"
            );
        }
    });
}

#[test]
fn every_view_answers_with_all_its_columns() {
    on_query_threads(async {
        let mut feeds = prefecture().await;
        let mut empty = Feeds::new();
        for view in embedded().unwrap() {
            let name = view.name().as_str();
            let all = feeds.ask(name, &format!("SELECT * FROM {name}")).await.unwrap();
            assert_eq!(all.columns.len(), view.columns().len(), "{name}");
            assert!(
                GRAINS.iter().all(|(known, ..)| *known != name) || !all.rows.is_empty(),
                "{name}"
            );
            let nothing = empty.ask(name, &format!("SELECT * FROM {name}")).await.unwrap();
            assert_eq!(nothing.rows.len(), 0, "{name}: nobody reported anything");
        }
    });
}

/// View, question, answer.
const ANSWERS: &[(&str, &str, &str)] = &[
    (
        "v_entity",
        "entity_key, entity_name, status, approve_date, county_code",
        "A|甲县|1|2026-02-03|433101\nB|乙|1|2026-01-10|433122\nC|丙|4|2026-02-20|433101",
    ),
    (
        "v_entity_power",
        "entity_key, month, entity_name, accounts_n, kwh, fee, match_tier",
        "A|202601|甲县|2|150.00|90.00|T1\nA|202602|甲县|1|10.00|6.00|T1\nB|202602|乙|1|7.00|4.20|T1",
    ),
    (
        "v_entity_tax_status",
        "entity_key, entity_status, is_tax_registered, tax_registrations_n, has_normal_tax_status, tax_office",
        "A|1|true|2|true|所一\nB|1|true|1|false|所三\nC|4|false|NULL|NULL|NULL",
    ),
    (
        "v_tax_registration",
        "taxpayer_id, taxpayer_seq, snapshot_month, county_code",
        "ta|1|202602|433101\nta7|7|202602|433101\ntb|2|202601|433122",
    ),
    (
        "v_deal_supplier_tax",
        "lot_no, winner_usc, deal_price, is_tax_registered, has_normal_tax_status",
        "L1|A|1000.00|true|true\nL1|D|1000.00|false|NULL\nL2|B|500.00|true|false",
    ),
    (
        "v_permit_contractor_payment",
        "permit_no, participant_role, participant_usc, payments_n, paid_amount, last_pay_date",
        "P1|1|A|2|150.00|2026-02-12\nP1|3|A|2|150.00|2026-02-12\nP1|4|B|NULL|NULL|NULL",
    ),
    (
        "v_house_contract_registration",
        "contract_no, cancel_flag, is_transferred, registrations_n, first_reg_date",
        "H1|N|true|1|2026-02-10\nH2|Y|false|NULL|NULL",
    ),
    (
        "v_deed_paid",
        "contract_no, has_paid_deed_tax",
        "G1|true\nG2|false\nG3|false\nG4|NULL",
    ),
    (
        "v_land_grant_deed",
        "entity_key, county_code, contracts_n, area, price, other_cost, deed_tax_paid, last_paid_date",
        "A|433101|2|25.00|300.00|10.00|5.00|2026-02-16\nB|433122|1|7.00|70.00|NULL|NULL|NULL",
    ),
    (
        "v_insured_entity",
        "usc_code, insurance_type, insured_persons, entity_name, entity_status, domicile_county_code",
        "A|1|12|甲县|1|433101\nA|2|11|甲县|1|433101\nD|1|3|NULL|NULL|NULL",
    ),
    (
        "v_water_power",
        "entity_key, county_code, month, water_accounts_n, volume_m3, power_accounts_n, kwh",
        "A|433101|202601|1|9.00|2|150.00\nA|433101|202602|NULL|NULL|1|10.00\nB|433122|202601|1|3.00|NULL|NULL\n\
         B|433122|202602|NULL|NULL|1|7.00\nD|433123|202601|NULL|NULL|1|20.00",
    ),
    (
        "v_equity_land",
        "usc_code, approve_date, seq, land_contracts_n, land_area, land_price",
        "A|2026-02-01|1|1|5.00|100.00\nA|2026-02-01|2|1|5.00|100.00",
    ),
    (
        "v_auction_registration",
        "case_no, lot_no, is_transferred, last_reg_date",
        "K1|1|true|2026-02-20\nK2|1|false|2026-01-05",
    ),
    (
        "v_medical_invoice",
        "entity_key, month, total_fee, fund_pay, invoiced_amount, invoiced_tax",
        "A|202601|150.00|120.00|65.00|3.60",
    ),
    (
        "v_payee_invoice",
        "entity_key, month, payments_n, paid_amount, invoiced_amount",
        "A|202602|3|159.00|140.00\nD|202602|1|5.00|NULL",
    ),
    (
        "v_vehicle_entity",
        "vin, snapshot_month, entity_name, entity_status",
        "V1|202602|甲县|1\nV3|202601|乙|1",
    ),
    (
        "v_tax_declaration",
        "taxpayer_seq, tax_code, form_seq, tax_payable, correction_flag",
        "1|10101|1|80.00|Y\n2|10101|1|30.00|N",
    ),
    (
        "v_tax_paid_month",
        "taxpayer_seq, tax_code, tax_paid, late_fee_paid, fine_paid, refunded",
        "1|10111|9.00|0.00|0.00|0.00\n1|10119|6.00|0.00|0.00|-1.00\n7|10111|4.00|0.50|0.00|0.00",
    ),
    (
        "v_tax_county_month",
        "county_code, month, tax_code, subjects_n, tax_paid, refunded",
        "433101|202602|10111|2|13.00|0.00\n433101|202602|10119|1|6.00|-1.00",
    ),
    (
        "v_tax_county_industry_month",
        "county_code, industry_code, month, subjects_n, tax_paid",
        "433101|4810|202602|1|15.00\n433101|6210|202602|1|4.00",
    ),
];

#[test]
fn views_over_several_feeds_answer_what_was_reported_to_each() {
    on_query_threads(async {
        let mut feeds = prefecture().await;
        for (view, columns, wanted) in ANSWERS {
            let answered = feeds
                .ask(view, &format!("SELECT {columns} FROM {view}"))
                .await
                .unwrap();
            assert_eq!(answered.sorted().text(), *wanted, "{view}");
        }
    });
}

#[test]
fn a_county_finds_its_own_rows_of_a_view_and_no_trace_of_the_others() {
    on_query_threads(async {
        let mut feeds = prefecture().await;
        let mut more = prefecture().await;
        prefecture::more_elsewhere(&mut more).await;
        let own = || counties(&["433101"]);
        for view in embedded().unwrap() {
            let name = view.name().as_str();
            if !view.columns().iter().any(|column| column.name == "county_code") {
                continue;
            }
            let count = format!("SELECT COUNT(*) FROM {name}");
            let here = format!("{count} WHERE county_code = '433101'");
            let all = feeds.ask(name, &here).await.unwrap().cell();
            let scoped = feeds.ask_under(name, own(), &count, false).await.unwrap().cell();
            assert_eq!(scoped, all, "{name}");
            // What others reported shows neither in the answer nor in how it would be found.
            for explain in [false, true] {
                let one = feeds.ask_under(name, own(), &count, explain).await.unwrap();
                let other = more.ask_under(name, own(), &count, explain).await.unwrap();
                assert_eq!(one, other, "{name}");
            }
            let told = feeds
                .ask_under(name, Condition::All, &count, false)
                .await
                .unwrap();
            let grown = more.ask_under(name, Condition::All, &count, false).await.unwrap();
            if name == "v_power_month" {
                assert_ne!(told, grown, "the other world is the same");
            }
        }
    });
}
