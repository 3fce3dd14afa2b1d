//! What was acknowledged is kept, across breaks and restarts.

use std::io;

use bytes::Bytes;
use chrono::{TimeDelta, TimeZone};
use futures::{StreamExt, stream};
use intake::Act;
use schemas::{DepartmentCode, FeedId, RegionCode};

use super::*;
use crate::front::SubmitHead;

fn now() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 2, 1, 8, 0, 0).unwrap()
}

const LIMITS: UploadLimits = UploadLimits {
    life: Duration::from_secs(3600),
    per_department: 2,
};

fn record(length: u64) -> Record {
    Record {
        id: UploadId::new(),
        owner: Owner {
            person: "pow.reporter".to_owned(),
            department: DepartmentCode::parse("pow").unwrap(),
        },
        head: SubmitHead {
            feed: FeedId::parse("pow_usage").unwrap(),
            period: "202601".to_owned(),
            unit: RegionCode::parse("433100").unwrap(),
            act: Act::Whole,
            file_name: None,
            idempotency_key: None,
            zero: false,
        },
        length,
        expires_at: now() + TimeDelta::hours(1),
        taken: None,
    }
}

fn body(pieces: Vec<io::Result<&'static str>>) -> Body {
    stream::iter(
        pieces
            .into_iter()
            .map(|piece| piece.map(|text| Bytes::from_static(text.as_bytes()))),
    )
    .boxed()
}

fn held(dir: &Path, upload: &Upload) -> String {
    fs::read_to_string(dir.join(format!("{}.part", upload.record.id))).unwrap()
}

#[tokio::test]
async fn what_came_before_a_break_is_kept_and_the_rest_is_appended_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let uploads = Uploads::open(dir.path(), LIMITS, now()).unwrap();
    let upload = uploads.begin(record(10), now()).unwrap();
    let broken = body(vec![Ok("abc"), Err(io::ErrorKind::ConnectionReset.into())]);
    let problem = uploads.append(&upload, 0, broken).await.unwrap_err();
    assert_eq!(problem.code, "intake.interrupted");
    assert_eq!(upload.offset(), 3);

    let uploads = Uploads::open(dir.path(), LIMITS, now()).unwrap();
    let upload = uploads
        .find(&upload.record.id, &upload.record.owner, now())
        .unwrap();
    assert_eq!((upload.offset(), upload.is_whole()), (3, false));
    assert!(!upload.take_up());
    let rest = body(vec![Ok("defg"), Ok("hij")]);
    assert_eq!(uploads.append(&upload, 3, rest).await.unwrap(), 10);
    assert_eq!(held(dir.path(), &upload), "abcdefghij");
    // Intake gets it once.
    assert!(upload.take_up());
    assert!(!upload.take_up());
}

#[tokio::test]
async fn bytes_behind_the_acknowledged_offset_are_cut_off() {
    let dir = tempfile::tempdir().unwrap();
    let uploads = Uploads::open(dir.path(), LIMITS, now()).unwrap();
    let upload = uploads.begin(record(6), now()).unwrap();
    uploads.append(&upload, 0, body(vec![Ok("abc")])).await.unwrap();
    let path = dir.path().join(format!("{}.part", upload.record.id));
    fs::write(&path, "abc\0\0\0").unwrap();

    let uploads = Uploads::open(dir.path(), LIMITS, now()).unwrap();
    let upload = uploads
        .find(&upload.record.id, &upload.record.owner, now())
        .unwrap();
    assert_eq!(upload.offset(), 3);
    uploads.append(&upload, 3, body(vec![Ok("d")])).await.unwrap();
    assert_eq!(held(dir.path(), &upload), "abcd");
}

#[tokio::test]
async fn a_wrong_offset_and_a_byte_too_many_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let uploads = Uploads::open(dir.path(), LIMITS, now()).unwrap();
    let upload = uploads.begin(record(3), now()).unwrap();
    let wrong = uploads.append(&upload, 1, body(vec![Ok("x")])).await.unwrap_err();
    assert_eq!((wrong.status, wrong.code.as_str()), (409, "upload.offset"));
    let longer = uploads
        .append(&upload, 0, body(vec![Ok("abcd")]))
        .await
        .unwrap_err();
    assert_eq!((longer.status, longer.code.as_str()), (413, "upload.longer"));
    assert_eq!(upload.offset(), 0);
}

#[test]
fn an_upload_is_found_by_its_owner_until_it_expires() {
    let dir = tempfile::tempdir().unwrap();
    let uploads = Uploads::open(dir.path(), LIMITS, now()).unwrap();
    let upload = uploads.begin(record(3), now()).unwrap();
    let (id, owner) = (&upload.record.id, &upload.record.owner);
    let other = Owner {
        person: "pow.other".to_owned(),
        ..owner.clone()
    };
    assert!(uploads.find(id, owner, now()).is_ok());
    assert!(uploads.find(id, &other, now()).is_err());
    assert!(uploads.find(id, owner, now() + TimeDelta::hours(2)).is_err());
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[test]
fn a_department_has_so_many_unfinished_uploads_and_one_that_was_taken_does_not_count() {
    let dir = tempfile::tempdir().unwrap();
    let uploads = Uploads::open(dir.path(), LIMITS, now()).unwrap();
    let first = uploads.begin(record(3), now()).unwrap();
    uploads.begin(record(3), now()).unwrap();
    assert_eq!(
        uploads.begin(record(3), now()).err().unwrap().code,
        "upload.too_many"
    );
    let submitted = Submitted {
        receipt: serde_json::json!({"verdict": "accepted"}),
        repeated: false,
        waits: true,
    };
    uploads.ended(&first, Ok(submitted));
    assert!(uploads.begin(record(3), now()).is_ok());

    // The receipt is there for who asks after a restart; the bytes are gone.
    let uploads = Uploads::open(dir.path(), LIMITS, now()).unwrap();
    let first = uploads
        .find(&first.record.id, &first.record.owner, now())
        .unwrap();
    assert!(matches!(
        first.state(),
        State::Taken(Submitted { waits: true, .. })
    ));
    assert!(first.is_whole() && uploads.body(&first).is_err());
}
