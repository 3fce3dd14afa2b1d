//! M35: leaf against leaf tax; and what happens without figures.

use schemas::Rates;

use super::super::world::on_query_threads;
use super::*;
use crate::refusal::Reason;

#[test]
fn leaf_tax_is_a_fifth_of_all_that_was_paid() {
    on_query_threads(async {
        let mut feeds = Feeds::new();
        let rows = [
            leaf(BUYER, "12000000.00", "45678.90"),
            with(leaf(BUYER, "300000.00", "0"), "grade", "B2F"),
        ];
        feeds.submit("tob_leaf", "202509", &rows).await;
        tax_data_reach(&mut feeds, "202510").await;
        assert_eq!(
            leads(&mut feeds, "v_lead_leaf_tax").await,
            "M35.leaf_short|10120|12345678.90|2469135.78|0.00|2469135.78|1.0000|2469135.78"
        );
        // One yuan is let pass, a fen more is not.
        for (amount, found) in [("2469134.78", false), ("2469134.77", true), ("2469135.78", false)] {
            let mut feeds = Feeds::new();
            feeds.submit("tob_leaf", "202509", &rows).await;
            let payment = paid(BUYER, "10120", amount, "2025-09-01", "2025-09-30");
            feeds.submit("tax_collection", "202510", &[payment]).await;
            assert_eq!(
                !leads(&mut feeds, "v_lead_leaf_tax").await.is_empty(),
                found,
                "{amount}"
            );
        }
    });
}

#[test]
fn without_the_table_a_model_does_not_open_and_without_a_rate_it_finds_nothing() {
    on_query_threads(async {
        let mut feeds = Feeds::new();
        feeds.rates = Some(Rates::parse("").unwrap());
        feeds
            .submit("tob_leaf", "202509", &[leaf(BUYER, "100.00", "0")])
            .await;
        tax_data_reach(&mut feeds, "202510").await;
        assert_eq!(leads(&mut feeds, "v_lead_leaf_tax").await, "");
        feeds.rates = None;
        let refused = feeds
            .ask("v_lead_leaf_tax", "SELECT rule FROM v_lead_leaf_tax")
            .await
            .unwrap_err();
        assert_eq!(refused.reason(), Reason::ViewUnusable);
    });
}

#[test]
fn a_hundred_thousand_yuan_forty_five_days_late_costs_two_thousand_two_hundred_and_fifty() {
    let rates = Rates::embedded().unwrap();
    let rate = rates.on("late_fee.day", "2025-03-01".parse().unwrap()).unwrap();
    // Yuan × days × rate, at the rate's eight digits.
    assert_eq!(rate.unscaled().unwrap() * 100_000 * 45, 2_250 * 100_000_000);
}
