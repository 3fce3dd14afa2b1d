//! What a person may want to do apart from querying a view, and the decision about it.

use schemas::DepartmentCode;

use crate::cedar::{Question, Verdict};
use crate::decide::Policy;
use crate::denial::{Denial, Ruling};
use crate::facts::{self, Fact, Ref};
use crate::identity::Principal;

/// An act that `Policy::authorize` decides on. Acts on agreements are decided in `lifecycle`, queries in `decide`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Send a file for a feed of this department.
    Submit {
        department: DepartmentCode,
    },
    /// See a submission, its findings and its receipt; the department is the one that sent it.
    ReadOwnSubmission {
        department: DepartmentCode,
    },
    /// See what a department owes, by when, and how it stands.
    ReadDuties {
        department: DepartmentCode,
    },
    /// Sign or decline a submission of this department, which this person sent and which waits for a signature.
    Sign {
        department: DepartmentCode,
        sender: String,
    },
    ReadAudit,
    VerifyAudit,
    /// Create, change, close or unlock an account.
    ManageAccounts {
        person: String,
    },
    /// Configuration, keys, backup.
    ManageSystem,
    /// See the published catalogue.
    BrowseCatalogue,
    /// See an agreement in which these departments take part.
    ReadAgreement {
        consumer: DepartmentCode,
        providers: Vec<DepartmentCode>,
    },
}

impl Policy {
    /// Whether this person may do this. Undecidable is a denial.
    pub fn authorize(&self, principal: &Principal, action: &Action) -> Ruling<()> {
        let (name, resource, resource_facts) = in_cedar(action);
        let mut known = vec![facts::person(principal)];
        known.extend(resource_facts);
        let verdict = self.judge.ask(&Question {
            person: Ref::person(principal.person()),
            action: name,
            resource,
            facts: &known,
            context: Vec::new(),
        });
        match verdict {
            Verdict::Permitted => Ruling::Granted(()),
            Verdict::Undecidable => Ruling::Denied(Denial::new("denial.error")),
            Verdict::NotPermitted => Ruling::Denied(reason(action)),
            Verdict::Forbidden(policies) => Ruling::Denied(Denial {
                policies,
                ..reason(action)
            }),
        }
    }
}

fn reason(action: &Action) -> Denial {
    match action {
        Action::Submit { department } => Denial::new("denial.not_provider").with("department", department),
        Action::Sign { .. } => Denial::new("denial.not_signer"),
        _ => Denial::new("denial.not_allowed"),
    }
}

/// The action's name, its resource, and what is known about the resource.
fn in_cedar(action: &Action) -> (&'static str, Ref, Vec<Fact>) {
    let desk = |name| Ref::new("Desk", name);
    let with_fact = |name, fact: Fact| (name, fact.of.clone(), vec![fact]);
    match action {
        Action::Submit { department } => with_fact("submit", facts::of_department("Feed", department)),
        Action::ReadOwnSubmission { department } => {
            with_fact("read_submission", facts::of_department("Submission", department))
        }
        Action::ReadDuties { department } => {
            with_fact("read_duties", facts::of_department("Feed", department))
        }
        Action::Sign { department, sender } => with_fact("sign", facts::sent_by(department, sender)),
        Action::ReadAudit => ("read_audit", desk("audit"), Vec::new()),
        Action::VerifyAudit => ("verify_audit", desk("audit"), Vec::new()),
        Action::ManageAccounts { person } => with_fact("manage_account", facts::account(person)),
        Action::ManageSystem => ("manage_system", desk("system"), Vec::new()),
        Action::BrowseCatalogue => ("browse_catalogue", desk("catalogue"), Vec::new()),
        Action::ReadAgreement { consumer, providers } => {
            with_fact("read_agreement", facts::parties(consumer, providers))
        }
    }
}
