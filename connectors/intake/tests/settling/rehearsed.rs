//! A contract tried out on what was accepted.

use intake::{Act, Arrival};
use schemas::Contract;

use crate::recognised::{clean, in_two_parts, month, open};
use crate::world::{World, acting, withdrawal};

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_contract_is_tried_on_what_was_accepted_and_changes_nothing() {
    let world = World::new();
    let house = open(&world).await;
    let receipt = house.settled(month(clean())).await;
    let (rows, version) = (house.rows().await, house.version().await);
    let same = house.intake.rehearse(house.contract.clone()).await.unwrap();
    assert_eq!(
        (same.submissions, same.unread, same.rows),
        (1, 0, receipt.committed)
    );
    assert_eq!(
        (same.refused_before, same.refused_now, same.files_refused),
        (0, 0, 0)
    );
    assert!(same.rules.is_empty());

    let capacity = "unit: kVA\n              rules:\n                - range: { min: \"0\" }";
    assert!(house.contract.yaml().contains(capacity));
    let stricter = house
        .contract
        .yaml()
        .replace(capacity, &capacity.replace("\"0\"", "\"100\""));
    let stricter = Contract::from_yaml(&stricter.replacen("version: 1.0.0", "version: 2.0.0", 1)).unwrap();
    let tried = house.intake.rehearse(stricter).await.unwrap();
    let effect = tried.rules["R-capacity_kva-range"];
    assert_eq!(effect.before, 0);
    assert!(effect.now > 0 && tried.refused_now >= effect.now, "{tried:?}");
    assert_eq!(
        (tried.units.len(), tried.units[0].unit.as_str()),
        (1, receipt.slot.unit.as_str())
    );
    assert_eq!((house.rows().await, house.version().await), (rows, version));
    house.assert_tidy().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn supplements_are_tried_with_what_they_were_added_to_and_what_was_taken_back_is_not() {
    let world = World::new();
    let house = open(&world).await;
    let [most, missing] = in_two_parts();
    let first = house.settled(most).await;
    let of = first.submission.clone();
    let added = house.settled(acting(Act::Supplement { of }, missing)).await;
    let tried = house.intake.rehearse(house.contract.clone()).await.unwrap();
    assert_eq!(
        (tried.submissions, tried.unread, tried.rows),
        (2, 0, first.committed + added.committed)
    );
    let back = withdrawal(&added.submission);
    let back = Arrival {
        body: back.body,
        act: back.act,
        ..month(Vec::new())
    };
    house.settled(back).await;
    let tried = house.intake.rehearse(house.contract.clone()).await.unwrap();
    assert_eq!((tried.submissions, tried.unread), (0, 0));
    house.assert_tidy().await;
}
