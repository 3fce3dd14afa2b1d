//! The views over duties: golden figures, what a scope hides, and what happens without the rows.

use policy::Condition;
use schemas::Rates;

use super::feeds::Feeds;
use super::world::on_query_threads;
use crate::duties::{DutyRow, DutyRows};
use crate::refusal::Reason;
use crate::views::View;

/// A punctual report of 100 rows.
fn duty(period: &str, unit: &str) -> DutyRow {
    let day = |text: &str| text.parse().unwrap();
    DutyRow {
        feed: "pow_usage".parse().unwrap(),
        department: "pow".parse().unwrap(),
        period: period.to_owned(),
        period_start: day("2026-01-01"),
        period_end: day("2026-01-31"),
        reporting_unit: unit.parse().unwrap(),
        due_day: day("2026-02-10"),
        state: "received".to_owned(),
        owed: true,
        met: true,
        counted: true,
        missing: false,
        received_day: Some(day("2026-02-09")),
        late_workdays: 0,
        revisions: 1,
        refused: 0,
        rows_read: Some(100),
        committed: Some(100),
        quarantined: Some(0),
        required_cells: Some(800),
        required_missing: Some(0),
        rows_usual: None,
    }
}

fn late(period: &str, unit: &str, workdays: u64) -> DutyRow {
    DutyRow {
        state: "late".to_owned(),
        met: false,
        received_day: None,
        late_workdays: workdays,
        rows_read: None,
        committed: None,
        quarantined: None,
        required_cells: None,
        required_missing: None,
        ..duty(period, unit)
    }
}

async fn told(rows: Vec<DutyRow>, view: &str, columns: &str) -> String {
    let mut feeds = Feeds::new();
    feeds.duties = Some(DutyRows::new(rows));
    let asked = format!("SELECT {columns} FROM {view}");
    feeds.ask(view, &asked).await.unwrap().sorted().text()
}

#[test]
fn each_duty_has_its_shares() {
    on_query_threads(async {
        let columns = "period, timeliness, filled, coverage, accuracy";
        let few = DutyRow {
            late_workdays: 3,
            committed: Some(60),
            quarantined: Some(40),
            required_missing: Some(200),
            rows_usual: Some(80),
            ..duty("202602", "433100")
        };
        let zero = DutyRow {
            state: "zero".to_owned(),
            rows_read: Some(0),
            committed: Some(0),
            required_cells: Some(0),
            rows_usual: Some(80),
            ..duty("202603", "433100")
        };
        let open = DutyRow {
            state: "open".to_owned(),
            counted: false,
            ..late("202607", "433100", 0)
        };
        let missing = DutyRow {
            missing: true,
            ..late("202606", "433100", 2)
        };
        let rows = vec![
            duty("202601", "433100"),
            few,
            zero,
            late("202604", "433100", 7),
            late("202605", "433100", 500),
            missing,
            open,
        ];
        let wanted = "202601|1.00000000|1.00000000|1.00000000|1.00000000\n\
                      202602|0.85000000|0.75000000|0.75000000|0.60000000\n\
                      202603|1.00000000|1.00000000|1.00000000|1.00000000\n\
                      202604|0.65000000|NULL|NULL|NULL\n\
                      202605|0.00000000|NULL|NULL|NULL\n\
                      202606|0.00000000|NULL|NULL|NULL\n\
                      202607|NULL|NULL|NULL|NULL";
        assert_eq!(told(rows, "v_submission_status", columns).await, wanted);
    });
}

