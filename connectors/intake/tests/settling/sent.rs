//! What the tests send, and who.

use intake::{Act, Arrival, Body, Sender};
use schemas::{DepartmentCode, FeedId, RegionCode, SubmissionId};

/// `n` good meters from number `first` on.
pub fn meters(first: u64, n: u64) -> String {
    (first..first + n)
        .map(|meter| format!("{meter:010},{}\n", meter % 97))
        .collect()
}

pub fn arrival(body: Body) -> Arrival {
    Arrival {
        feed: FeedId::parse("pow_meters").unwrap(),
        period: "202501".to_owned(),
        unit: RegionCode::parse("433100").unwrap(),
        act: Act::Whole,
        sender: colleague("pow.reporter"),
        file_name: Some("读数.csv".to_owned()),
        idempotency_key: None,
        body,
    }
}

pub fn colleague(person: &str) -> Sender {
    Sender {
        person: person.to_owned(),
        department: DepartmentCode::parse("pow").unwrap(),
        role: "reporter".to_owned(),
        policy_epoch: 5,
        client: Some("192.0.2.7".to_owned()),
        request_id: Some("req_1".to_owned()),
    }
}

pub fn file(text: &str) -> Arrival {
    arrival(Body::bytes(std::io::Cursor::new(text.to_owned().into_bytes())))
}

pub fn zero() -> Arrival {
    arrival(Body::Zero)
}

/// The act of the arrival is another one.
pub fn acting(act: Act, arrival: Arrival) -> Arrival {
    Arrival { act, ..arrival }
}

pub fn withdrawal(of: &SubmissionId) -> Arrival {
    acting(Act::withdrawal(of.clone(), None), zero())
}

pub fn keyed(arrival: Arrival, key: &str) -> Arrival {
    Arrival {
        idempotency_key: Some(key.to_owned()),
        ..arrival
    }
}
