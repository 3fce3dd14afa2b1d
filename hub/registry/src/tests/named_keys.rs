//! The count of named keys outlives a restart and is not shared between days, departments and views.

use std::collections::BTreeSet;

use policy::{AgreementStore, KeyBalance, KeyCharge};
use schemas::ViewName;

use super::{Place, department};
use crate::Registry;

fn charge(marks: &[&str]) -> KeyCharge {
    KeyCharge {
        department: department("fin"),
        view: ViewName::parse("v_tax_flag").unwrap(),
        day: "2026-03-02".parse().unwrap(),
        marks: marks.iter().map(|mark| (*mark).to_owned()).collect(),
        daily_max: 3,
    }
}

async fn charged(registry: &Registry, marks: &[&str]) -> KeyBalance {
    registry.charge_keys(&[charge(marks)]).await.unwrap()[0]
}

#[tokio::test]
async fn a_key_is_charged_once_a_day_and_a_restart_forgets_nothing() {
    let place = Place::new();
    let registry = place.open().await;
    assert_eq!(
        charged(&registry, &["a", "b"]).await,
        KeyBalance::Charged { fresh: 2, left: 1 }
    );
    assert_eq!(
        charged(&registry, &["b"]).await,
        KeyBalance::Charged { fresh: 0, left: 1 }
    );
    registry.close().await;
    let registry = place.open().await;
    assert_eq!(
        charged(&registry, &["a", "b"]).await,
        KeyBalance::Charged { fresh: 0, left: 1 }
    );
    assert_eq!(
        charged(&registry, &["c", "d"]).await,
        KeyBalance::Exceeded { fresh: 2, left: 1 }
    );
    // Nothing of the refused charge stayed behind.
    assert_eq!(
        charged(&registry, &["d"]).await,
        KeyBalance::Charged { fresh: 1, left: 0 }
    );
    assert_eq!(
        charged(&registry, &["c"]).await,
        KeyBalance::Exceeded { fresh: 1, left: 0 }
    );
    assert_eq!(
        charged(&registry, &["a", "b", "d"]).await,
        KeyBalance::Charged { fresh: 0, left: 0 }
    );
}

#[tokio::test]
async fn days_departments_and_views_are_counted_apart() {
    let place = Place::new();
    let registry = place.open().await;
    charged(&registry, &["a", "b", "c"]).await;
    let others = [
        KeyCharge {
            day: "2026-03-03".parse().unwrap(),
            ..charge(&["a"])
        },
        KeyCharge {
            department: department("pow"),
            ..charge(&["a"])
        },
        KeyCharge {
            view: ViewName::parse("v_power_month").unwrap(),
            ..charge(&["a"])
        },
    ];
    for other in others {
        let balance = registry.charge_keys(std::slice::from_ref(&other)).await.unwrap()[0];
        assert_eq!(balance, KeyBalance::Charged { fresh: 1, left: 2 }, "{other:?}");
    }
}

#[tokio::test]
async fn queries_at_once_cannot_both_take_the_last_key() {
    let place = Place::new();
    let registry = place.open().await;
    charged(&registry, &["a", "b"]).await;
    let tries = (0..8).map(|at| {
        let registry = registry.clone();
        tokio::spawn(async move { charged(&registry, &[&format!("k{at}")]).await })
    });
    let mut taken = 0;
    for one in tries.collect::<Vec<_>>() {
        taken += usize::from(matches!(one.await.unwrap(), KeyBalance::Charged { .. }));
    }
    assert_eq!(taken, 1);
}

#[tokio::test]
async fn old_days_are_dropped_and_the_last_month_is_kept() {
    let place = Place::new();
    let registry = place.open().await;
    for day in ["2026-01-29", "2026-01-30", "2026-03-01"] {
        let day = day.parse().unwrap();
        registry
            .charge_keys(&[KeyCharge {
                day,
                ..charge(&["a"])
            }])
            .await
            .unwrap();
    }
    charged(&registry, &["a"]).await;
    let days: BTreeSet<String> = sqlx::query_scalar("SELECT day FROM named_keys")
        .fetch_all(&registry.readers)
        .await
        .unwrap()
        .into_iter()
        .collect();
    assert_eq!(
        days,
        ["2026-01-30", "2026-03-01", "2026-03-02"]
            .map(str::to_owned)
            .into()
    );
}
