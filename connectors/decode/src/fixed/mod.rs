//! Records whose fields stand at fixed bytes, as the systems of banks, power companies and tax offices write them. Nothing
//! in such a file names its columns, so it is read only where a contract lays them out.

mod layout;
mod records;
mod trailer;

pub use layout::{FixedColumn, Layout, Trailer, TrailerSum};
pub(crate) use records::{Fixed, open};
