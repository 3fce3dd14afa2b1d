//! M26: deals and procurement against stamp duty.

use super::super::world::on_query_threads;
use super::*;

#[test]
fn deals_owe_stamp_duty_on_the_amount_without_value_added_tax() {
    on_query_threads(async {
        let mut feeds = Feeds::new();
        // 10,900,000 ÷ 1.09 × 0.03 %; goods 1,130,000 ÷ 1.13 × 0.03 %; a member with 40 % of 5,450,000.
        let goods = with(deal(BUYER, "2", "1130000.00"), "lot_no", "l2");
        let member = with(
            with(deal(OTHER, "1", "5450000.00"), "share_ratio", "0.4"),
            "lot_no",
            "l3",
        );
        feeds
            .submit(
                "prt_deal",
                "202502",
                &[deal(BUYER, "1", "10900000.00"), goods, member],
            )
            .await;
        let both = [
            registered(BUYER, "甲一", "1", "433101"),
            registered(OTHER, "乙二", "2", "433101"),
        ];
        feeds.submit("tax_registration", "202502", &both).await;
        feeds
            .submit(
                "tax_collection",
                "202504",
                &[paid(BUYER, "10111", "1000.00", "2025-01-01", "2025-03-31")],
            )
            .await;
        assert_eq!(
            leads(&mut feeds, "v_lead_deal_stamp").await,
            "M26.stamp_short|10111|2000000.00|300.00|0.00|300.00|1.0000|300.00\n\
             M26.stamp_short|10111|11000000.00|3300.00|1000.00|2300.00|0.6970|2300.00",
            "small-scale taxpayers owe half"
        );
        let counties =
            "SELECT county_code, period_from, period_to FROM v_lead_deal_stamp WHERE entity_key = ";
        let where_to = feeds
            .ask("v_lead_deal_stamp", &format!("{counties}'{BUYER}'"))
            .await
            .unwrap()
            .text();
        assert_eq!(where_to, "433101|2025-01-01|2025-03-31");
    });
}

#[test]
fn a_procurement_contract_that_is_also_a_deal_counts_once() {
    on_query_threads(async {
        let contract = |key, number| -> Row<'_> {
            vec![
                ("contract_no", number),
                ("supplier_name", "丙三"),
                ("category", "A"),
                ("amount", "1130000.00"),
                ("sign_date", "2025-02-20"),
                ("county", "433101"),
                ("entity_key", key),
            ]
        };
        let mut feeds = Feeds::new();
        feeds
            .submit(
                "prt_deal",
                "202502",
                &[with(deal(BUYER, "2", "1130000.00"), "contract_no", "h1")],
            )
            .await;
        let contracts = [
            contract(BUYER, "h1"),
            contract(OTHER, "h1"),
            contract(BUYER, "h2"),
        ];
        feeds.submit("fin_procurement", "202502", &contracts).await;
        let both = [
            registered(BUYER, "甲一", "1", "433101"),
            registered(OTHER, "乙二", "1", "433101"),
        ];
        feeds.submit("tax_registration", "202502", &both).await;
        tax_data_reach(&mut feeds, "202504").await;
        assert_eq!(
            leads(&mut feeds, "v_lead_deal_stamp").await,
            "M26.stamp_short|10111|1000000.00|300.00|0.00|300.00|1.0000|300.00\n\
             M26.stamp_short|10111|2000000.00|600.00|0.00|600.00|1.0000|600.00"
        );
    });
}

#[test]
fn deals_that_are_not_ours_to_follow_give_no_lead() {
    on_query_threads(async {
        for (what, row, kind, month) in [
            (
                "a rate",
                with(deal(BUYER, "1", "0.93"), "price_is_rate", "true"),
                "01",
                "202504",
            ),
            ("land", deal(BUYER, "3", "10900000.00"), "01", "202504"),
            ("another kind", deal(BUYER, "5", "10900000.00"), "01", "202504"),
            ("a public body", deal(ORGAN, "1", "10900000.00"), "01", "202504"),
            (
                "the quarter's tax data are not there",
                deal(BUYER, "1", "10900000.00"),
                "01",
                "202503",
            ),
        ] {
            let mut feeds = Feeds::new();
            feeds.submit("prt_deal", "202502", &[row]).await;
            let known = with(registered(BUYER, "甲一", "1", "433101"), "reg_kind", kind);
            feeds
                .submit(
                    "tax_registration",
                    "202502",
                    &[known, registered(ORGAN, "乡", "9", "433101")],
                )
                .await;
            tax_data_reach(&mut feeds, month).await;
            assert_eq!(leads(&mut feeds, "v_lead_deal_stamp").await, "", "{what}");
        }
        let kinds = "SELECT kind, rule, county_code, est_tax FROM v_lead_deal_stamp";
        for registrations in [
            vec![],
            vec![with(registered(BUYER, "甲一", "1", "433101"), "reg_kind", "06")],
        ] {
            let mut feeds = Feeds::new();
            feeds
                .submit("prt_deal", "202502", &[deal(BUYER, "1", "10900000.00")])
                .await;
            feeds.submit("tax_registration", "202502", &registrations).await;
            tax_data_reach(&mut feeds, "202504").await;
            let found = feeds.ask("v_lead_deal_stamp", kinds).await.unwrap().text();
            assert!(
                found.starts_with("information|M26.elsewhere|") && found.ends_with("|NULL"),
                "{found}"
            );
        }
    });
}
