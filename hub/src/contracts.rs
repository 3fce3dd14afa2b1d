//! The feed contracts of this hub: the built-in ones and those of the operator's folder. A contract of the folder
//! replaces a built-in one with the same id.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use schemas::{Contract, ContractError, FeedId, feeds};

/// By feed id.
pub type Contracts = BTreeMap<FeedId, Arc<Contract>>;

/// # Errors
/// One contract that cannot be read stops the start: a feed that silently disappears would lose submissions.
pub fn load(folder: Option<&Path>) -> Result<Contracts, ContractError> {
    let folder = folder.filter(|path| !path.as_os_str().is_empty());
    let own = folder.map(feeds::load_dir).transpose()?.unwrap_or_default();
    let all = feeds::embedded()?.into_iter().chain(own);
    Ok(all
        .map(|contract| (contract.id().clone(), Arc::new(contract)))
        .collect())
}
