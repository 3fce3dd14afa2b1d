//! Units of measure as departments write them, as exact factors of the unit a field is stored in.

/// A unit word: one of it is `times / per` of the stored unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnitWord {
    pub word: &'static str,
    pub times: i128,
    pub per: i128,
}

/// The unit word `word` for a field stored in `unit`, if it measures the same thing.
pub fn find(unit: &str, word: &str) -> Option<&'static UnitWord> {
    let _ = (unit, word);
    None
}

/// Is `unit` one a field may be stored in?
pub fn is_known(unit: &str) -> bool {
    let _ = unit;
    true
}
