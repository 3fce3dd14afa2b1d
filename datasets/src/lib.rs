//! A small invented prefecture: who draws power where, and the monthly files the power company would send.
//!
//! Everything follows from a seed. Nobody here exists: credit codes carry the registrar 433199, which no office was
//! given, persons carry birth dates of the nineteenth century, names and streets are made up. Damage is planted on
//! request and told in a truth beside the file. Deliberately not in here: reading files, checking them, other feeds.
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

pub mod codes;
mod dice;
mod dirt;
mod file;
mod names;
mod place;
mod population;
pub mod power;
mod scale;

pub use dirt::{Damage, Dirt, Planted, Truth};
pub use file::{Charset, GeneratedFile};
pub use place::{COUNTIES, County, UseClass};
pub use population::{Account, Entity, Population};
pub use scale::{Scale, UnknownScale};
