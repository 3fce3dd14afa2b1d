//! The ledger of the sources: what is put is read back, also after a restart, and what is settled stays settled.

use chrono::TimeDelta;
use sources::{Ledger, LedgerError, ParcelRecord, ParcelState, SlotWords, SourceRecord};

use super::{Place, noon};

fn parcel(name: &str, day: u32) -> ParcelRecord {
    ParcelRecord {
        source: "drop".to_owned(),
        name: name.to_owned(),
        version: "8-1-2".to_owned(),
        slot: SlotWords {
            feed: "pow_usage".to_owned(),
            period: "202501".to_owned(),
            unit: "433101".to_owned(),
        },
        state: ParcelState::Waiting,
        tries: 2,
        turn: 1,
        code: Some("source.cut_short".to_owned()),
        submission: None,
        verdict: None,
        seen_at: noon(day),
        changed_at: noon(day),
        next_try_at: Some(noon(day) + TimeDelta::seconds(60)),
    }
}

fn settled(parcel: ParcelRecord) -> ParcelRecord {
    ParcelRecord {
        state: ParcelState::Settled,
        submission: Some("sub_1".to_owned()),
        verdict: Some("accepted".to_owned()),
        code: None,
        next_try_at: None,
        ..parcel
    }
}

#[tokio::test]
async fn a_parcel_is_read_back_as_it_was_put_also_after_a_restart() {
    let place = Place::new();
    let registry = place.open().await;
    let waiting = parcel("a.csv", 1);
    registry.put_parcel(&waiting).await.unwrap();
    let other_version = ParcelRecord {
        version: "9-1-2".to_owned(),
        ..settled(parcel("a.csv", 2))
    };
    registry.put_parcel(&other_version).await.unwrap();
    registry.close().await;
    let registry = place.open().await;
    let read = registry.parcel("drop", "a.csv", "8-1-2").await.unwrap();
    assert_eq!(read, Some(waiting));
    assert_eq!(registry.parcel("other", "a.csv", "8-1-2").await.unwrap(), None);
    assert_eq!(registry.parcels("drop", 1).await.unwrap(), [other_version]);
}

#[tokio::test]
async fn a_settled_parcel_does_not_change_any_more() {
    let registry = Place::new();
    let registry = registry.open().await;
    let waiting = parcel("a.csv", 1);
    registry.put_parcel(&waiting).await.unwrap();
    let settled = settled(waiting.clone());
    registry.put_parcel(&settled).await.unwrap();
    assert_eq!(registry.put_parcel(&waiting).await, Err(LedgerError));
    let read = registry.parcel("drop", "a.csv", "8-1-2").await.unwrap();
    assert_eq!(read, Some(settled));
}

#[tokio::test]
async fn a_parcel_cannot_be_settled_without_a_receipt() {
    let place = Place::new();
    let registry = place.open().await;
    let claim = ParcelRecord {
        state: ParcelState::Settled,
        ..parcel("a.csv", 1)
    };
    assert_eq!(registry.put_parcel(&claim).await, Err(LedgerError));
}

#[tokio::test]
async fn a_source_is_read_back_as_it_was_put() {
    let place = Place::new();
    let registry = place.open().await;
    assert_eq!(registry.source("drop").await.unwrap(), None);
    let mut record = SourceRecord {
        looked_at: Some(noon(1)),
        failures: 3,
        code: Some("source.credentials".to_owned()),
        troubled: vec![("用电量.csv".to_owned(), "source.name_unknown".to_owned())],
        ..SourceRecord::new("drop")
    };
    registry.put_source(&record).await.unwrap();
    assert_eq!(registry.source("drop").await.unwrap().as_ref(), Some(&record));
    record.succeeded_at = Some(noon(2));
    record.code = None;
    registry.put_source(&record).await.unwrap();
    assert_eq!(registry.source("drop").await.unwrap(), Some(record));
}
