//! A department waits for its own queries only: each has so many places, and keeps a place until its rows are read.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use schemas::DepartmentCode;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::config::Limits;
use crate::front::Problem;

/// A place; dropped with the last row.
pub struct Place {
    _permit: OwnedSemaphorePermit,
}

pub struct Admission {
    places: usize,
    wait: Duration,
    departments: Mutex<BTreeMap<DepartmentCode, Arc<Semaphore>>>,
}

impl Admission {
    pub fn new(limits: &Limits) -> Admission {
        Admission {
            places: usize::try_from(limits.queries_per_department).unwrap_or(usize::MAX),
            wait: Duration::from_secs(limits.queue_seconds),
            departments: Mutex::default(),
        }
    }

    /// Waits for a place, not longer than the queue allows.
    pub async fn enter(&self, department: &DepartmentCode) -> Result<Place, Problem> {
        let places = {
            let mut departments = self.departments.lock().unwrap_or_else(PoisonError::into_inner);
            let fresh = || Arc::new(Semaphore::new(self.places));
            Arc::clone(departments.entry(department.clone()).or_insert_with(fresh))
        };
        match timeout(self.wait, places.acquire_owned()).await {
            Ok(Ok(permit)) => Ok(Place { _permit: permit }),
            _ => Err(Problem::new(503, "53300", "hub.busy").retry_after(2)),
        }
    }
}
