//! A small invented prefecture: who does business where, and the files its departments would send about it.
//!
//! Everything follows from a seed. Nobody here exists: credit codes carry the registrar 433199, which no office was
//! given, persons carry birth dates of the nineteenth century, names and streets are made up. Damage is planted and told
//! in a truth beside the file, disagreements between departments are planted and told as cases. Deliberately not in
//! here: reading files, checking them, comparing them.
#![forbid(unsafe_code)]
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        reason = "tests fail loudly"
    )
)]

mod calendar;
pub mod codes;
mod damage;
mod dice;
mod dirt;
mod feeds;
mod file;
mod money;
mod names;
mod place;
mod population;
pub mod power;
mod prefecture;
mod record;
mod roles;
mod scale;
mod sheet;
mod truth;

pub use dirt::Dirt;
pub use file::{Charset, GeneratedFile};
pub use place::{COUNTIES, County, UseClass};
pub use population::{Account, Business, Kind, Population};
pub use prefecture::{PlantedCase, Prefecture, Slot};
pub use scale::{Scale, UnknownScale};
pub use truth::{Planted, Sum, Truth};
