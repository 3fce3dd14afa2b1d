//! Counters, gauges and histograms with labels. Numbers are integers inside; seconds appear only when they are printed.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Label sets one family keeps. Further ones are not counted: a monitoring page must not grow with its users.
const SERIES_MAX: usize = 1_000;

const BUCKETS_MS: [u64; 12] = [5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 15_000, 60_000];

type Labels = Vec<String>;

struct Family<T> {
    name: &'static str,
    help: &'static str,
    labels: &'static [&'static str],
    values: Mutex<BTreeMap<Labels, T>>,
}

impl<T: Default> Family<T> {
    fn new(name: &'static str, help: &'static str, labels: &'static [&'static str]) -> Self {
        Family {
            name,
            help,
            labels,
            values: Mutex::new(BTreeMap::new()),
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Labels, T>> {
        self.values.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, labels: &[&str], change: impl FnOnce(&mut T)) {
        debug_assert_eq!(labels.len(), self.labels.len(), "{} has other labels", self.name);
        let key: Labels = labels.iter().map(|&label| label.to_owned()).collect();
        let mut values = self.lock();
        if let Some(value) = values.get_mut(&key) {
            change(value);
        } else if values.len() < SERIES_MAX {
            change(values.entry(key).or_default());
        }
    }

    fn head(&self, page: &mut String, kind: &str) {
        let _ = writeln!(
            page,
            "# HELP {} {}\n# TYPE {} {kind}",
            self.name, self.help, self.name
        );
    }

    fn tags(&self, labels: &Labels, more: Option<(&str, &str)>) -> String {
        let own = self.labels.iter().copied().zip(labels.iter().map(String::as_str));
        let pairs: Vec<String> = own
            .chain(more)
            .map(|(name, value)| format!("{name}=\"{}\"", escaped(value)))
            .collect();
        if pairs.is_empty() {
            String::new()
        } else {
            format!("{{{}}}", pairs.join(","))
        }
    }
}

fn escaped(value: &str) -> String {
    value
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}

/// Numbers that only grow.
pub struct Counters(Family<u64>);

impl Counters {
    pub(super) fn new(name: &'static str, help: &'static str, labels: &'static [&'static str]) -> Self {
        Counters(Family::new(name, help, labels))
    }

    /// Adds to the counter with these label values, in the order of the labels.
    pub fn add(&self, labels: &[&str], count: u64) {
        self.0
            .change(labels, |value| *value = value.saturating_add(count));
    }

    pub(super) fn render(&self, page: &mut String) {
        self.0.head(page, "counter");
        for (labels, value) in self.0.lock().iter() {
            let _ = writeln!(page, "{}{} {value}", self.0.name, self.0.tags(labels, None));
        }
    }
}

/// Numbers that rise and fall.
pub struct Gauges(Family<i64>);

impl Gauges {
    pub(super) fn new(name: &'static str, help: &'static str, labels: &'static [&'static str]) -> Self {
        Gauges(Family::new(name, help, labels))
    }

    pub fn set(&self, labels: &[&str], value: i64) {
        self.0.change(labels, |kept| *kept = value);
    }

    /// Rises or falls.
    pub fn add(&self, labels: &[&str], change: i64) {
        self.0
            .change(labels, |value| *value = value.saturating_add(change));
    }

    pub(super) fn render(&self, page: &mut String) {
        self.0.head(page, "gauge");
        for (labels, value) in self.0.lock().iter() {
            let _ = writeln!(page, "{}{} {value}", self.0.name, self.0.tags(labels, None));
        }
    }
}

/// Times, in buckets from 5 ms to one minute.
pub struct Histograms(Family<Times>);

#[derive(Default)]
struct Times {
    buckets: [u64; BUCKETS_MS.len()],
    count: u64,
    sum_ms: u64,
}

impl Histograms {
    pub(super) fn new(name: &'static str, help: &'static str, labels: &'static [&'static str]) -> Self {
        Histograms(Family::new(name, help, labels))
    }

    pub fn observe(&self, labels: &[&str], time: Duration) {
        let ms = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        self.0.change(labels, |times| {
            times.count += 1;
            times.sum_ms = times.sum_ms.saturating_add(ms);
            for (bucket, most) in times.buckets.iter_mut().zip(BUCKETS_MS) {
                *bucket += u64::from(ms <= most);
            }
        });
    }

    pub(super) fn render(&self, page: &mut String) {
        self.0.head(page, "histogram");
        for (labels, times) in self.0.lock().iter() {
            for (count, most) in times.buckets.iter().zip(BUCKETS_MS) {
                let tags = self.0.tags(labels, Some(("le", &seconds(most))));
                let _ = writeln!(page, "{}_bucket{tags} {count}", self.0.name);
            }
            let all = self.0.tags(labels, Some(("le", "+Inf")));
            let tags = self.0.tags(labels, None);
            let _ = writeln!(page, "{}_bucket{all} {}", self.0.name, times.count);
            let _ = writeln!(page, "{}_sum{tags} {}", self.0.name, seconds(times.sum_ms));
            let _ = writeln!(page, "{}_count{tags} {}", self.0.name, times.count);
        }
    }
}

/// One number without labels.
pub(super) fn single(page: &mut String, name: &str, help: &str, value: u64) {
    let _ = writeln!(page, "# HELP {name} {help}\n# TYPE {name} gauge\n{name} {value}");
}

fn seconds(ms: u64) -> String {
    format!("{}.{:03}", ms / 1_000, ms % 1_000)
}
