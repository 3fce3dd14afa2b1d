//! How dirty a file shall be.

/// What shape the file is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dirt {
    /// Every row keeps the contract.
    Clean,
    /// About this many rows of a thousand are damaged, every kind of damage in turn. The number of refused rows stays
    /// below what the contract allows.
    Planted { per_mille: u16 },
    /// The clerk sent a table of another office: the columns are not those of the feed.
    WrongColumns,
}
