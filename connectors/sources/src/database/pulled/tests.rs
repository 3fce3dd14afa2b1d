//! Pulls against a database that is a list in memory: what it counts, what it gives and where its line breaks are set by
//! the test. The real servers are in `tests/sources`.

use std::sync::{Arc, Mutex};

use chrono::NaiveDate;
use tokio::io::AsyncReadExt;

use super::*;
use crate::database::Dialect;
use crate::parcel::SlotWords;

#[derive(Default)]
struct Table {
    rows: Vec<(i64, String)>,
    /// Rows the server hides from everything but its counts.
    counted_more: u64,
    /// After how many rows of a read the line breaks, for each read in turn.
    breaks: Vec<Option<usize>>,
    /// Added when the first page has been read.
    arriving: Vec<(i64, String)>,
    sessions: u32,
}

#[derive(Clone)]
struct Memory(Arc<Mutex<Table>>);

struct MemorySession(Arc<Mutex<Table>>);

#[async_trait]
impl Database for Memory {
    type Session = MemorySession;

    fn dialect() -> Dialect {
        Dialect::Sqlite
    }

    async fn connect(&self, _: Duration) -> Result<MemorySession, Trouble> {
        self.0.lock().unwrap().sessions += 1;
        Ok(MemorySession(Arc::clone(&self.0)))
    }
}

#[async_trait]
impl Session for MemorySession {
    async fn columns(&mut self, _: &str) -> Result<Vec<Column>, Trouble> {
        let column = |name: &str, key| Column {
            name: name.to_owned(),
            key,
        };
        Ok(vec![column("id", Some(KeyKind::Integer)), column("name", None)])
    }

    async fn freeze(&mut self) -> Result<(), Trouble> {
        Ok(())
    }

    async fn read(&mut self, sql: &str, parameters: &[&str], rows: &mut Rows<'_>) -> Result<(), Trouble> {
        let (found, broken, counted) = self.found(sql, parameters);
        if let Some((count, highest)) = counted {
            return rows.record(&[Some(&count), highest.as_deref(), None]).await;
        }
        for (number, (id, name)) in found.into_iter().enumerate() {
            if broken == Some(number) {
                return Err(Trouble::Unreachable);
            }
            rows.record(&[Some(&id.to_string()), Some(&name)]).await?;
        }
        Ok(())
    }
}

type Found = (
    Vec<(i64, String)>,
    Option<usize>,
    Option<(String, Option<String>)>,
);

impl MemorySession {
    /// The rows, where the line breaks, and for a question about them their count and highest key.
    fn found(&self, sql: &str, parameters: &[&str]) -> Found {
        let mut table = self.0.lock().unwrap();
        let bound = |at: usize, or: i64| parameters.get(at).map_or(or, |text: &&str| text.parse().unwrap());
        let (most, last) = (bound(0, i64::MAX), bound(1, i64::MIN));
        let within = |row: &&(i64, String)| row.0 <= most && row.0 > last;
        let mut found: Vec<_> = table.rows.iter().filter(within).cloned().collect();
        found.sort();
        if sql.contains("AS counted") {
            let count = found.len() as u64 + table.counted_more;
            let highest = found.last().map(|row| row.0.to_string());
            return (Vec::new(), None, Some((count.to_string(), highest)));
        }
        if let Some(limit) = sql.split("LIMIT ").nth(1) {
            found.truncate(limit.parse().unwrap());
        }
        let arriving = std::mem::take(&mut table.arriving);
        table.rows.extend(arriving);
        let broken = match table.breaks.is_empty() {
            true => None,
            false => table.breaks.remove(0),
        };
        (found, broken, None)
    }
}

fn pulled(table: Table, reading: Reading) -> Pulled<Memory> {
    let pull: PullSettings =
        toml::from_str("query = 'SELECT id, name FROM t'\nkey = 'id'\npage_rows = 3").unwrap();
    Pulled {
        database: Memory(Arc::new(Mutex::new(table))),
        question: Question::parse(&pull.query, Dialect::Sqlite).unwrap(),
        pull: PullSettings { reading, ..pull },
        bytes_max: 1 << 20,
    }
}

fn rows(count: i64) -> Vec<(i64, String)> {
    (1..=count).map(|id| (id, format!("name {id}"))).collect()
}

fn wanted() -> Wanted {
    Wanted {
        slot: SlotWords {
            feed: "prt_deal".to_owned(),
            period: "202501".to_owned(),
            unit: "433100".to_owned(),
        },
        first_day: NaiveDate::from_ymd_opt(2025, 1, 1).unwrap(),
        last_day: NaiveDate::from_ymd_opt(2025, 1, 31).unwrap(),
    }
}

