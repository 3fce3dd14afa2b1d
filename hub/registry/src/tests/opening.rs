//! Opening: guarantees, permissions, versions.

use std::os::unix::fs::PermissionsExt;

use super::{Place, department};
use crate::{Registry, RegistryError, SentOnDay};

#[tokio::test]
async fn a_new_store_is_private_and_durable() {
    let place = Place::new();
    let registry = place.open().await;
    let mode = std::fs::metadata(place.path()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    for pool in [&registry.writer, &registry.readers] {
        let synchronous: i64 = sqlx::query_scalar("PRAGMA synchronous")
            .fetch_one(pool)
            .await
            .unwrap();
        let journal: String = sqlx::query_scalar("PRAGMA journal_mode")
            .fetch_one(pool)
            .await
            .unwrap();
        assert_eq!((synchronous, journal.as_str()), (2, "wal"));
    }
}

#[tokio::test]
async fn readers_cannot_write() {
    let place = Place::new();
    let registry = place.open().await;
    let written = sqlx::query("INSERT INTO settings VALUES ('a', 'b')")
        .execute(&registry.readers)
        .await;
    assert!(written.is_err());
}

#[tokio::test]
async fn what_was_written_is_there_after_a_restart() {
    let place = Place::new();
    let registry = place.open().await;
    registry.put_setting("theme", "plain").await.unwrap();
    registry.put_setting("theme", "quiet").await.unwrap();
    registry.close().await;
    let registry = place.open().await;
    assert_eq!(registry.setting("theme").await.unwrap().as_deref(), Some("quiet"));
    assert_eq!(registry.setting("colour").await.unwrap(), None);
}

#[tokio::test]
async fn a_store_of_a_newer_program_is_refused_and_left_alone() {
    let place = Place::new();
    let registry = place.open().await;
    registry.put_setting("theme", "plain").await.unwrap();
    sqlx::query(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (9000, 'of another year', TRUE, x'00', 0)",
    )
    .execute(&registry.writer)
    .await
    .unwrap();
    registry.close().await;
    let refused = Registry::open(&place.path()).await.unwrap_err();
    assert!(
        matches!(
            refused,
            RegistryError::Newer {
                found: 9000,
                known: 1..
            }
        ),
        "{refused:?}"
    );
    assert_eq!(refused.code(), "registry.newer");
}

#[tokio::test]
async fn a_store_whose_schema_was_changed_is_refused() {
    let place = Place::new();
    let registry = place.open().await;
    sqlx::query("UPDATE _sqlx_migrations SET checksum = x'00' WHERE version = 1")
        .execute(&registry.writer)
        .await
        .unwrap();
    registry.close().await;
    assert!(matches!(
        Registry::open(&place.path()).await,
        Err(RegistryError::Damaged(_))
    ));
}

#[tokio::test]
async fn a_file_that_is_no_store_is_refused() {
    let place = Place::new();
    std::fs::write(place.path(), vec![b'x'; 8192]).unwrap();
    assert!(Registry::open(&place.path()).await.is_err());
}

#[tokio::test]
async fn a_disk_that_was_full_once_does_not_close_the_registry() {
    let place = Place::new();
    let registry = place.open().await;
    let day = chrono::NaiveDate::from_ymd_opt(2025, 1, 1).unwrap();
    let one = SentOnDay {
        submissions: 1,
        bytes: 0,
    };
    let pages: i64 = sqlx::query_scalar("PRAGMA page_count")
        .fetch_one(&registry.writer)
        .await
        .unwrap();
    sqlx::query(sqlx::AssertSqlSafe(format!("PRAGMA max_page_count = {pages}")))
        .execute(&registry.writer)
        .await
        .unwrap();
    let mut failed = None;
    for number in 0..10_000 {
        let added = registry.add_sent(day, &department(&lettered(number)), one).await;
        if let Err(error) = added {
            failed = Some(error);
            break;
        }
    }
    assert_eq!(failed, Some(RegistryError::Full));
    registry.add_sent(day, &department("pow"), one).await.unwrap();
}

/// A department's code of its own for every number.
fn lettered(number: u32) -> String {
    (0..8)
        .map(|place| char::from(b'a' + (number >> (2 * place) & 3) as u8))
        .collect()
}
