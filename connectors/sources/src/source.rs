//! The face every road has. The rules that all of them keep are tested in one place (`tests/sources`): order, retry,
//! nothing truncated, duplicates, slow peers, wrong credentials.

use async_trait::async_trait;

use crate::body::Body;
use crate::parcel::{Answer, Parcel, Wanted};
use crate::trouble::Trouble;

/// A source that offers more at one look is used for something else.
pub const OFFERS_MAX: usize = 20_000;

#[async_trait]
pub trait Source: Send + Sync {
    /// Whether it asks the other side for slots. Others find out what there is by names.
    fn pulls(&self) -> bool;

    /// What there is now, oldest first, at most [`OFFERS_MAX`]. A part that is in trouble must not hide the others:
    /// it goes into the second list by name.
    async fn look(&self, wanted: &[Wanted]) -> Result<Seen, Trouble>;

    /// Whether a parcel lies there until it is done. Otherwise being told once is enough.
    fn clears(&self) -> bool {
        false
    }

    /// The bytes of a parcel. They end with an error unless everything that can be compared was compared.
    async fn open(&self, parcel: &Parcel) -> Result<Body, Trouble>;

    /// The parcel has come to its end; whatever lies around is cleared away and the answer left where the sender
    /// finds it. Called again after a crash, so it must not mind that it was done before.
    async fn done(&self, parcel: &Parcel, answer: &Answer) -> Result<(), Trouble>;
}

/// What one look found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen {
    pub parcels: Vec<Parcel>,
    pub troubled: Vec<(String, Trouble)>,
}
