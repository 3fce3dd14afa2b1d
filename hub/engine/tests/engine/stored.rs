//! Over a real lake: what `lake` stores, tokens and bounds and all, is what the engine reads.

use std::collections::BTreeMap;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, RecordBatch};
use datafusion::arrow::datatypes::{Field, Schema};
use lake::{CommitNote, KeyRing, Lake, LakeSettings, Slot};
use policy::{BootKey, Condition};
use schemas::{Period, PeriodKind, SubmissionId};
use url::Url;

use super::rows::{array, columns};
use super::world::{GrantSpec, KEY, Row, World, counties, on_query_threads};
use crate::run::Engine;

/// Rows as `check` accepts them: tokens not made yet, what is the same in all rows not there yet.
fn accepted(rows: &[&Row]) -> RecordBatch {
    let columns: Vec<_> = columns().into_iter().filter(|column| column.varies()).collect();
    let arrays: Vec<ArrayRef> = columns.iter().map(|column| array(column, rows)).collect();
    let fields = columns
        .iter()
        .zip(&arrays)
        .map(|(column, array)| Field::new(&column.name, array.data_type().clone(), column.nullable));
    RecordBatch::try_new(Arc::new(Schema::new(fields.collect::<Vec<_>>())), arrays).unwrap()
}

#[test]
fn what_was_submitted_is_what_is_answered() {
    on_query_threads(async {
        let dir = tempfile::tempdir().unwrap();
        let settings = LakeSettings {
            url: Url::from_directory_path(dir.path().join("lake")).unwrap(),
            options: BTreeMap::new(),
        };
        std::fs::create_dir_all(dir.path().join("lake")).unwrap();
        let keys = KeyRing::load_or_create(&dir.path().join("keys")).unwrap();
        let lake = Lake::open(&settings, keys).await.unwrap();
        let contracts = schemas::feeds::embedded().unwrap();
        let contract = contracts
            .iter()
            .find(|contract| contract.id().as_str() == "pow_usage")
            .unwrap();
        let table = lake.feed(contract).await.unwrap();

        let rows: Vec<Row> = (0..90)
            .map(|number| {
                let month = ["202501", "202502"][number % 2];
                let mut row = Row::new(number, ["433101", "433122", "433123"][number % 3], month);
                row.account_no = format!("{:010}", 4_300_000_000_u64 + number as u64 / 2);
                row.id_no = row.id_no.map(|_| "110101199003070011".to_owned());
                row
            })
            .collect();
        for month in ["202501", "202502"] {
            let slot = Slot::new(
                &Period::parse(PeriodKind::Month, month).unwrap(),
                &"433100".parse().unwrap(),
            );
            let submission = SubmissionId::new();
            let of_month: Vec<&Row> = rows.iter().filter(|row| row.month == month).collect();
            let batches = futures::stream::iter([Ok(accepted(&of_month))]);
            let staged = table.stage(&slot, &submission, batches).await.unwrap();
            let note = CommitNote { epoch: 1, entry: 1 };
            table.commit(&submission, &slot, &staged, note).await.unwrap();
        }

        let snapshot = table.snapshot().await.unwrap();
        assert!(
            snapshot.files.iter().all(|file| file.county.is_some()),
            "a file mixes counties"
        );
        let world = World {
            snapshot,
            ..World::of(&[]).await
        };
        let engine = Engine::new(
            lake.store(),
            BootKey::import(KEY).unwrap(),
            world.settings.clone(),
        );
        let ask = async |grant: GrantSpec, sql: &str| {
            world.run_on(&engine, world.task(&[grant], sql)).await.unwrap()
        };

        let all = GrantSpec::month(Condition::All);
        let sums = "SELECT county_code, month, count(*), sum(kwh), count(DISTINCT account_no) FROM v_power_month GROUP BY 1, 2";
        let answered = ask(all.clone(), sums).await.sorted();
        let mut wanted = vec![];
        for county in ["433101", "433122", "433123"] {
            for month in ["202501", "202502"] {
                let of = rows
                    .iter()
                    .filter(|row| row.county_code.as_deref() == Some(county) && row.month == month);
                let kwh: i128 = of.clone().map(|row| row.kwh).sum();
                let n = of.count();
                wanted.push(format!("{county}|{month}|{n}|{}.{:02}|{n}", kwh / 100, kwh % 100));
            }
        }
        assert_eq!(answered.text(), wanted.join("\n"));

        let own = GrantSpec::month(counties(&["433122"]));
        let answered = ask(
            own,
            "SELECT account_no, id_no, customer_name, address FROM v_power_month WHERE month = '202502'",
        )
        .await;
        let of = rows
            .iter()
            .filter(|row| row.county_code.as_deref() == Some("433122") && row.month == "202502");
        assert_eq!(answered.rows.len(), of.count());
        let text = answered.text();
        for raw in ["43000000", "110101199003070011", "张三", "乾州"] {
            assert!(!text.contains(raw), "{raw} in {text}");
        }
        // One person, one token: tokens join across months.
        let joined =
            "SELECT count(*) FROM v_power_month a JOIN v_power_month b ON a.account_no = b.account_no
            WHERE a.month = '202501' AND b.month = '202502'";
        assert_eq!(ask(all, joined).await.cell(), "45");
        let groups = ask(
            GrantSpec::county_month(2),
            "SELECT sum(subjects_n) FROM v_power_county_month",
        )
        .await;
        assert_ne!(groups.cell(), "NULL");
    });
}
