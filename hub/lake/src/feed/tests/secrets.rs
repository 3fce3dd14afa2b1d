//! What must not be written down in the clear, looked for in every byte of a lake on disk.

use std::fs;
use std::path::Path;

use arrow::array::AsArray;

use super::*;

fn files_below(folder: &Path, into: &mut Vec<(String, Vec<u8>)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => files_below(&path, into),
            false => into.push((path.display().to_string(), fs::read(&path).unwrap())),
        }
    }
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[tokio::test]
async fn no_raw_identifier_is_in_any_byte_of_the_lake() {
    let (dir, lake, _) = lake_on_disk().await;
    let (table, slot, submission) = (
        lake.feed(&contract()).await.unwrap(),
        slot("202501", "433100"),
        SubmissionId::new(),
    );
    let original = (0..40)
        .map(|i| format!("{},{}\n", account(i), owner(i)))
        .collect::<String>();
    lake.vault()
        .seal(&submission, table.feed(), std::io::Cursor::new(original.clone()))
        .await
        .unwrap()
        .finish()
        .await
        .unwrap();
    let refused = bytes::Bytes::from(original);
    lake.quarantine()
        .put(&submission, table.feed(), stream::iter([Ok(refused)]))
        .await
        .unwrap();
    let staged = stage(&table, &slot, &submission, vec![rows(0..40)]).await;
    table.commit(&submission, &slot, &staged, NOTE).await.unwrap();

    let mut files = Vec::new();
    files_below(dir.path(), &mut files);
    assert!(files.len() > 8);
    for (name, bytes) in &files {
        for i in 0..40 {
            assert!(
                !holds(bytes, &account(i)) && !holds(bytes, &owner(i)),
                "an identifier is in {name}"
            );
        }
        // Parquet pages are compressed; a marker that is allowed shows that the search would find something.
        if name.ends_with("00001.json") {
            assert!(holds(bytes, "吉首市乾州街道"), "an L2 text may be a bound");
            assert!(!holds(bytes, "钱某某"), "an L3 text may not");
        }
    }
    // Inside the pages too.
    for batch in read(&lake, &table.snapshot().await.unwrap()).await {
        for column in ["account_no", "owner_id"] {
            for token in batch
                .column_by_name(column)
                .unwrap()
                .as_string::<i32>()
                .iter()
                .flatten()
            {
                assert!(
                    token.len() == crate::TOKEN_LENGTH && token.bytes().all(|b| b.is_ascii_alphanumeric())
                );
            }
        }
    }
}

#[tokio::test]
async fn tokens_lead_back_through_the_reveal_store_only() {
    let lake = lake().await;
    let (table, slot) = (lake.feed(&contract()).await.unwrap(), slot("202501", "433100"));
    let (submission, _) = submit(&table, &slot, 40).await;
    let token = lake.tokenizer().domain("citizen_id").token(&owner(7));
    let found = lake
        .reveal()
        .find(table.feed(), "owner_id", &token)
        .await
        .unwrap();
    assert_eq!(found.as_deref(), Some(&owner(7)));
    let found = lake
        .reveal()
        .find_in(table.feed(), "owner_id", &submission, &token)
        .await
        .unwrap();
    assert_eq!(found.as_deref(), Some(&owner(7)));
    assert_eq!(
        lake.reveal()
            .find(table.feed(), "account_no", &token)
            .await
            .unwrap(),
        None
    );
    let row = read(&lake, &table.snapshot().await.unwrap())
        .await
        .into_iter()
        .find_map(|batch| {
            let ids = batch
                .column_by_name("owner_id")
                .unwrap()
                .as_string::<i32>()
                .clone();
            let place = ids.iter().position(|id| id == Some(token.as_str()))?;
            let rows = batch
                .column_by_name("_row_no")
                .unwrap()
                .as_primitive::<arrow::datatypes::Int64Type>()
                .clone();
            Some(rows.value(place))
        });
    assert_eq!(row, Some(7), "the table holds the token in the person's row");
}

#[tokio::test]
async fn parquet_footers_hold_no_statistics_of_l3_and_l4_columns() {
    let lake = lake().await;
    let (table, slot) = (lake.feed(&contract()).await.unwrap(), slot("202501", "433100"));
    submit(&table, &slot, 40).await;
    let snapshot = table.snapshot().await.unwrap();
    for file in &snapshot.files {
        let bytes = object_store::ObjectStoreExt::get(&lake.store(), &file.path.as_str().into())
            .await
            .unwrap();
        let bytes = bytes.bytes().await.unwrap();
        let reader = parquet::file::serialized_reader::SerializedFileReader::new(bytes).unwrap();
        let metadata = parquet::file::reader::FileReader::metadata(&reader);
        let mut seen = 0;
        for column in metadata.row_groups().iter().flat_map(|group| group.columns()) {
            let name = column.column_path().string();
            let shut = ["account_no", "owner_id", "owner_name", "entity_key"].contains(&name.as_str());
            assert_eq!(column.statistics().is_none(), shut, "{name}");
            assert_eq!(column.column_index_offset().is_none(), shut, "{name}");
            seen += usize::from(shut);
        }
        assert_eq!(seen, 4);
        for column in ["account_no", "owner_id", "owner_name", "entity_key"] {
            assert!(!file.bounds.contains_key(column), "{column}");
        }
    }
}

#[tokio::test]
async fn decimals_beyond_fifteen_digits_have_no_bounds_in_the_log() {
    let (dir, lake, _) = lake_on_disk().await;
    let (table, slot) = (lake.feed(&contract()).await.unwrap(), slot("202501", "433100"));
    submit(&table, &slot, 10).await;
    let entry = dir
        .path()
        .join("lake/feeds/pow_sample/_delta_log/00000000000000000001.json");
    let entry = fs::read_to_string(entry).unwrap();
    let statistics: Vec<serde_json::Value> = entry
        .lines()
        .filter_map(|line| {
            serde_json::from_str::<serde_json::Value>(line)
                .unwrap()
                .get("add")
                .cloned()
        })
        .map(|add| serde_json::from_str(add["stats"].as_str().unwrap()).unwrap())
        .collect();
    assert_eq!(statistics.len(), 3);
    for statistics in statistics {
        assert_eq!(statistics["minValues"].get("amount"), None);
        assert_eq!(statistics["maxValues"].get("amount"), None);
        assert_eq!(statistics["nullCount"]["amount"], 0);
        assert!(statistics["minValues"].get("kwh").is_some(), "shorter ones have");
    }
}

#[test]
fn errors_show_neither_paths_nor_values() {
    let error = LakeError::Storage.because("read", "No such file /srv/lake/secret");
    for shown in [
        format!("{error}"),
        format!("{error:?}"),
        format!("{:?}", CommitError::Unknown(error)),
    ] {
        assert!(!shown.contains('/') && !shown.contains("secret"), "{shown}");
    }
}