async fn read(source: &Pulled<Memory>) -> Result<String, Trouble> {
    let parcel = source.look(&[wanted()]).await?.parcels.remove(0);
    let (mut reader, told) = source.open(&parcel).await?.into_parts();
    let mut text = String::new();
    match reader.read_to_string(&mut text).await {
        Ok(_) => Ok(text),
        Err(_) => Err(told.trouble().unwrap()),
    }
}

fn whole(count: i64) -> String {
    let lines = rows(count)
        .into_iter()
        .map(|(id, name)| format!("{id},\"{name}\"\r\n"));
    format!("id,name\r\n{}", lines.collect::<String>())
}

#[tokio::test]
async fn both_ways_of_reading_give_every_row_once() {
    for reading in [Reading::Snapshot, Reading::Key] {
        for count in [1, 3, 7, 9] {
            let table = Table {
                rows: rows(count),
                ..Table::default()
            };
            assert_eq!(read(&pulled(table, reading)).await.unwrap(), whole(count));
        }
    }
}

#[tokio::test]
async fn a_count_that_differs_ends_the_pull() {
    for reading in [Reading::Snapshot, Reading::Key] {
        let table = Table {
            rows: rows(5),
            counted_more: 1,
            ..Table::default()
        };
        assert_eq!(read(&pulled(table, reading)).await, Err(Trouble::CountDiffers));
    }
}

#[tokio::test]
async fn a_broken_line_goes_on_by_key_and_ends_a_snapshot() {
    let table = || Table {
        rows: rows(8),
        breaks: vec![Some(2), Some(0), None, Some(1)],
        ..Table::default()
    };
    let source = pulled(table(), Reading::Key);
    assert_eq!(read(&source).await.unwrap(), whole(8));
    assert_eq!(source.database.0.lock().unwrap().sessions, 5);
    assert_eq!(
        read(&pulled(table(), Reading::Snapshot)).await,
        Err(Trouble::Unreachable)
    );
}

#[tokio::test]
async fn a_line_that_breaks_again_and_again_is_given_up() {
    let table = Table {
        rows: rows(8),
        breaks: vec![Some(0); 10],
        ..Table::default()
    };
    assert_eq!(
        read(&pulled(table, Reading::Key)).await,
        Err(Trouble::Unreachable)
    );
}

#[tokio::test]
async fn rows_that_arrive_above_the_highest_key_wait_for_the_next_pull() {
    let table = Table {
        rows: rows(5),
        arriving: vec![(6, "late".to_owned())],
        ..Table::default()
    };
    assert_eq!(read(&pulled(table, Reading::Key)).await.unwrap(), whole(5));
}

#[tokio::test]
async fn rows_that_arrive_below_it_are_noticed() {
    let mut rows = rows(9);
    rows.retain(|row| row.0 != 2);
    let table = Table {
        rows,
        arriving: vec![(2, "late".to_owned())],
        ..Table::default()
    };
    assert_eq!(
        read(&pulled(table, Reading::Key)).await,
        Err(Trouble::CountDiffers)
    );
}

#[tokio::test]
async fn keys_that_are_not_unique_are_noticed() {
    let mut rows = rows(6);
    rows.push((3, "twin".to_owned()));
    let table = Table {
        rows,
        ..Table::default()
    };
    assert_eq!(
        read(&pulled(table, Reading::Key)).await,
        Err(Trouble::CountDiffers)
    );
}

#[tokio::test]
async fn no_rows_are_no_file() {
    let mut source = pulled(Table::default(), Reading::Snapshot);
    let seen = source.look(&[wanted()]).await.unwrap();
    assert!(seen.parcels.is_empty());
    assert_eq!(
        seen.troubled,
        [("prt_deal/202501/433100".to_owned(), Trouble::NothingThere)]
    );
    source.pull.zero_when_empty = true;
    assert!(source.look(&[wanted()]).await.unwrap().parcels.remove(0).zero);
}

#[tokio::test]
async fn a_mark_changes_with_count_and_key_and_shows_no_key() {
    let version = |rows: Vec<(i64, String)>| async move {
        let table = Table {
            rows,
            ..Table::default()
        };
        let source = pulled(table, Reading::Key);
        source.look(&[wanted()]).await.unwrap().parcels.remove(0).version
    };
    let mut higher = rows(5);
    higher[4].0 = 433_101;
    let (five, again, six, higher) = (
        version(rows(5)).await,
        version(rows(5)).await,
        version(rows(6)).await,
        version(higher).await,
    );
    assert_eq!(five, again);
    assert!(five != six && five != higher);
    assert!(!higher.contains("433101"));
}
