//! Intake: the only road into the lake. A body is spooled, checked behind a narrow call, staged, settled in one fixed
//! order and answered with a signed receipt. It does not decide who may send (`policy`), does not read files itself
//! (`check`), and knows the registry only as the trait it defines.
#![forbid(unsafe_code)]
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        reason = "tests fail loudly"
    )
)]

mod act;
mod arrival;
mod canonical;
mod checker;
mod compare;
mod door;
mod error;
mod examine;
mod fit;
mod intake;
mod limits;
mod locks;
mod mending;
mod quarantined;
mod receipt;
mod recognised;
mod record;
mod recover;
mod rehearse;
mod repeated;
mod settle;
mod sign;
mod slot;
mod spool;
mod step;
mod store;
mod take;
mod zero;

pub use act::{Act, ActKind};
pub use arrival::{Arrival, Body, Sender};
pub use check::{Answered, Finding, Report, Severity, Total, Verdict};
pub use checker::{CheckEvent, CheckFailure, CheckRequest, Checker, LocalChecker};
pub use error::{ErrorKind, IntakeError};
pub use intake::{Intake, Parts, Received};
pub use lake::{Change, ChangeCounts, ChangeKind, Staged};
pub use limits::IntakeLimits;
pub use receipt::{Receipt, ReceiptFacts, ReceiptFault, Reviewed};
pub use recognised::Filled;
pub use recover::Recovered;
pub use rehearse::{Rehearsal, RuleEffect, UnitEffect};
pub use slot::Slot;
pub use step::Step;
pub use store::{
    ChangesPage, Current, FindingsPage, Intent, KeyUse, Review, Settlement, Standing, StoreError,
    SubmissionFilter, SubmissionRecord, SubmissionStore, Waiting,
};
