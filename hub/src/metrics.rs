//! What an operator can count: a small registry of our own, rendered as Prometheus text at `/metrics`. Labels are
//! protocols, operations, codes and outcomes; never names of people, views or feeds, so the page may be read by a
//! monitoring system that no agreement covers.

mod connections;
mod series;

use std::time::Instant;

use serde_json::Value;

use crate::front::Submitted;

pub use connections::Connected;
pub use series::{Counters, Gauges, Histograms};

/// Everything that is counted. One per process, shared by `Arc`.
pub struct Metrics {
    pub requests: Counters,
    pub request_time: Histograms,
    pub queries: Counters,
    pub query_time: Histograms,
    pub answer_rows: Counters,
    pub answer_bytes: Counters,
    pub refusals: Counters,
    pub sign_ins: Counters,
    pub submissions: Counters,
    pub submission_rows: Counters,
    pub connections: Gauges,
    pub workers: Gauges,
    pub worker_ends: Counters,
    started: Instant,
}

impl Metrics {
    pub fn new() -> Metrics {
        Metrics {
            requests: Counters::new(
                "taxhub_requests_total",
                "Requests answered",
                &["protocol", "operation", "status"],
            ),
            request_time: Histograms::new("taxhub_request_seconds", "Time to the first byte", &["protocol"]),
            queries: Counters::new("taxhub_queries_total", "Queries ended", &["protocol", "outcome"]),
            query_time: Histograms::new("taxhub_query_seconds", "Time to the last row", &["protocol"]),
            answer_rows: Counters::new("taxhub_answer_rows_total", "Rows handed out", &["protocol"]),
            answer_bytes: Counters::new(
                "taxhub_answer_bytes_total",
                "Arrow bytes handed out",
                &["protocol"],
            ),
            refusals: Counters::new("taxhub_refusals_total", "Refusals by code", &["protocol", "code"]),
            sign_ins: Counters::new(
                "taxhub_sign_ins_total",
                "Attempts to sign in",
                &["protocol", "outcome"],
            ),
            submissions: Counters::new("taxhub_submissions_total", "Submissions by verdict", &["verdict"]),
            submission_rows: Counters::new(
                "taxhub_submission_rows_total",
                "Rows by what became of them",
                &["fate"],
            ),
            connections: Gauges::new("taxhub_connections", "Open connections", &["protocol"]),
            workers: Gauges::new("taxhub_workers", "Worker processes", &["kind", "state"]),
            worker_ends: Counters::new(
                "taxhub_worker_ends_total",
                "Worker processes that ended",
                &["kind", "reason"],
            ),
            started: Instant::now(),
        }
    }

    /// A submission that was taken. A receipt is counted once, however often it is given.
    pub fn submission(&self, submitted: &Submitted) {
        if submitted.waits {
            return self.submissions.add(&["waiting"], 1);
        }
        if submitted.repeated {
            return;
        }
        let receipt = &submitted.receipt;
        let verdict = receipt.get("verdict").and_then(Value::as_str).unwrap_or("none");
        self.submissions.add(&[verdict], 1);
        for fate in ["committed", "quarantined", "duplicate", "blank_or_total"] {
            let rows = receipt.get(fate).and_then(Value::as_u64).unwrap_or(0);
            self.submission_rows.add(&[fate], rows);
        }
    }

    /// The page, in the text format 0.0.4.
    pub fn render(&self) -> String {
        let mut page = String::new();
        for counters in [
            &self.requests,
            &self.queries,
            &self.answer_rows,
            &self.answer_bytes,
            &self.refusals,
            &self.sign_ins,
            &self.submissions,
            &self.submission_rows,
            &self.worker_ends,
        ] {
            counters.render(&mut page);
        }
        self.connections.render(&mut page);
        self.workers.render(&mut page);
        self.request_time.render(&mut page);
        self.query_time.render(&mut page);
        series::single(
            &mut page,
            "taxhub_up_seconds",
            "Seconds since the start",
            self.started.elapsed().as_secs(),
        );
        if let Some(bytes) = resident_bytes() {
            series::single(
                &mut page,
                "process_resident_memory_bytes",
                "Memory of the hub itself",
                bytes,
            );
        }
        page
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Metrics::new()
    }
}

/// Resident memory from `/proc`; `None` where there is none.
fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    let kilobytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes << 10)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::{Connected, Metrics};

    #[test]
    fn counts_gauges_and_times_appear_on_the_page() {
        let metrics = Metrics::new();
        metrics.refusals.add(&["http", "policy.no_agreement"], 2);
        metrics.query_time.observe(&["pg"], Duration::from_millis(30));
        let metrics = Arc::new(metrics);
        let connected = Connected::count(&metrics, "pg");
        let page = metrics.render();
        assert!(
            page.contains("taxhub_refusals_total{protocol=\"http\",code=\"policy.no_agreement\"} 2\n"),
            "{page}"
        );
        assert!(
            page.contains("taxhub_query_seconds_bucket{protocol=\"pg\",le=\"0.025\"} 0\n"),
            "{page}"
        );
        assert!(
            page.contains("taxhub_query_seconds_bucket{protocol=\"pg\",le=\"0.050\"} 1\n"),
            "{page}"
        );
        assert!(
            page.contains("taxhub_query_seconds_bucket{protocol=\"pg\",le=\"+Inf\"} 1\n"),
            "{page}"
        );
        assert!(
            page.contains("taxhub_query_seconds_sum{protocol=\"pg\"} 0.030\n"),
            "{page}"
        );
        assert!(page.contains("taxhub_connections{protocol=\"pg\"} 1\n"), "{page}");
        drop(connected);
        assert!(
            metrics
                .render()
                .contains("taxhub_connections{protocol=\"pg\"} 0\n")
        );
    }

    #[test]
    fn a_label_cannot_break_out_of_its_quotes() {
        let metrics = Metrics::new();
        metrics.sign_ins.add(&["a\"b\\c\nd", "x"], 1);
        assert!(
            metrics
                .render()
                .contains("{protocol=\"a\\\"b\\\\c\\nd\",outcome=\"x\"} 1\n")
        );
    }

    #[test]
    fn a_family_stops_growing_at_its_limit() {
        let metrics = Metrics::new();
        for number in 0..3_000 {
            metrics.refusals.add(&["http", &number.to_string()], 1);
        }
        assert!(metrics.render().lines().count() < 1_200);
    }
}
