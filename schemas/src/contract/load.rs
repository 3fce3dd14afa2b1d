//! From document to contract, or a fault with its place.

use super::{Contract, ContractError};

pub(super) fn contract(_text: &str) -> Result<Contract, ContractError> {
    Err(ContractError::new("contract.syntax", "", ""))
}
