//! A SQLite file as a department's program leaves it.

use chrono::NaiveDate;
use tempfile::TempDir;
use tokio::io::AsyncReadExt;

use super::*;
use crate::parcel::{SlotWords, Wanted};
use crate::settings::{Places, Settings};

async fn file(statements: &'static str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let options = SqliteConnectOptions::new()
        .filename(folder.path().join("deals.db"))
        .create_if_missing(true);
    let mut connection = options.connect().await.unwrap();
    connection.execute(statements).await.unwrap();
    folder
}

const DEALS: &str = "CREATE TABLE deals (id INTEGER PRIMARY KEY, lot TEXT, price DECIMAL(18, 2), day TEXT, note BLOB);
INSERT INTO deals VALUES (1, '0012', 12.5, '2025-01-03', NULL), (2, 'a,b', 900719925474099312, '2025-01-31', NULL),
    (3, 'say \"no\"', 7, '2025-02-01', NULL);";

fn wanted(month: u32) -> Wanted {
    let first_day = NaiveDate::from_ymd_opt(2025, month, 1).unwrap();
    Wanted {
        slot: SlotWords {
            feed: "prt_deal".to_owned(),
            period: format!("2025{month:02}"),
            unit: "433100".to_owned(),
        },
        first_day,
        last_day: first_day
            .checked_add_months(chrono::Months::new(1))
            .unwrap()
            .pred_opt()
            .unwrap(),
    }
}

async fn pulled(folder: &TempDir, query: &str, more: &str) -> Result<String, Trouble> {
    let text = format!(
        "feeds = ['prt_deal']\nunits = ['433100']\n[sqlite]\nfile = 'deals.db'\n[pull]\nquery = '''{query}'''\n{more}"
    );
    let settings: Settings = toml::from_str(&text).unwrap();
    let source = settings
        .source(&Places {
            settings: folder.path(),
            inbox: folder.path(),
        })
        .unwrap();
    let mut seen = source.look(&[wanted(1)]).await?;
    if seen.parcels.is_empty() {
        return Err(seen.troubled.remove(0).1);
    }
    let (mut reader, told) = source.open(&seen.parcels.remove(0)).await?.into_parts();
    let mut text = String::new();
    match reader.read_to_string(&mut text).await {
        Ok(_) => Ok(text),
        Err(_) => Err(told.trouble().unwrap()),
    }
}

const QUERY: &str = "SELECT id, lot, price FROM deals WHERE day BETWEEN :first_day AND :last_day";

#[tokio::test]
async fn rows_of_a_month_arrive_whichever_way_they_are_read() {
    let folder = file(DEALS).await;
    let whole = "id,lot,price\r\n1,0012,12.5\r\n2,\"a,b\",900719925474099312\r\n";
    assert_eq!(pulled(&folder, QUERY, "").await.unwrap(), whole);
    let by_key = "key = 'id'\nreading = 'key'\npage_rows = 1\n";
    assert_eq!(pulled(&folder, QUERY, by_key).await.unwrap(), whole);
}

#[tokio::test]
async fn a_file_is_only_read() {
    let folder = file(DEALS).await;
    let trick = "WITH x AS (SELECT 1) SELECT load_extension(lot) FROM deals";
    assert_eq!(pulled(&folder, trick, "").await, Err(Trouble::QueryRefused));
    let path = folder.path().join("deals.db");
    let before = std::fs::read(&path).unwrap();
    pulled(&folder, QUERY, "").await.unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[tokio::test]
async fn what_cannot_be_read_is_told() {
    let folder = file(DEALS).await;
    assert_eq!(
        pulled(&folder, "SELECT nothing FROM deals", "").await,
        Err(Trouble::QueryRefused)
    );
    assert_eq!(
        pulled(&folder, "SELECT id FROM deals WHERE day > '2026'", "").await,
        Err(Trouble::NothingThere)
    );
    let by_blob = "key = 'note'\nreading = 'key'\n";
    assert_eq!(
        pulled(&folder, "SELECT note FROM deals", by_blob).await,
        Err(Trouble::KeyUnusable)
    );
    std::fs::write(
        folder.path().join("deals.db"),
        "this is not a database, but it is long enough",
    )
    .unwrap();
    assert_eq!(pulled(&folder, QUERY, "").await, Err(Trouble::PlaceUnusable));
    std::fs::remove_file(folder.path().join("deals.db")).unwrap();
    assert_eq!(pulled(&folder, QUERY, "").await, Err(Trouble::PlaceUnusable));
}