#[test]
fn a_department_is_scored_by_unit_and_quarter_of_the_due_day() {
    on_query_threads(async {
        let columns =
            "reporting_unit, quarter, due_n, met_n, late_n, timeliness, completeness, accuracy, score";
        let bad = DutyRow {
            quarantined: Some(25),
            ..duty("202602", "433100")
        };
        let unasked = DutyRow {
            owed: false,
            counted: false,
            ..duty("202601", "433122")
        };
        let next = DutyRow {
            due_day: "2026-04-10".parse().unwrap(),
            ..late("202603", "433100", 4)
        };
        let rows = vec![
            duty("202601", "433100"),
            bad,
            late("202512", "433100", 6),
            unasked,
            duty("202601", "433101"),
            next,
        ];
        // Three duties, two met: timeliness (1 + 1 + 0.7) / 3; completeness 2/3 in all its parts; 25 of 200 rows bad.
        let wanted = "433100|2026Q1|3|2|1|0.90000000|0.66666667|0.87500000|81.93\n\
                      433100|2026Q2|1|0|1|0.80000000|0.00000000|0.00000000|30.00\n\
                      433101|2026Q1|1|1|0|1.00000000|1.00000000|1.00000000|100.00";
        assert_eq!(told(rows, "v_department_score", columns).await, wanted);
    });
}

#[test]
fn weights_are_rates_that_an_operator_may_set() {
    on_query_threads(async {
        let mut feeds = Feeds::new();
        feeds.duties = Some(DutyRows::new(vec![late("202601", "433100", 10)]));
        let own = "[[rate]]\nkey = \"duty.late_workday\"\nvalue = \"0.01\"\nvalid_from = 2000-01-01\nsource_doc = \"doc\"\nconfirmed_by = \"office\"\n";
        feeds.rates = Some(Rates::embedded().unwrap().with(Rates::parse(own).unwrap()));
        let asked = feeds
            .ask(
                "v_submission_status",
                "SELECT timeliness FROM v_submission_status",
            )
            .await;
        assert_eq!(asked.unwrap().cell(), "0.90000000");
    });
}

#[test]
fn a_scope_hides_the_duties_of_other_units_and_their_number() {
    on_query_threads(async {
        let own = || Condition::In {
            column: "reporting_unit".to_owned(),
            values: vec!["433101".to_owned()],
        };
        let count = "SELECT COUNT(*) FROM v_submission_status";
        let mut answers = vec![];
        for others in [1, 40] {
            let mut feeds = Feeds::new();
            let mut rows = vec![duty("202601", "433101")];
            rows.extend((0..others).map(|_| duty("202601", "433122")));
            feeds.duties = Some(DutyRows::new(rows));
            for explain in [false, true] {
                answers.push(
                    feeds
                        .ask_under("v_submission_status", own(), count, explain)
                        .await
                        .unwrap(),
                );
            }
            let all = feeds.ask("v_submission_status", count).await.unwrap().cell();
            assert_eq!(all, (others + 1).to_string());
        }
        assert_eq!(answers[0].clone().cell(), "1");
        assert_eq!((&answers[0], &answers[1]), (&answers[2], &answers[3]));
    });
}

#[test]
fn without_the_rows_the_view_does_not_open() {
    on_query_threads(async {
        let mut feeds = Feeds::new();
        feeds.duties = None;
        let refused = feeds
            .ask("v_submission_status", "SELECT feed FROM v_submission_status")
            .await;
        assert_eq!(refused.unwrap_err().reason(), Reason::ViewUnusable);
    });
}

#[test]
fn a_view_without_inputs_must_be_one_over_duties() {
    let header = "-- name: v_small\n-- title_zh: 小\n-- title_en: small\n-- owner: pow\n-- basis: 无\n-- grain_zh: 行\n\
                  -- grain_en: row\n-- inputs: none\n-- column: k | organisation | L1 | 键 | key\n";
    let with = |sql: &str| View::parse(&format!("{header}{sql}"));
    let duties = with("SELECT d.feed AS k FROM params.duties AS d").unwrap();
    assert!(duties.reads_duties() && !duties.reads_params() && duties.inputs().is_empty());
    assert!(with("SELECT r.key AS k FROM params.rates AS r").is_err());
    assert!(with("SELECT p.account_no AS k FROM feeds.pow_usage AS p").is_err());
}
