//! The steps of settling, by name, and the hook that stops the process at one of them so that tests can
//! prove what recovery does. A release build has no way to set the hook.

use std::fmt;

/// In the order in which one arrival passes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// The body is on disk, hashed and synced.
    Received,
    /// Accepted rows lie in the lake as files that no commit names.
    Staged,
    /// The checker has given its verdict.
    Checked,
    /// The registry knows what we are about to do.
    Intent,
    /// The original is sealed in the vault.
    Vault,
    AuditOpened,
    /// Rows that failed a rule are sealed in the quarantine.
    Quarantine,
    /// Not an ordinary step: all is durable, and a colleague must sign before anything may be visible.
    Held,
    /// Not an ordinary step: a colleague has signed.
    Signed,
    /// The decision point: from here on the submission is finished, never aborted.
    FeedCommitted,
    RegistrySettled,
    AuditClosed,
    Receipted,
}

impl Step {
    pub const ALL: [Step; 13] = [
        Step::Received,
        Step::Staged,
        Step::Checked,
        Step::Intent,
        Step::Vault,
        Step::AuditOpened,
        Step::Quarantine,
        Step::Held,
        Step::Signed,
        Step::FeedCommitted,
        Step::RegistrySettled,
        Step::AuditClosed,
        Step::Receipted,
    ];

    /// The steps of a submission that nobody has to sign.
    pub fn ordinary() -> impl Iterator<Item = Step> {
        Step::ALL
            .into_iter()
            .filter(|step| !matches!(step, Step::Held | Step::Signed))
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Step::Received => "received",
            Step::Staged => "staged",
            Step::Checked => "checked",
            Step::Intent => "intent",
            Step::Vault => "vault",
            Step::AuditOpened => "audit_opened",
            Step::Quarantine => "quarantine",
            Step::Held => "held",
            Step::Signed => "signed",
            Step::FeedCommitted => "feed_committed",
            Step::RegistrySettled => "registry_settled",
            Step::AuditClosed => "audit_closed",
            Step::Receipted => "receipted",
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

/// Where the process is told that a step was reached.
#[derive(Debug, Default)]
pub(crate) struct Steps {
    #[cfg(debug_assertions)]
    die_at: Option<die::DieAt>,
    #[cfg(debug_assertions)]
    pub(crate) halt: halt::Halt,
}

impl Steps {
    /// Reads `TAXHUB_DIE_AT="<step>:<n>"` in builds with assertions. `Err` names what cannot be read, so
    /// that a mistyped step does not make a test pass by never dying.
    pub(crate) fn from_env() -> Result<Steps, String> {
        #[cfg(debug_assertions)]
        let steps = Steps {
            die_at: die::DieAt::from_env()?,
            ..Steps::default()
        };
        #[cfg(not(debug_assertions))]
        let steps = Steps::default();
        Ok(steps)
    }

    pub(crate) async fn reached(&self, step: Step) {
        tracing::trace!(step = step.as_str(), "step reached");
        #[cfg(debug_assertions)]
        {
            if let Some(die_at) = &self.die_at {
                die_at.reached(step);
            }
            self.halt.reached(step).await;
        }
    }
}

#[cfg(debug_assertions)]
mod die {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::Step;

    /// Kill this process at the n-th arrival (from 1) at a step, the way a power cut would: no handler runs.
    #[derive(Debug)]
    pub(super) struct DieAt {
        step: Step,
        nth: u64,
        seen: AtomicU64,
    }

    impl DieAt {
        pub(super) fn from_env() -> Result<Option<DieAt>, String> {
            match std::env::var("TAXHUB_DIE_AT") {
                Err(_) => Ok(None),
                Ok(text) if text.is_empty() => Ok(None),
                Ok(text) => DieAt::parse(&text).map(Some).ok_or(text),
            }
        }

        pub(super) fn parse(text: &str) -> Option<DieAt> {
            let (name, nth) = text.split_once(':').unwrap_or((text, "1"));
            let step = Step::ALL.into_iter().find(|step| step.as_str() == name)?;
            let nth = nth.parse().ok().filter(|nth| *nth > 0)?;
            Some(DieAt {
                step,
                nth,
                seen: AtomicU64::new(0),
            })
        }

        pub(super) fn reached(&self, step: Step) {
            if step == self.step && self.seen.fetch_add(1, Ordering::SeqCst) + 1 == self.nth {
                let sent =
                    rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
                tracing::error!(?sent, "the process outlived its own kill");
            }
        }
    }
}

#[cfg(debug_assertions)]
pub(crate) mod halt {
    use std::sync::{Arc, Mutex, PoisonError};

    use tokio::sync::Notify;

    use super::Step;

    /// Holds whoever reaches a step for ever. A test then drops the runtime, which looks from the disk like a stop.
    #[derive(Debug, Default)]
    pub(crate) struct Halt(Mutex<Option<(Step, Arc<Notify>)>>);

    impl Halt {
        pub(crate) fn at(&self, step: Step) -> Arc<Notify> {
            let halted = Arc::new(Notify::new());
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((step, halted.clone()));
            halted
        }

        pub(super) async fn reached(&self, step: Step) {
            let here = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
            if let Some((at, halted)) = here
                && at == step
            {
                halted.notify_one();
                std::future::pending::<()>().await;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Step, die::DieAt};

    #[test]
    fn a_step_to_die_at_is_read_by_name_and_count() {
        assert!(DieAt::parse("vault:3").is_some());
        assert!(DieAt::parse("vault").is_some());
        for text in ["", "vault:0", "vault:x", "safe:1", "Vault:1"] {
            assert!(DieAt::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn steps_are_listed_in_the_order_they_are_passed() {
        assert!(Step::ALL.is_sorted());
    }
}
