//! What the log promises, on real files in a temporary folder.

mod crash;
mod keys;
mod tamper;

use std::fs;
use std::path::Path;
use std::time::Duration;

use chrono::{DateTime, TimeZone, Utc};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::*;

fn noon() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, 1, 12, 0, 0).unwrap()
}

/// Settings under which nothing happens by itself.
fn quiet() -> Settings {
    Settings {
        head_interval: Duration::from_secs(3600),
        clock: noon,
        ..Settings::default()
    }
}

fn query(person: &str) -> Act {
    Act {
        person: Some(person.to_owned()),
        department: Some("tax".to_owned()),
        role: Some("analyst_county".to_owned()),
        purpose: Some("tax_risk".to_owned()),
        request_id: Some(format!("req_{person}")),
        ..Act::new(
            ActKind::Query,
            json!({ "views": ["v_power_month"], "sql": "SELECT ?" }),
        )
    }
}

fn done(rows: u64) -> Closing {
    Closing::new(Outcome::Done, json!({ "rows": rows }))
}

/// A closed log with five records (0 to 4) and three heads (sizes 1, 3 and 5).
fn small_log() -> (TempDir, VerifyingKey) {
    let dir = TempDir::new().unwrap();
    let signer = Signer::ephemeral().unwrap();
    let key = signer.verifying_key().clone();
    let log = Log::open_with(dir.path(), signer, quiet()).unwrap();
    let opened = log.open_entry(query("tax.jishou")).unwrap();
    opened.close(done(7)).unwrap();
    log.sign_head().unwrap();
    let denial = Act::new(
        ActKind::Denial,
        json!({ "view": "v_power_month", "code": "no_purpose" }),
    );
    log.record(denial, Closing::new(Outcome::Denied, Value::Null))
        .unwrap();
    log.record(query("李 \u{1b}[31m\r\n\"},{\0"), done(0)).unwrap();
    drop(log);
    (dir, key)
}

fn entries_file(dir: &Path) -> std::path::PathBuf {
    dir.join("entries-000000000000.jsonl")
}

#[test]
fn an_entry_is_opened_closed_read_back_and_verified() {
    let (dir, key) = small_log();
    let verified = verify(dir.path(), &key).unwrap();
    assert_eq!(
        (verified.entries, verified.heads, verified.unsigned, verified.open),
        (5, 3, 0, 0)
    );
    let entries = read(dir.path(), &Filter::default()).unwrap();
    assert_eq!(
        entries.iter().map(|entry| entry.id.seq()).collect::<Vec<_>>(),
        [0, 1, 3, 4]
    );
    assert_eq!(entries[1].act, query("tax.jishou"));
    assert_eq!(entries[1].closing, Some(done(7)));
    assert_eq!(entries[1].closed_at, Some(noon()));
}

#[test]
fn hostile_text_stays_inside_its_record() {
    let (dir, _) = small_log();
    let text = fs::read_to_string(entries_file(dir.path())).unwrap();
    assert_eq!(text.lines().count(), 5);
    assert!(text.chars().all(|c| c == '\n' || !c.is_control()));
    let entries = read(dir.path(), &Filter::default()).unwrap();
    assert_eq!(entries[3].act.person.as_deref(), Some("李 \u{1b}[31m\r\n\"},{\0"));
}

#[test]
fn entries_are_found_by_time_person_kind_outcome_and_page() {
    let (dir, _) = small_log();
    let ids = |filter: Filter| -> Vec<u64> {
        read(dir.path(), &filter)
            .unwrap()
            .iter()
            .map(|entry| entry.id.seq())
            .collect()
    };
    let kind = |kind| Filter {
        kind: Some(kind),
        ..Filter::default()
    };
    assert_eq!(ids(kind(ActKind::Query)), [1, 4]);
    assert_eq!(ids(kind(ActKind::Denial)), [3]);
    assert_eq!(
        ids(Filter {
            person: Some("tax.jishou".to_owned()),
            ..Filter::default()
        }),
        [1]
    );
    assert_eq!(
        ids(Filter {
            outcome: Some(Outcome::Denied),
            ..Filter::default()
        }),
        [3]
    );
    assert_eq!(
        ids(Filter {
            limit: Some(2),
            ..Filter::default()
        }),
        [3, 4]
    );
    assert_eq!(
        ids(Filter {
            limit: Some(2),
            after: Some(0),
            ..Filter::default()
        }),
        [1, 3]
    );
    assert_eq!(
        ids(Filter {
            since: Some(noon()),
            ..Filter::default()
        }),
        [0, 1, 3, 4]
    );
    assert_eq!(
        ids(Filter {
            until: Some(noon()),
            ..Filter::default()
        }),
        [] as [u64; 0]
    );
}

