//! One open connection, counted while it is open.

use std::sync::Arc;

use super::Metrics;

pub struct Connected {
    metrics: Arc<Metrics>,
    protocol: &'static str,
}

impl Connected {
    /// Counts one until dropped.
    pub fn count(metrics: &Arc<Metrics>, protocol: &'static str) -> Connected {
        metrics.connections.add(&[protocol], 1);
        Connected {
            metrics: Arc::clone(metrics),
            protocol,
        }
    }
}

impl Drop for Connected {
    fn drop(&mut self) {
        self.metrics.connections.add(&[self.protocol], -1);
    }
}
