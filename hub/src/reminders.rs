//! Reminders of duties, by mail and by a signed call to another program: who hears when, and what is said. Sent at least
//! once: a stop between sending and writing it down sends again. Not here: how duties stand (`duties`).

mod contacts;
mod job;
mod mail;
mod plan;
mod secret;
mod smtp;
mod webhook;
mod words;

pub use contacts::Contacts;
pub use job::{Post, run};

/// How far a duty is from being met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReminderStage {
    /// A few working days are left.
    Soon,
    /// The due day is over.
    Late,
    /// It has been over for days: the heads and the coordinating office hear of it.
    Escalated,
}

impl ReminderStage {
    pub const ALL: [ReminderStage; 3] = [ReminderStage::Soon, ReminderStage::Late, ReminderStage::Escalated];

    /// The word in the registry and for programs.
    pub fn as_str(self) -> &'static str {
        match self {
            ReminderStage::Soon => "soon",
            ReminderStage::Late => "late",
            ReminderStage::Escalated => "escalated",
        }
    }
}

/// A way by which people or programs hear of a duty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Channel {
    Mail,
    Webhook,
}

impl Channel {
    pub fn as_str(self) -> &'static str {
        match self {
            Channel::Mail => "mail",
            Channel::Webhook => "webhook",
        }
    }
}

/// Why a reminder did not go out, as a code of the text catalogue. What the other side said is in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotSent(pub &'static str);
