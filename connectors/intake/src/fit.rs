//! Whether an act fits what its slot holds at this moment. The caller holds the slot's lock, so the answer stays true
//! until the act is settled.

use schemas::SubmissionId;

use crate::act::Act;
use crate::error::{ErrorKind, IntakeError};
use crate::store::Current;

/// INVARIANT (acts-on-current): a correction, a supplement and a withdrawal act on the submission their slot holds, and none
/// of them on a state that has moved on.
pub(crate) fn fits(act: &Act, current: Option<&Current>) -> Result<(), IntakeError> {
    let held = current.filter(|current| !current.receipt.act.is_withdrawal());
    match act {
        Act::Whole => Ok(()),
        Act::Backfill { .. } => match held {
            None => Ok(()),
            Some(held) => Err(conflict("intake.slot_filled").with("current", &held.submission)),
        },
        Act::Correction { of } | Act::Supplement { of } | Act::Withdrawal { of, .. } => holds(held, of),
    }
}

fn holds(held: Option<&Current>, of: &SubmissionId) -> Result<(), IntakeError> {
    match held {
        None => Err(conflict("intake.slot_empty")),
        Some(held) if held.submission == *of => Ok(()),
        Some(held) => Err(conflict("intake.act_not_current").with("current", &held.submission)),
    }
}

fn conflict(code: &'static str) -> IntakeError {
    IntakeError::new(ErrorKind::Conflict, code)
}
