//! People, views and agreements as the policies see them: plain facts, built anew for every question.

use chrono::NaiveDate;
use schemas::{DepartmentCode, Level, PurposeCode};

use crate::agreements::{Agreement, AgreementState};
use crate::decide::ViewFacts;
use crate::identity::Principal;
use crate::role::Role;

/// The entity types of the schema.
pub(crate) const NOUNS: [&str; 11] = [
    "Account",
    "Agreement",
    "Department",
    "Desk",
    "Feed",
    "Parties",
    "Person",
    "Purpose",
    "Role",
    "Submission",
    "View",
];

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ref {
    pub noun: &'static str,
    pub id: String,
}

impl Ref {
    pub(crate) fn new(noun: &'static str, id: &str) -> Ref {
        Ref {
            noun,
            id: id.to_owned(),
        }
    }

    pub(crate) fn person(name: &str) -> Ref {
        Ref::new("Person", name)
    }

    pub(crate) fn purpose(purpose: &PurposeCode) -> Ref {
        Ref::new("Purpose", purpose.as_str())
    }

    pub(crate) fn view(view: &ViewFacts) -> Ref {
        Ref::new("View", view.name.as_str())
    }

    fn department(department: &DepartmentCode) -> Ref {
        Ref::new("Department", department.as_str())
    }

    fn role(role: Role) -> Ref {
        Ref::new("Role", role.as_str())
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value {
    Bool(bool),
    Long(i64),
    Ref(Ref),
    Refs(Vec<Ref>),
}

/// One entity and its attributes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fact {
    pub of: Ref,
    pub attributes: Vec<(&'static str, Value)>,
}

pub(crate) fn level_number(level: Level) -> i64 {
    match level {
        Level::L1 => 1,
        Level::L2 => 2,
        Level::L3 => 3,
        Level::L4 => 4,
    }
}

/// Days since 1970-01-01.
pub(crate) fn day_number(day: NaiveDate) -> i64 {
    i64::from(day.to_epoch_days())
}

pub(crate) fn person(principal: &Principal) -> Fact {
    Fact {
        of: Ref::person(principal.person()),
        attributes: vec![
            ("department", Value::Ref(Ref::department(principal.department()))),
            ("role", Value::Ref(Ref::role(principal.role()))),
            ("clearance", Value::Long(level_number(principal.clearance()))),
            (
                "purposes",
                Value::Refs(principal.purposes().iter().map(Ref::purpose).collect()),
            ),
        ],
    }
}

pub(crate) fn view(view: &ViewFacts) -> Fact {
    Fact {
        of: Ref::view(view),
        attributes: vec![
            ("owner", Value::Ref(Ref::department(&view.owner))),
            (
                "providers",
                Value::Refs(view.providers.iter().map(Ref::department).collect()),
            ),
        ],
    }
}

pub(crate) fn agreement(agreement: &Agreement) -> Fact {
    let content = &agreement.content;
    // Only a consent to exactly this content counts.
    let valid = agreement
        .approvals
        .iter()
        .filter(|approval| approval.content_hash == agreement.content_hash);
    let mut consented = vec![Ref::department(&content.consumer)];
    consented.extend(valid.map(|approval| Ref::department(&approval.department)));
    let approvers = agreement
        .approvals
        .iter()
        .map(|approval| Ref::person(&approval.person))
        .collect();
    Fact {
        of: Ref::new("Agreement", &agreement.id),
        attributes: vec![
            ("view", Value::Ref(Ref::new("View", content.view.as_str()))),
            ("consumer", Value::Ref(Ref::department(&content.consumer))),
            ("role", Value::Ref(Ref::role(content.role))),
            ("purpose", Value::Ref(Ref::purpose(&content.purpose))),
            ("first_day", Value::Long(day_number(content.valid_from))),
            ("last_day", Value::Long(day_number(content.valid_to))),
            ("is_draft", Value::Bool(agreement.state == AgreementState::Draft)),
            (
                "is_active",
                Value::Bool(agreement.state == AgreementState::Active),
            ),
            ("author", Value::Ref(Ref::person(&agreement.author))),
            ("approvers", Value::Refs(approvers)),
            ("consented", Value::Refs(consented)),
        ],
    }
}

pub(crate) fn of_department(noun: &'static str, department: &DepartmentCode) -> Fact {
    Fact {
        of: Ref::new(noun, department.as_str()),
        attributes: vec![("department", Value::Ref(Ref::department(department)))],
    }
}

/// A submission, by its sender.
pub(crate) fn sent_by(department: &DepartmentCode, sender: &str) -> Fact {
    let mut fact = of_department("Submission", department);
    fact.attributes.push(("sender", Value::Ref(Ref::person(sender))));
    fact
}

pub(crate) fn parties(consumer: &DepartmentCode, providers: &[DepartmentCode]) -> Fact {
    Fact {
        of: Ref::new("Parties", consumer.as_str()),
        attributes: vec![
            ("consumer", Value::Ref(Ref::department(consumer))),
            (
                "providers",
                Value::Refs(providers.iter().map(Ref::department).collect()),
            ),
        ],
    }
}

pub(crate) fn account(person: &str) -> Fact {
    Fact {
        of: Ref::new("Account", person),
        attributes: vec![("person", Value::Ref(Ref::person(person)))],
    }
}
