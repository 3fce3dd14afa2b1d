//! One-time credentials: an account that never changed the password it was given can do nothing but change it.

use std::sync::Arc;

use policy::{Account, AccountStore};
use registry::Registry;

use crate::front::Problem;

const PENDING: &str = "pending";
const DONE: &str = "done";

#[derive(Clone)]
pub struct FirstSignIns {
    registry: Registry,
    accounts: Arc<dyn AccountStore>,
}

impl FirstSignIns {
    pub fn new(registry: Registry) -> FirstSignIns {
        FirstSignIns {
            accounts: Arc::new(registry.clone()),
            registry,
        }
    }

    /// Stores a new account whose password was made up for it.
    pub async fn begin(&self, account: &Account) -> Result<(), Problem> {
        // The mark first: an account without it could be used with the password on the note.
        self.registry
            .put_setting(&key(account), PENDING)
            .await
            .map_err(Problem::internal)?;
        self.accounts
            .put_account(account)
            .await
            .map_err(Problem::internal)
    }

    pub async fn is_pending(&self, account: &Account) -> Result<bool, Problem> {
        let mark = self
            .registry
            .setting(&key(account))
            .await
            .map_err(Problem::internal)?;
        Ok(mark.as_deref() == Some(PENDING))
    }

    /// Stores the account with its own password and lifts the mark.
    pub async fn finish(&self, account: &Account) -> Result<(), Problem> {
        self.accounts
            .put_account(account)
            .await
            .map_err(Problem::internal)?;
        self.registry
            .put_setting(&key(account), DONE)
            .await
            .map_err(Problem::internal)
    }
}

fn key(account: &Account) -> String {
    format!("first_sign_in/{}", account.id)
}
