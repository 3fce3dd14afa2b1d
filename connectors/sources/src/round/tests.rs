//! Rounds with a source and a counter that a test plays: order, tries, crashes, and what is written down.

mod played;

use std::collections::VecDeque;
use std::sync::Mutex;

use super::*;
use played::{Played, later, noon, parcel, world};

#[tokio::test]
async fn parcels_arrive_once_in_order_and_are_answered() {
    let world = world(
        vec![parcel("a", "202501"), parcel("b", "202501")],
        Played::default(),
    );
    world.round(noon, false).await;
    world.round(noon, false).await;
    assert_eq!(world.came(), ["a", "b"]);
    let answers = world.played.answers.lock().unwrap().clone();
    assert_eq!(answers[0], ("a".to_owned(), true, "sub_1".to_owned()));
    assert_eq!(world.record("b").await.state, ParcelState::Settled);
    let record = world.ledger.source("drop").await.unwrap().unwrap();
    assert_eq!(
        record.troubled,
        [("strange.csv".to_owned(), "source.name_unknown".to_owned())]
    );
    assert_eq!(record.next_at, Some(noon() + TimeDelta::seconds(60)));
}

#[tokio::test]
async fn a_parcel_that_stays_where_it_was_is_not_taken_twice_but_answered_again() {
    let played = Played {
        forgets: true,
        ..Played::default()
    };
    let world = world(vec![parcel("a", "202501")], played);
    world.round(noon, false).await;
    world.round(noon, false).await;
    assert_eq!(world.came(), ["a"]);
    assert_eq!(world.played.answers.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn a_parcel_that_was_on_its_way_when_we_stopped_comes_again_under_the_same_key() {
    let world = world(vec![parcel("a", "202501")], Played::default());
    let claimed = ParcelRecord {
        tries: 1,
        ..first_seen("drop", &parcel("a", "202501"), noon())
    };
    world.ledger.put_parcel(&claimed).await.unwrap();
    world.round(noon, false).await;
    let came = world.desk.came.lock().unwrap().clone();
    assert_eq!(came[0].2, key(&claimed));
    assert_eq!(world.record("a").await.tries, 2);
}

#[tokio::test]
async fn a_broken_parcel_waits_and_holds_back_the_later_ones_of_its_slot() {
    let played = Played {
        bodies: Mutex::new(VecDeque::from([Err(Trouble::CutShort)])),
        ..Played::default()
    };
    let offers = vec![
        parcel("a", "202501"),
        parcel("b", "202501"),
        parcel("c", "202502"),
    ];
    let world = world(offers, played);
    let next = world.round(noon, false).await;
    assert_eq!(next, noon() + TimeDelta::seconds(60));
    assert_eq!(world.came(), ["c"]);
    let record = world.record("a").await;
    assert_eq!(
        (record.state, record.code.as_deref()),
        (ParcelState::Waiting, Some("source.cut_short"))
    );
    // Not yet due.
    world.round(noon, false).await;
    assert_eq!(world.came(), ["c"]);
    world.round(later, false).await;
    assert_eq!(world.came(), ["c", "a", "b"]);
}

#[tokio::test]
async fn a_parcel_that_is_asked_for_does_not_wait() {
    let played = Played {
        bodies: Mutex::new(VecDeque::from([Err(Trouble::CutShort)])),
        ..Played::default()
    };
    let world = world(vec![parcel("a", "202501")], played);
    world.round(noon, false).await;
    world.round(noon, true).await;
    assert_eq!(world.came(), ["a"]);
}

#[tokio::test]
async fn a_parcel_is_given_up_after_its_tries_and_a_hopeless_one_at_once() {
    let bodies = [Err(Trouble::CutShort), Err(Trouble::Slow), Err(Trouble::CutShort)];
    let tried = Played {
        bodies: Mutex::new(VecDeque::from(bodies)),
        ..Played::default()
    };
    let hopeless = Played {
        bodies: Mutex::new(VecDeque::from([Err(Trouble::HashDiffers)])),
        ..Played::default()
    };
    for (played, rounds, code) in [
        (tried, 3, "source.cut_short"),
        (hopeless, 1, "source.hash_differs"),
    ] {
        let world = world(vec![parcel("a", "202501")], played);
        for _ in 0..rounds {
            assert!(world.played.answers.lock().unwrap().is_empty());
            world.round(noon, true).await;
        }
        assert_eq!(world.record("a").await.state, ParcelState::Refused);
        let answers = world.played.answers.lock().unwrap().clone();
        assert_eq!(answers, [("a".to_owned(), false, code.to_owned())]);
        world.round(noon, true).await;
        assert!(world.came().is_empty());
    }
}

#[tokio::test]
async fn a_busy_counter_uses_up_no_tries() {
    let world = world(vec![parcel("a", "202501")], Played::default());
    for _ in 0..5 {
        let busy = Taken::NotNow {
            code: "intake.busy".to_owned(),
            wait: None,
        };
        world.desk.says.lock().unwrap().push_back(busy);
        world.round(noon, true).await;
    }
    assert_eq!(world.record("a").await.state, ParcelState::Waiting);
    world.round(noon, true).await;
    assert_eq!(world.came(), ["a"]);
}

#[tokio::test]
async fn a_department_whose_day_is_used_up_is_not_tried_before_the_next() {
    let world = world(vec![parcel("a", "202501")], Played::default());
    let midnight = TimeDelta::hours(11);
    let used_up = Taken::NotNow {
        code: "intake.quota_bytes".to_owned(),
        wait: Some(midnight),
    };
    world.desk.says.lock().unwrap().push_back(used_up);
    world.round(noon, false).await;
    let record = world.record("a").await;
    assert_eq!(record.next_try_at, Some(noon() + midnight));
    assert_eq!(
        (record.state, record.code.as_deref()),
        (ParcelState::Waiting, Some("intake.quota_bytes"))
    );
    world.round(later, false).await;
    assert!(world.came().is_empty());
}

#[tokio::test]
async fn other_bytes_under_a_known_key_are_another_submission() {
    let world = world(vec![parcel("a", "202501")], Played::default());
    world.desk.says.lock().unwrap().push_back(Taken::KeyTaken);
    world.round(noon, false).await;
    let record = world.record("a").await;
    assert_eq!((record.state, record.turn), (ParcelState::Settled, 1));
    assert_eq!(world.desk.came.lock().unwrap()[0].2, key(&record));
}

#[tokio::test]
async fn a_slot_that_is_not_owed_is_refused_with_the_reason() {
    let world = world(vec![parcel("a", "202501")], Played::default());
    let refused = Taken::Refused {
        code: "intake.unit_not_owed".to_owned(),
    };
    world.desk.says.lock().unwrap().push_back(refused);
    world.round(noon, false).await;
    assert_eq!(world.played.answers.lock().unwrap()[0].2, "intake.unit_not_owed");
}

#[tokio::test]
async fn a_source_in_trouble_is_asked_again_later_and_later() {
    let looks = [Trouble::Unreachable, Trouble::Unreachable, Trouble::Credentials];
    let played = Played {
        looks: Mutex::new(VecDeque::from(looks)),
        ..Played::default()
    };
    let mut world = world(vec![parcel("a", "202501")], played);
    world.road.settings.schedule.every_seconds = Some(86_400);
    assert_eq!(world.round(noon, false).await, noon() + TimeDelta::seconds(60));
    assert_eq!(world.round(noon, false).await, noon() + TimeDelta::seconds(120));
    // Trying a wrong password often locks the account, so this waits for the ordinary time.
    assert_eq!(world.round(noon, false).await, noon() + TimeDelta::days(1));
    let record = world.ledger.source("drop").await.unwrap().unwrap();
    assert_eq!(
        (record.failures, record.code.as_deref()),
        (3, Some("source.credentials"))
    );
    world.round(noon, false).await;
    let record = world.ledger.source("drop").await.unwrap().unwrap();
    assert_eq!(
        (record.failures, record.code, record.succeeded_at),
        (0, None, Some(noon()))
    );
}
