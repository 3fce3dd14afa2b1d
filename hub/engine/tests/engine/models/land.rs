//! M05: land contracts against deed tax and stamp duty, and what all models have in common.

use schemas::Rates;

use super::super::world::on_query_threads;
use super::*;

#[test]
fn land_for_thirty_two_million_owes_eighty_thousand_more() {
    on_query_threads(async {
        let mut feeds = Feeds::new();
        feeds
            .submit(
                "nrp_land_grant",
                "202501",
                &[land(BUYER, "30000000.00", "2000000.00")],
            )
            .await;
        feeds
            .submit(
                "tax_registration",
                "202501",
                &[registered(BUYER, "甲一加工有限公司", "1", "433122")],
            )
            .await;
        let deed = paid(BUYER, "10119", "1200000.00", "2025-01-10", "2025-01-10");
        feeds.submit("tax_collection", "202502", &[deed]).await;
        tax_data_reach(&mut feeds, "202503").await;
        assert_eq!(
            leads(&mut feeds, "v_lead_land_deed").await,
            "M05.deed_short|10119|32000000.00|1280000.00|1200000.00|80000.00|0.0625|80000.00\n\
             M05.stamp_short|10111|32000000.00|16000.00|0.00|16000.00|1.0000|16000.00"
        );
        let who = "SELECT kind, entity_key, taxpayer_id, taxpayer_name, county_code, period_from, period_to, match_tier
            FROM v_lead_land_deed WHERE tax_code = '10119'";
        assert_eq!(
            feeds.ask("v_lead_land_deed", who).await.unwrap().text(),
            format!("lead|{BUYER}|{BUYER}|甲一加工有限公司|433101|2025-01-01|2025-01-31|T1")
        );
    });
}

#[test]
fn evidence_names_both_sides_and_keys_survive_a_rerun_and_a_payment() {
    on_query_threads(async {
        let mut feeds = Feeds::new();
        feeds
            .submit(
                "nrp_land_grant",
                "202501",
                &[land(BUYER, "30000000.00", "2000000.00")],
            )
            .await;
        let deed = paid(BUYER, "10119", "1200000.00", "2025-01-01", "2025-01-31");
        feeds.submit("tax_collection", "202503", &[deed]).await;
        let keys = "SELECT tax_code, lead_key FROM v_lead_land_deed ORDER BY tax_code";
        let before = feeds.ask("v_lead_land_deed", keys).await.unwrap();
        assert_eq!(before, feeds.ask("v_lead_land_deed", keys).await.unwrap());
        assert_ne!(before.rows[0][1], before.rows[1][1], "two taxes, one key");

        let evidence = "SELECT evidence FROM v_lead_land_deed WHERE tax_code = '10119'";
        let evidence = feeds.ask("v_lead_land_deed", evidence).await.unwrap().cell();
        let evidence: serde_json::Value = serde_json::from_str(&evidence).unwrap();
        assert_eq!(
            evidence,
            serde_json::json!([
                { "feed": "nrp_land_grant", "submission": "sub_nrp_land_grant_0", "row": 2,
                  "field": "price + other_cost", "value": "32000000.00" },
                { "feed": "tax_collection", "submission": "sub_tax_collection_0", "row": 2,
                  "field": "amount", "value": "1200000.00" },
            ])
        );

        let more = paid(BUYER, "10119", "30000.00", "2025-01-10", "2025-01-10");
        feeds.submit("tax_collection", "202504", &[more]).await;
        assert_eq!(before, feeds.ask("v_lead_land_deed", keys).await.unwrap());
        assert!(
            leads(&mut feeds, "v_lead_land_deed")
                .await
                .contains("|1230000.00|50000.00|")
        );
    });
}

