//! Settling tried out with a real lake, audit log and registry in a folder of its own. The checker is a stand-in, but for
//! the tests of `mending`, `real_check`, `recognised` and `rehearsed`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests fail loudly"
)]

mod acts;
mod checker;
mod door;
mod mending;
mod ordinary;
mod real_check;
mod recognised;
mod recovery;
mod rehearsed;
mod sent;
mod signing;
mod supplements;
mod trouble;
mod world;
