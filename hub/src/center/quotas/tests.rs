//! What a department may send on a day, and when the day is another.

use futures::TryStreamExt;
use futures::stream;

use super::*;

fn quotas(submissions_max: u64, bytes_max: u64) -> Quotas {
    Quotas {
        submissions_max,
        bytes_max,
        days: Mutex::default(),
    }
}

fn body(pieces: &[&'static [u8]]) -> Body {
    let pieces: Vec<io::Result<Bytes>> = pieces.iter().map(|piece| Ok(Bytes::from_static(piece))).collect();
    Box::pin(stream::iter(pieces))
}

async fn registry(folder: &std::path::Path) -> Registry {
    Registry::open(&folder.join("registry.db")).await.unwrap()
}

/// 23:00 in China on the 10th.
fn evening() -> DateTime<Utc> {
    "2026-03-10T15:00:00Z".parse().unwrap()
}

#[tokio::test]
async fn a_department_that_sends_too_often_waits_for_midnight_and_others_do_not() {
    let folder = tempfile::tempdir().unwrap();
    let registry = registry(folder.path()).await;
    let (pow, tax) = ("pow".parse().unwrap(), "tax".parse().unwrap());
    let desk = quotas(2, 1000);
    for _ in 0..2 {
        assert!(desk.enter(&registry, &pow, evening()).await.is_ok());
    }
    let refused = desk.enter(&registry, &pow, evening()).await.err().unwrap();
    assert_eq!(
        (refused.status, refused.code.as_str()),
        (429, "intake.quota_submissions")
    );
    assert_eq!(refused.retry_after_s, Some(3600));
    assert!(desk.enter(&registry, &tax, evening()).await.is_ok());
    // A restart forgets nothing, and midnight does.
    assert!(quotas(2, 1000).enter(&registry, &pow, evening()).await.is_err());
    let tomorrow = evening() + chrono::TimeDelta::hours(1);
    assert!(desk.enter(&registry, &pow, tomorrow).await.is_ok());
}

#[tokio::test]
async fn bytes_are_counted_while_they_arrive_and_two_uploads_share_the_day() {
    let folder = tempfile::tempdir().unwrap();
    let registry = registry(folder.path()).await;
    let pow = "pow".parse().unwrap();
    let desk = quotas(10, 10);
    let (one, two) = (
        desk.enter(&registry, &pow, evening()).await.unwrap(),
        desk.enter(&registry, &pow, evening()).await.unwrap(),
    );
    let whole: Vec<Bytes> = one.through(body(&[b"1234", b"567"])).try_collect().await.unwrap();
    assert_eq!(whole.concat(), b"1234567");
    let cut: io::Result<Vec<Bytes>> = two.through(body(&[b"123", b"4"])).try_collect().await;
    assert_eq!(cut.unwrap_err().kind(), io::ErrorKind::QuotaExceeded);
    assert_eq!(
        (one.over.load(Ordering::SeqCst), two.over.load(Ordering::SeqCst)),
        (0, 1)
    );
    let refused = desk.enter(&registry, &pow, evening()).await.err().unwrap();
    assert_eq!(refused.code, "intake.quota_bytes");
}

#[tokio::test]
async fn pieces_count_as_bytes_of_their_day_and_not_as_submissions() {
    let folder = tempfile::tempdir().unwrap();
    let registry = registry(folder.path()).await;
    let pow = "pow".parse().unwrap();
    let desk = quotas(1, 10);
    desk.enter(&registry, &pow, evening()).await.unwrap();
    for _ in 0..2 {
        let piece = desk.go_on(&registry, &pow, evening()).await.unwrap();
        let came: Vec<Bytes> = piece.through(body(&[b"12345"])).try_collect().await.unwrap();
        assert_eq!(came.len(), 1);
    }
    let refused = desk.go_on(&registry, &pow, evening()).await.err().unwrap();
    assert_eq!(
        (refused.status, refused.code.as_str()),
        (429, "intake.quota_bytes")
    );
    let tomorrow = evening() + chrono::TimeDelta::hours(1);
    assert!(desk.go_on(&registry, &pow, tomorrow).await.is_ok());
    assert!(desk.enter(&registry, &pow, tomorrow).await.is_ok());
}