#[test]
fn a_log_is_written_by_one_process_at_a_time() {
    let dir = TempDir::new().unwrap();
    let signer = Signer::ephemeral().unwrap();
    let log = Log::open_with(dir.path(), signer.clone(), quiet()).unwrap();
    assert!(matches!(
        Log::open_with(dir.path(), signer.clone(), quiet()),
        Err(AuditError::Locked)
    ));
    drop(log);
    assert!(Log::open_with(dir.path(), signer, quiet()).is_ok());
}

#[test]
fn a_log_goes_on_where_it_stopped_and_over_many_segments() {
    let dir = TempDir::new().unwrap();
    let signer = Signer::ephemeral().unwrap();
    let key = signer.verifying_key().clone();
    let settings = || Settings {
        segment_bytes_max: 2_000,
        ..quiet()
    };
    let mut heads = Vec::new();
    for round in 0..5 {
        let log = Log::open_with(dir.path(), signer.clone(), settings()).unwrap();
        assert_eq!(log.opening(), &Opening::default());
        for number in 0..10 {
            assert_eq!(
                log.record(query("a"), done(number)).unwrap().seq(),
                1 + round * 10 + number
            );
        }
        heads.push(log.sign_head().unwrap());
    }
    assert!(fs::read_dir(dir.path()).unwrap().count() > 8);
    assert_eq!(verify_against(dir.path(), &key, &heads).unwrap().entries, 51);
}

#[test]
fn many_callers_get_dense_numbers_and_share_the_syncs() {
    let dir = TempDir::new().unwrap();
    let signer = Signer::ephemeral().unwrap();
    let key = signer.verifying_key().clone();
    let log = Log::open(dir.path(), signer).unwrap();
    let callers: Vec<_> = (0..64)
        .map(|caller| {
            let log = log.clone();
            std::thread::spawn(move || {
                let opened = log.open_entry(query(&format!("p{caller}"))).unwrap();
                let id = opened.id().seq();
                opened.close(done(caller)).unwrap();
                id
            })
        })
        .collect();
    let mut ids: Vec<u64> = callers.into_iter().map(|caller| caller.join().unwrap()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 64);
    drop(log);
    assert_eq!(verify(dir.path(), &key).unwrap().entries, 129);
    assert_eq!(read(dir.path(), &Filter::default()).unwrap().len(), 65);
}

#[test]
fn a_head_is_signed_within_the_interval_without_being_asked_for() {
    let dir = TempDir::new().unwrap();
    let signer = Signer::ephemeral().unwrap();
    let key = signer.verifying_key().clone();
    let settings = Settings {
        head_interval: Duration::from_millis(20),
        ..Settings::default()
    };
    let log = Log::open_with(dir.path(), signer, settings).unwrap();
    log.record(query("a"), done(1)).unwrap();
    let started = std::time::Instant::now();
    while verify(dir.path(), &key).unwrap().unsigned > 0 {
        assert!(started.elapsed() < Duration::from_secs(20), "no head was signed");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_record_that_is_too_long_is_refused_and_the_log_goes_on() {
    let dir = TempDir::new().unwrap();
    let settings = Settings {
        line_bytes_max: 1_000,
        ..quiet()
    };
    let log = Log::open_with(dir.path(), Signer::ephemeral().unwrap(), settings).unwrap();
    let long = Act::new(ActKind::Query, json!({ "sql": "x".repeat(1_000) }));
    assert!(matches!(
        log.record(long, done(0)),
        Err(AuditError::TooLarge { .. })
    ));
    assert!(log.record(query("a"), done(0)).is_ok());
}

/// Not a check but a figure: run it with `--ignored --nocapture`.
#[test]
#[ignore = "measures the machine"]
fn how_many_records_a_second_and_how_long_opening_takes() {
    let dir = TempDir::new().unwrap();
    let signer = Signer::ephemeral().unwrap();
    let log = Log::open(dir.path(), signer.clone()).unwrap();
    for callers in [1, 16, 256] {
        let started = std::time::Instant::now();
        let threads: Vec<_> = (0..callers)
            .map(|_| {
                let log = log.clone();
                std::thread::spawn(move || {
                    for _ in 0..(1 + 4_096 / callers / 4) {
                        log.open_entry(query("tax.jishou"))
                            .unwrap()
                            .close(done(1))
                            .unwrap();
                    }
                })
            })
            .collect();
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        let records = 2 * callers * (1 + 4_096 / callers / 4);
        println!("{callers} callers: {records} records in {:?}", started.elapsed());
    }
    drop(log);
    let started = std::time::Instant::now();
    let entries = verify(dir.path(), signer.verifying_key()).unwrap().entries;
    println!("verified {entries} records in {:?}", started.elapsed());
    let started = std::time::Instant::now();
    drop(Log::open(dir.path(), signer).unwrap());
    println!("opened and closed in {:?}", started.elapsed());
}
