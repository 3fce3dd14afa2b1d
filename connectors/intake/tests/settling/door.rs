//! What is refused before a byte of the body is read, and what is given up while it arrives.

use std::pin::Pin;
use std::task::{Context, Poll};

use intake::{Arrival, Body, ErrorKind, IntakeLimits};
use schemas::{Contract, DepartmentCode, FeedId, RegionCode};
use tokio::io::{AsyncRead, ReadBuf};

use crate::world::{METERS, Plan, World, arrival, file, meters, zero};

/// A body that must not be read.
struct Untouchable;

impl AsyncRead for Untouchable {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        _: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        panic!("the body was read")
    }
}

#[tokio::test]
async fn what_is_no_slot_of_the_sender_is_refused_unread() {
    let world = World::new();
    let house = world.open().await;
    let untouchable = || arrival(Body::bytes(Untouchable));
    let stranger = {
        let mut arrival = untouchable();
        arrival.sender.department = DepartmentCode::parse("tax").unwrap();
        arrival
    };
    for (arrival, kind, code) in [
        (
            Arrival {
                feed: FeedId::parse("pow_unheard").unwrap(),
                ..untouchable()
            },
            ErrorKind::NotFound,
            "intake.feed_unknown",
        ),
        (
            Arrival {
                feed: FeedId::parse("psb_hotel_stat").unwrap(),
                ..untouchable()
            },
            ErrorKind::Refused,
            "intake.feed_catalogued",
        ),
        (stranger, ErrorKind::NotAllowed, "denial.not_permitted_feed"),
        (
            Arrival {
                unit: RegionCode::parse("433130").unwrap(),
                ..untouchable()
            },
            ErrorKind::Refused,
            "intake.unit_not_owed",
        ),
        (
            Arrival {
                period: "2025年".to_owned(),
                ..untouchable()
            },
            ErrorKind::Refused,
            "intake.period_malformed",
        ),
        (
            Arrival {
                period: "202506".to_owned(),
                ..untouchable()
            },
            ErrorKind::Refused,
            "intake.period_open",
        ),
        (
            Arrival {
                period: "209901".to_owned(),
                ..untouchable()
            },
            ErrorKind::Refused,
            "intake.period_open",
        ),
        (
            Arrival {
                idempotency_key: Some("a b".to_owned()),
                ..untouchable()
            },
            ErrorKind::Refused,
            "intake.key_malformed",
        ),
    ] {
        let error = house.send(arrival).await.unwrap_err();
        assert_eq!((error.kind(), error.code()), (kind, code));
        let message = error.message();
        assert!(message.zh != code && !message.zh.contains('{'), "{message:?}");
    }
    assert!(
        house.outcomes().iter().all(|outcome| outcome == "denied"),
        "{:?}",
        house.outcomes()
    );
    assert_eq!(house.entries().len(), 8);
    house.assert_tidy().await;
}

#[tokio::test]
async fn a_period_written_in_another_way_is_the_same_slot() {
    let world = World::new();
    let house = world.open().await;
    let first = house.settled(file(&meters(1, 5))).await;
    let again = house
        .send(Arrival {
            period: "2025年1月".to_owned(),
            ..file(&meters(1, 5))
        })
        .await
        .unwrap();
    assert!(again.repeated && again.receipt == first);
}

#[tokio::test]
async fn a_feed_may_take_no_zero_reports() {
    let world = World::new();
    let yaml = METERS.replace("zero_report_allowed: true", "zero_report_allowed: false");
    let house = world
        .open_as(Plan {
            contract: Contract::from_yaml(&yaml).unwrap(),
            ..Plan::default()
        })
        .await;
    assert_eq!(
        house.send(zero()).await.unwrap_err().code(),
        "intake.zero_not_allowed"
    );
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_not_kept() {
    let world = World::new();
    let limits = IntakeLimits {
        body_bytes_max: 100,
        ..IntakeLimits::default()
    };
    let house = world
        .open_as(Plan {
            limits,
            ..Plan::default()
        })
        .await;
    let error = house.send(file(&meters(1, 100))).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.code()),
        (ErrorKind::TooLarge, "intake.body_too_large")
    );
    assert_eq!(house.outcomes(), ["failed"]);
    house.settled(file(&meters(1, 3))).await;
    house.assert_tidy().await;
}

/// Some bytes, and then the line is cut or goes quiet.
struct Cut {
    sent: bool,
    quiet: bool,
}

impl AsyncRead for Cut {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        if !self.sent {
            self.sent = true;
            buffer.put_slice(b"0000000001,5\n");
            return Poll::Ready(Ok(()));
        }
        if self.quiet {
            Poll::Pending
        } else {
            Poll::Ready(Err(std::io::ErrorKind::ConnectionReset.into()))
        }
    }
}

#[tokio::test]
async fn a_body_that_breaks_off_or_goes_quiet_leaves_nothing() {
    let world = World::new();
    let limits = IntakeLimits {
        body_idle_seconds_max: 1,
        ..IntakeLimits::default()
    };
    let house = world
        .open_as(Plan {
            limits,
            ..Plan::default()
        })
        .await;
    for (quiet, code) in [(false, "intake.interrupted"), (true, "intake.too_slow")] {
        let error = house
            .send(arrival(Body::bytes(Cut { sent: false, quiet })))
            .await
            .unwrap_err();
        assert_eq!((error.kind(), error.code()), (ErrorKind::Broken, code));
    }
    assert_eq!(house.rows().await, 0);
    assert_eq!(house.outcomes(), ["failed", "failed"]);
    house.assert_tidy().await;
}

#[tokio::test]
async fn more_bodies_than_allowed_are_told_to_come_back() {
    let world = World::new();
    let limits = IntakeLimits {
        bodies_max: 1,
        body_idle_seconds_max: 1,
        ..IntakeLimits::default()
    };
    let house = world
        .open_as(Plan {
            limits,
            ..Plan::default()
        })
        .await;
    let slow = house.send(arrival(Body::bytes(Cut {
        sent: false,
        quiet: true,
    })));
    let (slow, other) = tokio::join!(slow, async {
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        house.send(file(&meters(1, 3))).await
    });
    assert_eq!(other.unwrap_err().kind(), ErrorKind::Busy);
    assert_eq!(slow.unwrap_err().kind(), ErrorKind::Broken);
    house.settled(file(&meters(1, 3))).await;
}