#[test]
fn land_that_owes_nothing_gives_no_lead() {
    on_query_threads(async {
        let stamp = |amount| paid(BUYER, "10111", amount, "2025-01-01", "2025-03-31");
        let deed = |amount| paid(BUYER, "10119", amount, "2025-01-10", "2025-01-10");
        let grant = || land(BUYER, "1000000.00", "0");
        for (what, contract, payments) in [
            ("paid in full", grant(), vec![deed("40000.00"), stamp("500.00")]),
            (
                "short by exactly the tolerance",
                grant(),
                vec![deed("39800.00"), stamp("499.00")],
            ),
            ("allotted", with(grant(), "supply_mode", "1"), vec![]),
            (
                "operated under authority",
                with(grant(), "supply_mode", "5"),
                vec![],
            ),
            ("for a public body", with(grant(), "entity_key", ORGAN), vec![]),
            ("too recent", with(grant(), "sign_date", "2025-01-31"), vec![]),
        ] {
            let mut feeds = Feeds::new();
            feeds.submit("nrp_land_grant", "202501", &[contract]).await;
            feeds.submit("tax_collection", "202502", &payments).await;
            tax_data_reach(&mut feeds, "202503").await;
            assert_eq!(leads(&mut feeds, "v_lead_land_deed").await, "", "{what}");
        }
        // The neighbours of the above are leads.
        for (what, contract, payments) in [
            (
                "one fen below the tolerance",
                grant(),
                vec![deed("39799.99"), stamp("500.00")],
            ),
            (
                "paid by somebody else",
                grant(),
                vec![with(deed("40000.00"), "entity_key", OTHER), stamp("500.00")],
            ),
            (
                "paid in another county",
                grant(),
                vec![with(deed("40000.00"), "county", "433122"), stamp("500.00")],
            ),
            (
                "a late fee is no tax",
                grant(),
                vec![with(deed("40000.00"), "kind", "2"), stamp("500.00")],
            ),
            (
                "paid back",
                grant(),
                vec![
                    deed("40000.00"),
                    with(with(deed("-1000.00"), "kind", "4"), "cert_no", "t2"),
                    stamp("500.00"),
                ],
            ),
            ("leased", with(grant(), "supply_mode", "3"), vec![stamp("500.00")]),
        ] {
            let mut feeds = Feeds::new();
            feeds.submit("nrp_land_grant", "202501", &[contract]).await;
            feeds.submit("tax_collection", "202502", &payments).await;
            tax_data_reach(&mut feeds, "202503").await;
            let found = leads(&mut feeds, "v_lead_land_deed").await;
            assert!(
                found.starts_with("M05.deed_short|") && !found.contains('\n'),
                "{what}: {found}"
            );
        }
    });
}

#[test]
fn taxes_are_rounded_half_up_to_the_fen() {
    on_query_threads(async {
        let mut feeds = Feeds::new();
        // 0.0005 × 10010.00 = 5.005; × 10009.98 = 5.00499; the deed tax is 400.40 and 400.40 (400.3992).
        let second = with(
            with(land(OTHER, "10009.98", "0"), "contract_no", "c2"),
            "county",
            "433122",
        );
        feeds
            .submit(
                "nrp_land_grant",
                "202501",
                &[land(BUYER, "10010.00", "0"), second],
            )
            .await;
        tax_data_reach(&mut feeds, "202503").await;
        assert_eq!(
            feeds
                .ask(
                    "v_lead_land_deed",
                    "SELECT tax_code, source_value FROM v_lead_land_deed ORDER BY 1, 2"
                )
                .await
                .unwrap()
                .text(),
            "10111|5.00\n10111|5.01\n10119|400.40\n10119|400.40"
        );
    });
}

#[test]
fn rates_hold_on_their_days_and_an_administrator_may_set_others() {
    on_query_threads(async {
        let mut feeds = Feeds::new();
        let early = with(land(BUYER, "1000000.00", "0"), "sign_date", "2021-08-31");
        feeds.submit("nrp_land_grant", "202108", &[early]).await;
        tax_data_reach(&mut feeds, "202503").await;
        assert_eq!(leads(&mut feeds, "v_lead_land_deed").await, "", "before the law");
        let own = "[[rate]]\nkey = \"deed.rate\"\nvalue = \"0.03\"\nvalid_from = 2021-08-31\nvalid_to = 2021-08-31\n\
            source_doc = \"doc\"\nconfirmed_by = \"tax bureau\"\n";
        feeds.rates = Some(Rates::embedded().unwrap().with(Rates::parse(own).unwrap()));
        assert!(
            leads(&mut feeds, "v_lead_land_deed")
                .await
                .contains("|30000.00|0.00|30000.00|")
        );
    });
}
