//! What slots hold, as it is told for recognising rows.

use intake::{Act, Intent, SubmissionStore, Verdict};
use schemas::{FeedId, SubmissionId};

use super::Place;
use super::sample::{intent, rejected, report, settle};
use crate::Registry;

async fn take(registry: &Registry, number: u64, intent: Intent) -> SubmissionId {
    let version = intent.is_accepted().then_some(number as i64);
    settle(registry, &intent, version, number).await.unwrap();
    intent.submission
}

async fn told(registry: &Registry, period: &str, count_max: u32) -> Vec<(String, SubmissionId)> {
    let slot = intent(period, "sha256:x", 0).slot;
    let filled = registry.filled(&slot, count_max).await.unwrap();
    filled
        .into_iter()
        .map(|filled| (filled.period, filled.submission))
        .collect()
}

#[tokio::test]
async fn the_nearest_slots_are_told_with_what_they_hold_now_newest_period_first() {
    let place = Place::new();
    let registry = place.open().await;
    let mut held = Vec::new();
    let sent = [
        intent("202501", "sha256:1", 0),
        intent("202502", "sha256:2", 0),
        intent("202501", "sha256:3", 1),
        rejected(intent("202502", "sha256:4", 1)),
        intent("202504", "sha256:5", 0),
    ];
    for (number, intent) in (1..).zip(sent) {
        let (period, accepted) = (intent.slot.period.clone(), intent.is_accepted());
        let submission = take(&registry, number, intent).await;
        if accepted {
            held.push((period, submission));
        }
    }
    let [_, february, january, april] = held.try_into().unwrap();
    let all = [april.clone(), february.clone(), january.clone()];
    assert_eq!(told(&registry, "202503", 10).await, all);
    assert_eq!(told(&registry, "202502", 1).await, all);
    assert_eq!(told(&registry, "202503", 1).await, [april, february]);
    assert_eq!(told(&registry, "202412", 1).await, [january]);
    let mut other = intent("202503", "sha256:x", 0).slot;
    other.feed = FeedId::parse("wat_supply").unwrap();
    assert!(registry.filled(&other, 10).await.unwrap().is_empty());
}

#[tokio::test]
async fn what_supplements_added_their_rows_to_is_told_below_them_and_what_was_taken_back_is_not() {
    let place = Place::new();
    let registry = place.open().await;
    let of_act = |revision: u32, act: Act| Intent {
        act,
        report: report(Verdict::Accepted, &format!("sha256:{revision}")),
        ..intent("202501", "sha256:x", revision)
    };
    let first = take(&registry, 1, of_act(0, Act::Whole)).await;
    let second = take(&registry, 2, of_act(1, Act::Supplement { of: first })).await;
    let third = take(&registry, 3, of_act(2, Act::Supplement { of: second })).await;
    let slot = intent("202503", "sha256:x", 0).slot;
    let filled = registry.filled(&slot, 10).await.unwrap();
    assert_eq!((filled.len(), &filled[0].submission), (1, &third));
    let hashes: Vec<&str> = std::iter::once(&filled[0].report)
        .chain(&filled[0].below)
        .map(|report| report.sha256.as_str())
        .collect();
    assert_eq!(hashes, ["sha256:2", "sha256:1", "sha256:0"]);
    take(&registry, 4, of_act(3, Act::withdrawal(third, None))).await;
    assert!(registry.filled(&slot, 10).await.unwrap().is_empty());
}
