//! What a connection remembers between messages: who, for what purpose, settings, prepared statements, portals, and
//! whether it believes to be in a transaction.

use std::collections::HashMap;
use std::sync::Arc;

use engine::{Described, Parameter, Statement};
use pgwire::api::Type;
use pgwire::messages::response::TransactionStatus;

use super::cancel::CancelPlace;
use super::rows::Rows;
use super::settings::Settings;
use crate::front::{Caller, Problem};

pub(super) struct Session {
    caller: Caller,
    pub(super) settings: Settings,
    pub(super) transaction: TransactionStatus,
    /// Names of the savepoints of the transaction, the last one last.
    savepoints: Vec<String>,
    savepoints_max: usize,
    pub(super) cancel: CancelPlace,
    pub(super) prepared: Kept<Arc<Prepared>>,
    pub(super) portals: Kept<Portal>,
}

/// A statement after `Parse`.
pub(super) struct Prepared {
    pub(super) statement: Statement,
    /// As the client declared them; `None` leaves it to us.
    pub(super) types: Vec<Option<Type>>,
    pub(super) described: tokio::sync::OnceCell<Described>,
}

/// A statement with its values, after `Bind`.
pub(super) struct Portal {
    pub(super) prepared: Arc<Prepared>,
    pub(super) parameters: Vec<Parameter>,
    pub(super) formats: Vec<i16>,
    pub(super) state: PortalState,
}

pub(super) enum PortalState {
    Fresh,
    /// Some rows were sent, more may follow.
    Open(Box<Rows>),
    Over,
}

impl Session {
    pub(super) fn new(caller: Caller, settings: Settings, cancel: CancelPlace, kept_max: usize) -> Session {
        Session {
            caller,
            settings,
            transaction: TransactionStatus::Idle,
            savepoints: Vec::new(),
            savepoints_max: kept_max,
            cancel,
            prepared: Kept::new(kept_max),
            portals: Kept::new(kept_max),
        }
    }

    /// The caller of the next statement, under a request id of its own.
    pub(super) fn caller(&self) -> Caller {
        self.caller
            .next_request(self.settings.purpose().cloned(), self.settings.as_of())
    }

    pub(super) fn signed_in(&self) -> &policy::SignedIn {
        &self.caller.signed_in
    }

    /// The state after a failed statement.
    pub(super) fn fail(&mut self) {
        self.transaction = self.transaction.to_error_state();
    }

    /// Rows that were announced belong to the transaction that ends.
    pub(super) fn end_transaction(&mut self) {
        self.transaction = TransactionStatus::Idle;
        self.savepoints.clear();
        self.portals.clear();
    }

    /// Drivers wrap what may fail into a savepoint. There is nothing to undo but the failed state of the transaction.
    pub(super) fn save(&mut self, name: &str) -> Result<(), Problem> {
        if self.transaction == TransactionStatus::Idle {
            return Err(Problem::new(400, "25P01", "pg.no_transaction"));
        }
        if self.savepoints.len() >= self.savepoints_max {
            return Err(Problem::new(429, "53400", "pg.too_many_kept").with("limit", self.savepoints_max));
        }
        self.savepoints.push(name.to_owned());
        Ok(())
    }

    pub(super) fn release(&mut self, name: &str) -> Result<(), Problem> {
        let place = self.savepoint(name)?;
        self.savepoints.truncate(place);
        Ok(())
    }

    pub(super) fn back_to(&mut self, name: &str) -> Result<(), Problem> {
        let place = self.savepoint(name)?;
        self.savepoints.truncate(place + 1);
        self.transaction = TransactionStatus::Idle.to_in_transaction_state();
        Ok(())
    }

    fn savepoint(&self, name: &str) -> Result<usize, Problem> {
        let known = self.savepoints.iter().rposition(|known| known == name);
        known.ok_or_else(|| Problem::new(400, "3B001", "pg.no_such_savepoint"))
    }
}

/// Things under names the client gives, so many and no more.
///
/// INVARIANT (bounded): a connection keeps at most `most` of each kind.
pub(super) struct Kept<T> {
    named: HashMap<String, T>,
    most: usize,
}

impl<T> Kept<T> {
    fn new(most: usize) -> Kept<T> {
        Kept {
            named: HashMap::new(),
            most,
        }
    }

    pub(super) fn contains(&self, name: &str) -> bool {
        self.named.contains_key(name)
    }

    pub(super) fn put(&mut self, name: &str, thing: T) -> Result<(), Problem> {
        if self.named.len() >= self.most && !self.contains(name) {
            return Err(Problem::new(429, "53400", "pg.too_many_kept").with("limit", self.most));
        }
        self.named.insert(name.to_owned(), thing);
        Ok(())
    }

    pub(super) fn get(&self, name: &str) -> Option<&T> {
        self.named.get(name)
    }

    pub(super) fn get_mut(&mut self, name: &str) -> Option<&mut T> {
        self.named.get_mut(name)
    }

    pub(super) fn remove(&mut self, name: &str) {
        self.named.remove(name);
    }

    pub(super) fn clear(&mut self) {
        self.named.clear();
    }
}
